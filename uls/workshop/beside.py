"""Files and folders that a library writes: beside their place first, then renamed there.

What we write byte by byte goes through `uls.workshop.atomic`, which also reads it back. A library
wants a path instead; it gets one whose name ends as the final one, since writers of images go by
the suffix. What a killed process left is swept by the next that writes into the folder: nnU-Net,
for one, would take a hidden `….nii.gz` among its cases for a case.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from uls.workshop.atomic import output_errors
from uls.workshop.errors import OutputError
from uls.workshop.parts import bring_to_disk, new_part, refuse_other_kinds, sweep

__all__ = ["file_beside", "folder_beside", "new_folder"]


@contextmanager
def file_beside(path: Path) -> Iterator[Path]:
    """Give a path to write to; what was written there becomes `path` when the block ends well.

    Raises:
        OutputError: the place cannot be written. What lay there before stays.
    """
    with output_errors(path):
        refuse_other_kinds(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent)
        part, locked = new_part(path, keep_suffix=True)
        try:
            yield part
            with part.open("rb+") as file:  # a library may have put another file in its place
                os.fsync(file.fileno())
            part.replace(path)
            bring_to_disk(path.parent)
        finally:
            part.unlink(missing_ok=True)
            os.close(locked)


@contextmanager
def folder_beside(folder: Path) -> Iterator[Path]:
    """Give a temporary folder beside `folder`, which becomes it when the block ends well.

    What lies there before goes only when the new one is in its place.

    Raises:
        OutputError: the place cannot be written.
    """
    target = folder.absolute()
    with output_errors(folder):
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        yield beside
        with output_errors(folder):
            _as_others_are(beside)
            _swap(beside, target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


@contextmanager
def new_folder(destination: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary folder, as `folder_beside` does, whose files everybody may read at the end.

    Containers run as any user.

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
    with folder_beside(destination) as beside:
        yield beside
        for file in beside.iterdir():
            file.chmod(0o755 if file.is_dir() else 0o644)
    destination.chmod(0o755)


def _swap(folder: Path, target: Path) -> None:
    """Rename a folder; an earlier one goes only when the new one is in its place."""
    if not target.exists():
        folder.rename(target)
        return
    earlier = folder.with_name(f"{folder.name}.earlier")
    target.rename(earlier)
    try:
        folder.rename(target)
    except BaseException:
        earlier.rename(target)
        raise
    shutil.rmtree(earlier, ignore_errors=True)


def _as_others_are(folder: Path) -> None:
    """Give a folder the mode that the user's other new folders have: temporary ones are 0700."""
    mask = os.umask(0)
    os.umask(mask)
    folder.chmod(0o777 & ~mask)
