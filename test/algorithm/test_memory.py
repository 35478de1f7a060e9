"""A job's memory does not grow with its stack.

Read from /proc: `ru_maxrss` of a child also counts what its parent held when it was started.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from synthetic_stacks import write_job

JOB = """
import re, sys
from pathlib import Path
import numpy as np
from algorithm.job.job import run_job
from algorithm.job.options import JobOptions

class Threshold:
    takes_boxes = False
    def predict(self, voi_hu, **_):
        return voi_hu.astype(np.float32)
    def passes(self, mirror):
        return 1

run_job(Threshold(), JobOptions(input_folder=Path(sys.argv[1]), output_folder=Path(sys.argv[2])))
print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


def peak_megabytes(tmp_path: Path, file_name: str, n_vois: int) -> float:
    stack = np.zeros((128 * n_vois, 256, 256), np.int16)
    folder = write_job(tmp_path / f"{n_vois}", {file_name: stack})
    command = [sys.executable, "-c", JOB, str(folder), str(tmp_path / f"out-{n_vois}")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024


@pytest.mark.parametrize("file_name", ["s.mha", "s.nii.gz"])
def test_ten_more_vois_take_no_more_memory(tmp_path: Path, file_name: str) -> None:
    """A VOI of int16 is 16 MiB: held whole, ten more would take 160 MiB more."""
    few, many = (peak_megabytes(tmp_path, file_name, n) for n in (3, 13))
    assert many - few < 48
