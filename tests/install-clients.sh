#!/bin/bash
# Installs the Debian packages of tests/clients.txt that are missing: as root
# with apt-get, otherwise it only says what the tests will skip. Daemons among
# them are not started.
set -euo pipefail

cd "$(dirname "$0")"
export DEBIAN_FRONTEND=noninteractive

missing=()
while read -r package _; do
    case "$package" in '' | \#*) continue ;; esac
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
done <clients.txt

if [ ${#missing[@]} -eq 0 ]; then
    echo "all real clients are installed"
    exit 0
fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "not root, so these packages stay missing: ${missing[*]}"
    exit 0
fi

# A policy of 101 keeps package scripts from starting what they install.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi
apt-get update -q
apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null
