"""The folder of results: complete under its name, or not there at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from uls.workshop.beside import folder_beside
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
    try:
        with folder_beside(folder) as beside:
            yield beside
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> OutputError:
    return OutputError.about(
        folder,
        expected="a place that can be written",
        found=error.strerror or "an error of the disk",
        hint="Check the folder's owner and its free space.",
    )
