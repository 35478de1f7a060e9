#!/usr/bin/env bash
# Fails, saying what to do, where torch is of a CUDA build without its CUDA packages.
set -euo pipefail

venv=${1:?usage: check-torch.sh FOLDER}
reason=$("$venv/bin/python" -c 'import torch' 2>&1) && exit

cat >&2 <<EOF
torch was installed, but does not load: ${reason##*$'\n'}
Your package index offers torch for CUDA under this version; the tests need no more than its CPU build.
Name the index that has it (see pytorch.org), or a folder with the wheel, e.g.
    make venv TORCH_ARGS="--force-reinstall --find-links FOLDER"
EOF
exit 1
