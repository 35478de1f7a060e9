"""Folders copied whole: beside their place first, and then renamed."""

import shutil
from pathlib import Path

from uls.workshop.atomic import output_errors
from uls.workshop.beside import folder_beside

__all__ = ["copy_folder"]


def copy_folder(source: Path, target: Path) -> Path:
    """Copy a folder unless it is there already.

    Raises:
        OutputError: it cannot be written.
    """
    if not target.exists():
        with folder_beside(target) as beside, output_errors(target):
            shutil.copytree(source, beside, dirs_exist_ok=True)
    return target
