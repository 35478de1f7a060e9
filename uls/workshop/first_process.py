"""As the first process of a container: SIGTERM ends it from the first moment on.

Import this before all that is slow to import. The kernel drops a signal that a container's first
process has not asked for, so `docker stop` would wait for ten seconds, and then kill.
`uls.workshop.command_line.run` takes over.
"""

import os
import signal
import sys
from types import FrameType

__all__: list[str] = []


def _leave(signal_number: int, _: FrameType | None) -> None:
    sys.stderr.write("Error: stopped by SIGTERM before anything was begun.\n")
    sys.stderr.flush()
    os._exit(128 + signal_number)


if os.getpid() == 1:
    signal.signal(signal.SIGTERM, _leave)
