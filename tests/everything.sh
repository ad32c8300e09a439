#!/bin/bash
# Runs linters, types and tests, each to its end, and sums up: everything.sh BIN
# [pytest arguments]. BIN is the folder of the environment's programs.
set -euo pipefail

cd "$(dirname "$0")/.."
# the same text from every program, on every machine
export LC_ALL=C.UTF-8
bin=$1
shift
# One more than processors: much of the time is spent waiting for sound.
workers=${TEST_WORKERS:-$(($(nproc) + 1))}
[ "$workers" -le 4 ] || workers=4
# So many tests that failed beside others may try once more, alone.
alone_max=4

summary=()
failed=0
status=0

step() {
    local name=$1 began=$SECONDS outcome=ok
    shift
    status=0
    echo
    echo "== $name"
    "$@" </dev/null || status=$?
    [ "$status" -eq 0 ] || outcome=FAILED
    summary+=("$(printf '%-12s %-6s %4d s' "$name" "$outcome" $((SECONDS - began)))")
}

must() {
    step "$@"
    [ "$status" -eq 0 ] || failed=1
}

failures() {
    "$bin/python" -c 'import json; print(len(json.load(open(".pytest_cache/v/cache/lastfailed"))))'
}

must 'ruff check' "$bin/ruff" check .
must 'ruff format' "$bin/ruff" format --check .
must 'mypy' "$bin/mypy"
step 'pytest' "$bin/python" -m pytest --cache-clear -n "$workers" --dist loadgroup --durations=20 "$@"
if [ "$status" -eq 1 ] && [ "$(failures)" -le "$alone_max" ]; then
    # A page that was slow for once is no fault; what fails alone, too, is one.
    must 'pytest alone' "$bin/python" -m pytest --last-failed --last-failed-no-failures none "$@"
elif [ "$status" -ne 0 ]; then
    failed=1
fi

echo
echo '== summary'
printf '%s\n' "${summary[@]}"
exit "$failed"
