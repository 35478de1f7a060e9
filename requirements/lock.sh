#!/usr/bin/env bash
# Writes the lock files beside this script: every package pinned, with the hashes of all its files,
# valid for Python 3.11 and later. Versions already locked stay; `lock.sh --upgrade` takes the newest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
uv=${UV:-../.venv/bin/uv}

lock() {
    local output=$1
    shift
    "$uv" pip compile --no-config --quiet --universal --python-version 3.11 --fork-strategy fewest \
        --generate-hashes --custom-compile-command 'make lock' --excludes excluded.in \
        --output-file "$output" "${upgrade[@]}" "$@"
    echo "requirements/$output: $(grep -c == "$output") packages"
}

upgrade=("$@")
lock dev.txt ../pyproject.toml --all-extras dev.in build.in

# What the tests ran with is what the images get.
lock build.txt build.in --constraints dev.txt
lock compiler.txt compiler.in --constraints dev.txt
lock torch-needs.txt torch-needs.in --constraints dev.txt
lock algorithm-cpu.txt ../pyproject.toml --constraints dev.txt
lock algorithm-gpu.txt ../pyproject.toml --extra gpu --excludes excluded-gpu.in --constraints dev.txt
lock evaluation.txt ../pyproject.toml --extra figures --excludes excluded-evaluation.in --constraints dev.txt
lock clinic.txt ../pyproject.toml --extra clinic --excludes excluded-clinic.in --constraints dev.txt
