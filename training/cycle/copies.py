"""Folders copied whole: beside their place first, and then renamed."""

import shutil
from pathlib import Path

from training.jobs.stages import partial_place
from uls.workshop.errors import OutputError

__all__ = ["copy_folder"]


def copy_folder(source: Path, target: Path) -> Path:
    """Copy a folder unless it is there already; what an earlier attempt left half done is redone.

    Raises:
        OutputError: it cannot be written.
    """
    if target.exists():
        return target
    beside = partial_place(target)
    try:
        shutil.rmtree(beside, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, beside)
        return beside.rename(target)
    except OSError as error:
        raise OutputError.about(
            target,
            expected="a folder that can be written",
            found=error.strerror or str(error),
            hint="Check the folder's owner and its free space.",
        ) from error
