"""What is left of a process that ends at once."""

import subprocess
import sys
from pathlib import Path

import pytest

ENDING = """
import sys
from uls.workshop import ending
folder = ending.scratch_folder("uls-test-")
(folder / "weights").touch()
print(folder, flush=True)
if sys.argv[1] == "now":
    ending.end_now(say="enough.")
if sys.argv[1] == "after":
    ending.end_after(0.1)
    import time
    time.sleep(60)
"""


@pytest.mark.parametrize(("way", "code"), [("now", 143), ("after", 143), ("by itself", 0)])
def test_scratch_folders_go_however_the_process_ends(way: str, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ENDING, way], check=False, capture_output=True, text=True
    )
    assert done.returncode == code
    assert not Path(done.stdout.strip()).exists()
    assert done.stderr.startswith("Error: ") == (code != 0)
