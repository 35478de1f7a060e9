"""A process whose work is done ends, though a thread of it still computes."""

import subprocess
import sys
from pathlib import Path

CODE = """
import atexit, sys, threading, time
from pathlib import Path
from uls.workshop import ending

atexit.register(Path(sys.argv[1]).unlink)
threading.Thread(target=time.sleep, args=(600,)).start()  # the interpreter would wait for it
print("the last line")
ending.leave_others_behind()
"""


def test_it_ends_at_once_with_exit_code_0_and_cleans_up(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.touch()

    done = subprocess.run(
        [sys.executable, "-c", CODE, str(scratch)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert (done.returncode, done.stdout) == (0, "the last line\n")
    assert not scratch.exists()
