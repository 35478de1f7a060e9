"""Hostile series under a limit of memory, by the command as a process of its own."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from bad_series import BAD
from dicom_series import real_series, synthetic_series

_MEMORY_BYTES = 1536 << 20
_ROOT = Path(__file__).parents[2]


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))


@pytest.mark.parametrize("source", [synthetic_series, real_series])
@pytest.mark.parametrize(
    "name", ["header bomb", "RLE bomb", "RLE rubbish", "cut short", "enhanced"]
)
def test_a_refusal_takes_less_than_one_and_a_half_gigabytes(
    name: str, source: type, tmp_path: Path
) -> None:
    study = BAD[name].make(source(), tmp_path / "study")

    done = subprocess.run(
        [sys.executable, "-m", "clinic", "segment", study, "--click", "40,30,12",
         "--output", tmp_path / "out"],
        capture_output=True, text=True, check=False, preexec_fn=_limit, cwd=_ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip

    assert done.returncode == 3, done.stderr
    assert BAD[name].is_said_in(done.stderr.strip().splitlines()[-1])
    assert not (tmp_path / "out").exists()
