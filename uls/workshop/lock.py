"""One process at a time in a folder of work."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from uls.workshop.errors import CallError

__all__ = ["alone_in"]


@contextmanager
def alone_in(folder: Path, *, about: Path | None = None) -> Iterator[None]:
    """Hold a folder, so that no second process works in it; it is made where it is missing.

    Args:
        folder: gets the lock file `.lock`, which a dead process does not hold.
        about: what the error names; by default the folder.

    Raises:
        CallError: another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CallError.about(
                about or folder, expected="no other process at work here", found="one that is"
            ) from error
        yield
