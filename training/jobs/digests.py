"""One hash for a file or a folder, and a cheap look at whether it is still what was hashed."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from uls.workshop.files import sha256
from uls.workshop.folder_scan import is_clutter

__all__ = ["Digest", "digest", "is_as_listed"]


class Digest(BaseModel):
    """What a file or folder held when it was hashed.

    Attributes:
        path: where it was; another place with the same content is the same to us.
        sha256: of a file its own; of a folder that of its files' names and hashes, in order.
        files: how many files; hidden ones do not count.
        bytes: their size.
        listing: hash of names, sizes and times of change, by which an unchanged place is known
            without reading it again.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    sha256: str
    files: int
    bytes: int
    listing: str


def digest(path: Path) -> Digest:
    """Hash a file, or all files in a folder; links count as what they point to."""
    files = list(_files(path))
    return Digest(
        path=str(path),
        sha256=sha256(path) if path.is_file() else _together(files, path),
        files=len(files),
        bytes=sum(file.stat().st_size for file in files),
        listing=_listing(files, path),
    )


def is_as_listed(path: Path, known: Digest) -> bool:
    """Say whether names, sizes and times of change are those of a known digest."""
    return path.exists() and _listing(list(_files(path)), path) == known.listing


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for entry in sorted(path.iterdir()):
        if not is_clutter(entry.name):
            yield from _files(entry)


def _together(files: list[Path], root: Path) -> str:
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{file.relative_to(root).as_posix()}\0{sha256(file)}\n".encode())
    return whole.hexdigest()


def _listing(files: list[Path], root: Path) -> str:
    whole = hashlib.sha256()
    for file in files:
        state = file.stat()
        name = file.relative_to(root).as_posix()
        whole.update(f"{name}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return whole.hexdigest()
