"""Calls of `python -m training nnunet`, each a process of its own, as nnU-Net wants it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def train(*arguments: object, code: int = 0) -> str:
    """Call it, and give what it said; the exit code must be `code`."""
    done = subprocess.run(
        [sys.executable, "-m", "training", "nnunet", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr
