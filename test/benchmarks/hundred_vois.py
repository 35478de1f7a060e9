"""Time and peak memory of one job of 100 VOIs, repeated from the sample, with the built-in model.

Run: `.venv/bin/python test/benchmarks/hundred_vois.py [--vois 100] [options of the algorithm]`.
Prints the job's own log, whose last line splits the time by stage, then seconds and peak memory of
the whole process beside the stack's size.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from uls.platform.slugs import SPACINGS_FILE, STACK_FOLDER

REPOSITORY = Path(__file__).parents[2]
SAMPLE = REPOSITORY / "test" / "sample" / "input"
SLICES = 128


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vois", type=int, default=100)
    options, passed_on = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as scratch:
        stack_bytes = write_job(Path(scratch) / "in", options.vois)
        seconds, peak_bytes = run_job(Path(scratch), passed_on)
    print(f"{options.vois} VOIs: {seconds:.1f} s, start of process to exit")  # noqa: T201
    print(  # noqa: T201
        f"peak memory {peak_bytes / 1e9:.2f} GB, the stack's voxels {stack_bytes / 1e9:.2f} GB: "
        f"ratio {peak_bytes / stack_bytes:.2f}"
    )


def write_job(folder: Path, n_vois: int) -> int:
    """Write a compressed stack of the sample's VOIs, over and over; return its voxels' bytes."""
    sample = sitk.GetArrayFromImage(sitk.ReadImage(str(SAMPLE / STACK_FOLDER / "sample.mha")))
    vois = np.split(sample, len(sample) // SLICES)
    order = [index % len(vois) for index in range(n_vois)]
    stack = sitk.GetImageFromArray(np.concatenate([vois[index] for index in order]))
    (folder / STACK_FOLDER).mkdir(parents=True)
    sitk.WriteImage(stack, str(folder / STACK_FOLDER / "repeated.mha"), useCompression=True)
    spacings = json.loads((SAMPLE / SPACINGS_FILE).read_text())
    (folder / SPACINGS_FILE).write_text(json.dumps([spacings[index] for index in order]))
    return stack.GetNumberOfPixels() * 2


def run_job(scratch: Path, passed_on: list[str]) -> tuple[float, int]:
    """Run the algorithm as a user would; return its seconds and its peak resident bytes."""
    command = [sys.executable, "-m", "algorithm", "--input", str(scratch / "in")]
    command += ["--output", str(scratch / "out"), *passed_on]
    start = time.monotonic()
    with subprocess.Popen(command, cwd=REPOSITORY) as process:
        peak = PeakMemory(process.pid)
        code = process.wait()
        seconds = time.monotonic() - start
    if code:
        sys.exit(code)
    return seconds, peak.bytes


class PeakMemory(threading.Thread):
    """Follows a process' peak resident memory until it ends."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.bytes = 0
        self._status = Path(f"/proc/{pid}/status")
        self.start()

    def run(self) -> None:
        while found := self._read():
            self.bytes = max(self.bytes, found)
            time.sleep(0.05)

    def _read(self) -> int:
        try:
            match = re.search(r"VmHWM:\s+(\d+) kB", self._status.read_text())
        except OSError:
            return 0
        return int(match[1]) * 1024 if match else 0


if __name__ == "__main__":
    main()
