#!/bin/bash
# Runs linters, types and tests, each to its end, and sums up: everything.sh BIN
# [pytest arguments]. BIN is the folder of the environment's programs.
set -euo pipefail

cd "$(dirname "$0")/.."
# the same text from every program, on every machine
export LC_ALL=C.UTF-8
bin=$1
shift
workers=${TEST_WORKERS:-$(nproc)}
[ "$workers" -ge 2 ] || workers=2
[ "$workers" -le 4 ] || workers=4

summary=()
failed=0

step() {
    local name=$1 began=$SECONDS outcome=ok
    shift
    echo
    echo "== $name"
    "$@" </dev/null || outcome=FAILED
    [ "$outcome" = ok ] || failed=1
    summary+=("$(printf '%-12s %-6s %4d s' "$name" "$outcome" $((SECONDS - began)))")
}

step 'ruff check' "$bin/ruff" check .
step 'ruff format' "$bin/ruff" format --check .
step 'mypy' "$bin/mypy"
step 'pytest' "$bin/python" -m pytest -n "$workers" --dist loadgroup --durations=20 "$@"

echo
echo '== summary'
printf '%s\n' "${summary[@]}"
exit "$failed"
