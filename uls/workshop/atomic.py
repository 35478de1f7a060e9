"""Write files whole or not at all: the one place where a file is written beside and then renamed.

A file is written to a hidden part beside its place (`uls.workshop.parts`), brought to disk, checked
and only then renamed: nobody ever reads half of it, and two jobs with one name cannot mix.
"""

import errno
import os
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from uls.workshop.errors import OutputError
from uls.workshop.parts import bring_to_disk, new_part, refuse_other_kinds, same_file, sweep

__all__ = [
    "AtomicFile",
    "check_writable",
    "commits",
    "discard_all",
    "output_errors",
    "write_file",
]

_READ_BYTES = 1 << 20
_CHANGED = "a file that another job changed while this one wrote it"

_open_files: set["AtomicFile"] = set()
commits = threading.RLock()
"""Held while files get their names; `discard_all` keeps it, so that none does after that."""


class AtomicFile:
    """A file that gets its name with `commit`, and leaves nothing without it.

    As a context manager it discards what was not committed. Its methods raise OSError as the system
    does; inside `output_errors` that becomes an `OutputError`.

    Args:
        path: the name that it gets. A file or a link there is replaced, a link is not followed.
        head_bytes: length of a beginning that is known last and handed to `finish`.
    """

    def __init__(self, path: Path, *, head_bytes: int = 0) -> None:
        refuse_other_kinds(path)
        self.path = path
        self.process = os.getpid()
        self._part, self._descriptor = new_part(path)
        _open_files.add(self)
        self._head_bytes, self._size, self._sum = head_bytes, head_bytes, 0
        self._finished = False
        os.lseek(self._descriptor, head_bytes, os.SEEK_SET)
        self._written = os.fstat(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()

    @property
    def size(self) -> int:
        """Give the bytes so far, the beginning included."""
        return self._size

    def write(self, content: bytes) -> None:
        """Append bytes."""
        left = memoryview(content)
        while left:
            left = left[os.write(self._descriptor, left) :]
        self._size += len(content)
        self._sum = zlib.crc32(content, self._sum)

    def finish(self, head: bytes = b"") -> None:
        """Complete the file under its hidden name, bring it to disk and check what lies there."""
        if self._finished:
            return
        if len(head) != self._head_bytes:
            raise ValueError(f"a beginning of {len(head)} bytes, not of {self._head_bytes}")
        if head:
            os.pwrite(self._descriptor, head, 0)
        os.fsync(self._descriptor)
        self._check_content(head)
        self._finished = True

    def commit(self) -> Path:
        """Give the finished file its name, replacing an earlier one; return its path."""
        self.finish()
        with commits:
            self._check_place(self._part)
            self._part.replace(self.path)
            self._check_place(self.path)
        bring_to_disk(self.path.parent)
        self.discard()
        return self.path

    def discard(self) -> None:
        """Remove what was not committed; harmless after a commit."""
        if self not in _open_files:
            return
        _open_files.remove(self)
        self.unlink()
        os.close(self._descriptor)

    def unlink(self) -> None:
        """Remove the part; it stays open."""
        with suppress(OSError):  # after a commit there is none
            if self.is_at(self._part):
                self._part.unlink()

    def is_at(self, path: Path) -> bool:
        """Say whether the file at a path is this one."""
        return same_file(self._written, os.lstat(path))

    def _check_content(self, head: bytes) -> None:
        """Read back what was written."""
        at, found = self._head_bytes, 0
        while piece := os.pread(self._descriptor, _READ_BYTES, at):
            at, found = at + len(piece), zlib.crc32(piece, found)
        beginning = os.pread(self._descriptor, len(head), 0)
        if (at, found, beginning) != (self._size, self._sum, head):
            raise OSError(errno.ESTALE, _CHANGED, str(self.path))

    def _check_place(self, path: Path) -> None:
        """Check that the file at a path is the one that was written, whole."""
        if not self.is_at(path) or os.fstat(self._descriptor).st_size != self._size:
            raise OSError(errno.ESTALE, _CHANGED, str(self.path))


def write_file(path: Path, content: bytes | str, *, make_folder: bool = False) -> Path:
    """Write a file whole or not at all, text in UTF-8; return its path.

    Raises:
        OutputError: it cannot be written. What lay there before stays.
    """
    data = content.encode() if isinstance(content, str) else content
    with output_errors(path):
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent)
        with AtomicFile(path) as file:
            file.write(data)
            return file.commit()


def check_writable(folder: Path) -> None:
    """Make a folder, sweep it and write a file there, which goes again: no work is done in vain.

    Raises:
        OutputError: it cannot be written.
    """
    with output_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        sweep(folder)
        AtomicFile(folder / "probe").discard()


def discard_all(seconds: float = 1.0) -> None:
    """Remove every part of this process, which is about to end; a commit that has begun may end."""
    if commits.acquire(timeout=seconds):
        for file in list(_open_files):
            if file.process == os.getpid():  # a forked process has its parent's in its list
                file.unlink()


@contextmanager
def output_errors(path: Path) -> Iterator[None]:
    """Turn the system's refusal to write into an `OutputError` that names the path."""
    try:
        yield
    except OSError as error:
        raise OutputError.about(
            path,
            expected="a place that can be written",
            found=error.strerror or str(error),
            hint="Check the folder's owner, its free space and, in a container, the mount.",
        ) from error
