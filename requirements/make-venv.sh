#!/usr/bin/env bash
# Makes a virtual environment with the first Python of 3.11 or later that works here.
set -euo pipefail

venv=${1:?usage: make-venv.sh FOLDER}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

candidates=${PYTHON:-python3.12 python3.11 python3.13 python3 python}
for python in $candidates; do
    is_new_enough "$python" || continue
    echo "Making $venv with $("$python" --version) ..."
    "$python" -m venv "$venv" && exit
    rm -rf "$venv"
    echo "make-venv.sh: $python has no working venv module (on Debian: apt-get install python3-venv)" >&2
done

echo "make-venv.sh: needs Python 3.11 or later with venv, found none under: $candidates" >&2
echo "Install one (on Debian: apt-get install python3 python3-venv), or name it: make venv PYTHON=/path/to/python3" >&2
exit 1
