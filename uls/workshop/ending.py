"""How a process ends that was told to: by an exception, and at once if that takes too long."""

import atexit
import logging
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NoReturn

from uls.workshop import atomic

__all__ = [
    "SECONDS",
    "SENTENCE",
    "STOPPED",
    "Stopped",
    "end_after",
    "end_now",
    "leave_others_behind",
    "scratch_folder",
]

SECONDS = 8.0
"""For what is running when SIGTERM comes. `docker stop` kills after 10.

The platform's client (0.8.3) kills after 5, but asks only when it wants no more of the job.
"""

STOPPED = 128 + signal.SIGTERM
"""A process that a signal ended exits with 128 plus the signal's number (POSIX shells)."""

SENTENCE = "stopped by SIGTERM before the end; nothing half written is left."


_scratch: list[Path] = []


class Stopped(SystemExit):
    """Ends the process because of SIGTERM."""

    def __init__(self, sentence: str = SENTENCE) -> None:
        super().__init__(STOPPED)
        self.sentence = sentence


def scratch_folder(prefix: str) -> Path:
    """Make a temporary folder that goes when the process ends, unless it is killed."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _scratch.append(folder)
    return folder


def end_after(seconds: float | None) -> None:
    """Begin to count: the process ends at once when the seconds are over; None: never."""
    if seconds is not None:
        threading.Thread(target=_wait_and_end, args=(seconds,), name="end", daemon=True).start()


def end_now(exit_code: int = STOPPED, *, say: str = SENTENCE) -> None:
    """Remove what is half written, say why, and leave without waiting for any thread.

    The interpreter is not taken down: native threads that still compute would crash it.
    """
    atomic.discard_all()
    for folder in _scratch:
        shutil.rmtree(folder, ignore_errors=True)
    sys.stderr.write(f"Error: {say}\n")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exit_code)


def leave_others_behind() -> NoReturn:
    """End a process whose work is done, though a thread of it is still computing.

    The interpreter is not taken down, as that would wait for the thread, or crash it.
    """
    atexit._run_exitfuncs()  # temporary folders
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _wait_and_end(seconds: float) -> None:
    time.sleep(seconds)
    end_now()
