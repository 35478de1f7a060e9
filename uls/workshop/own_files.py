"""Files that this user alone may write: what others could have changed is neither read nor used."""

import logging
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

__all__ = ["fault_of_folder", "read_own", "write_own"]


_log = logging.getLogger(__name__)

_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


def fault_of_folder(folder: Path) -> str:
    """Say why others could change what lies in a folder; empty if they cannot."""
    if folder.is_symlink() and folder.lstat().st_uid != os.geteuid():
        return "it is a link that another user made"
    real = folder.resolve()
    status = real.stat()
    if status.st_uid != os.geteuid():
        return f"it belongs to user {status.st_uid}, not to user {os.geteuid()}"
    if status.st_mode & _OTHERS_MAY_WRITE:
        return "other users may write into it"
    for above in real.parents:
        # Whoever may write there may put another folder in its place, but for a sticky one.
        status = above.stat()
        if status.st_uid not in (0, os.geteuid()):
            return f"{above} belongs to user {status.st_uid}"
        if status.st_mode & _OTHERS_MAY_WRITE and not status.st_mode & stat.S_ISVTX:
            return f"other users may write into {above}"
    return ""


def read_own(path: Path) -> bytes | None:
    """Read a file that is ours alone; never through a link, never from a pipe."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        _log.warning("%s cannot be read (%s); it is ignored.", path, error.strerror or error)
        return None
    status = os.fstat(descriptor)
    ours = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
    if not ours or status.st_mode & _OTHERS_MAY_WRITE:
        os.close(descriptor)
        _log.warning("%s is not a file that this user alone may write; it is ignored.", path)
        return None
    with open(descriptor, "rb") as file:  # noqa: PTH123  (a descriptor has no path)
        return file.read()


def write_own(path: Path, *pieces: bytes, only_if_new: bool = False) -> None:
    """Write a file beside its place, then give it its name; the first of two new ones stays."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    beside = Path(name)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123  (a descriptor has no path)
            file.writelines(pieces)
        if only_if_new:
            with suppress(FileExistsError):
                path.hardlink_to(beside)
        else:
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
