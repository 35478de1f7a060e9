"""Hashing files; writing a file or a folder beside its place before it is renamed there."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from uls.workshop.atomic import AtomicFile
from uls.workshop.errors import OutputError
from uls.workshop.parts import sweep

__all__ = ["new_folder", "sha256", "write_beside"]

CHUNK_BYTES = 1 << 22


def sha256(path: Path) -> str:
    """Give a file's SHA-256 as 64 hexadecimal digits, read in pieces of 4 MiB."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        while piece := file.read(CHUNK_BYTES):
            digest.update(piece)
    return digest.hexdigest()


@contextmanager
def new_folder(destination: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary folder beside `destination`, which becomes it when the block ends well.

    Args:
        destination: the folder to make; its parents are made as needed.
        overwrite: replace a folder that is there already.

    Raises:
        OutputError: something is there already, or the place cannot be written.
    """
    if destination.exists() and not overwrite:
        raise OutputError.about(
            destination,
            expected="a folder that does not exist yet",
            found="one that does",
            hint="Use --overwrite.",
        )
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=destination.parent, prefix=f".{destination.name}."))
    except OSError as error:
        raise OutputError.about(
            destination.parent, expected="a folder that can be written", found=str(error)
        ) from error
    try:
        yield beside
        _let_everyone_read(beside)
        _take_place(beside, destination)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _take_place(folder: Path, destination: Path) -> None:
    """Rename a folder; an earlier one goes only when the new one is in its place."""
    if not destination.exists():
        folder.rename(destination)
        return
    earlier = folder.with_name(f"{folder.name}.earlier")
    destination.rename(earlier)
    try:
        folder.rename(destination)
    except BaseException:
        earlier.rename(destination)
        raise
    shutil.rmtree(earlier)


def _let_everyone_read(folder: Path) -> None:
    """Undo the private modes of temporary folders: containers run as any user."""
    folder.chmod(0o755)
    for file in folder.iterdir():
        file.chmod(0o644)


def write_beside(path: Path, content: bytes) -> None:
    """Write a file whole or not at all (`uls.workshop.atomic`): nobody ever reads half of it.

    Raises:
        OSError: the folder cannot be written; nothing is left behind.
    """
    sweep(path.parent)
    with AtomicFile(path) as file:
        file.write(content)
        file.commit()
