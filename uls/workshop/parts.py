"""Hidden parts of files: how they are named, opened and locked, and how left ones are removed.

A part lies beside the file that it becomes, as `.<name>.<16 hexadecimal digits>.part`, or as
`.part-<16 hexadecimal digits>-<name>` where a library writes it, as writers of images go by the
suffix. Whoever writes it holds a lock on it (`flock`). One that nobody holds was left by a process
that was killed.
"""

import errno
import fcntl
import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path

__all__ = [
    "PART",
    "bring_to_disk",
    "new_name",
    "new_part",
    "refuse_other_kinds",
    "same_file",
    "sweep",
]

PART = ".part-"
"""What names of parts that libraries write begin with."""

_PART_NAME = re.compile(rf"\..{{1,50}}\.[0-9a-f]{{16}}\.part|{PART}[0-9a-f]{{16}}-.+", re.DOTALL)
_SHOWN_CHARACTERS = 50
"""Of the final name in the part's: that must not become too long for a file's name."""

_ATTEMPTS = 100
_OTHER_KIND = "something that is no regular file"


def new_name(path: Path, *, keep_suffix: bool = False) -> Path:
    """Return a hidden name beside a path that no other job has; if asked, it keeps the suffix."""
    token = secrets.token_hex(8)
    if keep_suffix:
        return path.with_name(f"{PART}{token}-{path.name[-_SHOWN_CHARACTERS:]}")
    return path.with_name(f".{path.name[:_SHOWN_CHARACTERS]}.{token}.part")


def new_part(path: Path, *, keep_suffix: bool = False) -> tuple[Path, int]:
    """Open and lock a new part of a file; return its path and the descriptor.

    It is opened exclusively: a file or a link that lies there already is never written to.
    """
    for _ in range(_ATTEMPTS):
        part = new_name(path, keep_suffix=keep_suffix)
        try:
            descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
        except FileExistsError:
            continue
        if _is_locked(descriptor) and _is_still_there(part, descriptor):
            return part, descriptor
        os.close(descriptor)  # a sweeper came between the opening and the lock
    raise OSError(errno.EEXIST, f"no free name for a part after {_ATTEMPTS} attempts", str(path))


def sweep(folder: Path) -> None:
    """Remove the parts that killed processes left in a folder; those that somebody holds stay."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _PART_NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                _remove_if_left(Path(entry.path))


def same_file(one: os.stat_result, other: os.stat_result) -> bool:
    """Say whether two results of stat are of one file."""
    return (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)


def refuse_other_kinds(path: Path) -> None:
    """Refuse to replace a folder, a device or a pipe, also behind a link (/dev/stdout)."""
    with suppress(FileNotFoundError):
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, _OTHER_KIND, str(path))


def bring_to_disk(folder: Path) -> None:
    """Bring a rename to disk, where the file system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _remove_if_left(part: Path) -> None:
    """Remove a part that nobody holds, that is, whose lock can be had."""
    with suppress(OSError):
        descriptor = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_still_there(part, descriptor):
                part.unlink()
        finally:
            os.close(descriptor)


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: nobody sweeps there either
        return True
    return True


def _is_still_there(part: Path, descriptor: int) -> bool:
    try:
        return same_file(os.fstat(descriptor), os.lstat(part))
    except OSError:
        return False
