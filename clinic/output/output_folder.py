"""The folder of results: complete under its name, or not there at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from uls.workshop.errors import OutputError

__all__ = ["RESULTS", "check_free", "output_folder"]

RESULTS = "results.json"
"""A folder that holds this file is one of ours."""


def check_free(folder: Path, *, overwrite: bool = False) -> None:
    """Refuse a place where results must not be written, before anything slow is begun.

    Raises:
        OutputError: something is there that is neither an empty folder nor, with `overwrite`,
            earlier results.
    """
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise OutputError.about(folder, expected="a folder, or nothing yet", found="something else")
    if folder.is_dir() and any(folder.iterdir()):
        ours = any((folder / name).is_file() for name in (RESULTS, "cases.csv"))
        if not (overwrite and ours):
            raise OutputError.about(
                folder,
                expected="a folder that is empty or not there yet",
                found="earlier results" if ours else "files that are not ours",
                hint="Use --overwrite." if ours else "Name another folder by --output.",
            )


@contextmanager
def output_folder(folder: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary folder beside `folder`, which becomes it when the block ends well.

    Raises:
        OutputError: see `check_free`; or the place cannot be written.
    """
    check_free(folder, overwrite=overwrite)
    target = folder.absolute()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        try:
            yield beside
            _as_others_are(beside)
            _swap(beside, target)
        except OSError as error:
            raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _swap(beside: Path, target: Path) -> None:
    """Put a finished folder in its place; earlier results go only once it is there."""
    if target.is_dir() and any(target.iterdir()):
        old = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
        target.rename(old)
        beside.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    else:
        beside.rename(target)  # over an empty folder, too


def _as_others_are(folder: Path) -> None:
    """Give the folder the mode that the user's other new folders have: temporary ones are 0700."""
    mask = os.umask(0)
    os.umask(mask)
    folder.chmod(0o777 & ~mask)


def _unwritable(folder: Path, error: OSError) -> OutputError:
    return OutputError.about(
        folder,
        expected="a place that can be written",
        found=error.strerror or "an error of the disk",
        hint="Check the folder's owner and its free space.",
    )
