#!/bin/bash
# Makes a virtual environment: make-venv.sh PYTHON FOLDER. Debian keeps part of
# Python's venv in a package of its own; as root it is installed when missing.
set -euo pipefail

python=$1
folder=$2
export DEBIAN_FRONTEND=noninteractive

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "tinyice needs Python 3.11 or newer; this is $("$python" --version 2>&1)." >&2
    echo "Name another one: make PYTHON=/path/to/python3" >&2
    exit 1
fi

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" -ne 0 ]; then
        echo "Python's venv is missing: apt-get install python3-venv" >&2
        exit 1
    fi
    apt-get update -q
    apt-get install -y -q --no-install-recommends python3-venv </dev/null
fi

rm -rf "$folder"
"$python" -m venv "$folder"
