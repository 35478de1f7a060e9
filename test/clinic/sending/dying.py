"""Sends results again and again, and dies a step later each time; then sends to the end.

    python dying.py RESULTS ADDRESS ROOT

Step n of a process is its n-th rename or removal of a file: death falls between any two durable
steps, after the archive stored an object and before that was noted among them. Each round has an
outbox of its own, ROOT/n; prints how many rounds there were.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pydicom  # noqa: F401  (once, not in each child)

import clinic.sending.deliver
import clinic.sending.outbox  # noqa: F401
from clinic.sending.command import send_results
from clinic.sending.destination import parse_destination


def main() -> None:
    results, address, root = sys.argv[1:]
    for step in range(1, 100):
        died = _in_child(results, address, Path(root) / str(step), step)
        assert not _in_child(results, address, Path(root) / str(step), 0)
        if not died:
            print(step)  # noqa: T201
            return
    sys.exit("it never came to an end")


def _in_child(results: str, address: str, outbox: Path, step: int) -> bool:
    """Send in a forked process that dies before its step; return whether it died."""
    child = os.fork()
    if child == 0:
        _die_before(step)
        send_results(Path(results), parse_destination(address), outbox=outbox, tries=1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        assert os.WEXITSTATUS(status) == 0
        return False
    return os.WTERMSIG(status) == signal.SIGKILL


def _die_before(step: int) -> None:
    done = 0

    def dying(function: Any) -> Any:
        def called(*arguments: Any, **options: Any) -> Any:
            nonlocal done
            done += 1
            if done == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **options)

        return called

    os.rename, os.replace, os.unlink = map(dying, (os.rename, os.replace, os.unlink))


if __name__ == "__main__":
    main()
