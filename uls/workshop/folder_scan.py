"""Which files of a folder count: one rule for every folder that is searched.

Operating systems and viewers leave files of their own beside a user's: AppleDouble files (named
`._scan.nii.gz`, and no image), `.DS_Store`, `Thumbs.db`, and whole folders of such.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from uls.workshop.errors import InputError, no_permission_is

__all__ = ["is_clutter", "listed", "shown"]

_CLUTTER = frozenset(
    {
        *("thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "icon\r"),
        *("__macosx", "@eadir", "#recycle", "$recycle.bin", "system volume information"),
        *("lost+found", "__pycache__"),
    }
)
"""Names in lower case that are never a user's data, beside those that begin with a dot."""


def is_clutter(name: str) -> bool:
    """Return whether a file or folder of this name is hidden, or left behind by a system."""
    return name.startswith(".") or name.lower() in _CLUTTER


@no_permission_is(InputError)
def listed(folder: Path, suffixes: tuple[str, ...] = ("",), *, deep: bool = False) -> list[Path]:
    """Return the files of a folder that count, sorted by path.

    Folders are left out, even where their name has the suffix; a link that leads nowhere is listed,
    so that whoever opens it says so.

    Args:
        folder: where to look. It must be there.
        suffixes: endings in lower case, of which a name must have one, whatever its own case.
        deep: look into sub-folders as well, also through links; each folder is visited once.

    Raises:
        InputError: a folder may not be read.
    """
    found = _walked(folder) if deep else (path for path in folder.iterdir() if not path.is_dir())
    return sorted(
        path for path in found if path.name.lower().endswith(suffixes) and not is_clutter(path.name)
    )


def _walked(folder: Path) -> Iterator[Path]:
    visited: set[str] = set()
    for place, folders, files in os.walk(folder, followlinks=True, onerror=_refuse):
        real = os.path.realpath(place)
        if real in visited:
            folders.clear()
            continue
        visited.add(real)
        folders[:] = sorted(name for name in folders if not is_clutter(name))
        yield from (Path(place, name) for name in files)


def _refuse(error: OSError) -> None:
    """Let a folder that cannot be read end the search: what is in it would be missing unseen."""
    raise error


def shown(folder: Path, *, deep: bool = False, most: int = 5) -> str:
    """Return what a folder holds, for a message: the first names, and how many more there are."""
    if not folder.is_dir():
        return "a file" if folder.exists() else "no such folder"
    return _first([_relative(path, folder) for path in _entries(folder, deep=deep)], most)


def _entries(folder: Path, *, deep: bool) -> list[Path]:
    if deep:
        return listed(folder, deep=True)
    return sorted(path for path in folder.iterdir() if not is_clutter(path.name))


def _relative(path: Path, folder: Path) -> str:
    name = path.relative_to(folder).as_posix()
    return f"{name}/" if path.is_dir() else name


def _first(names: list[str], most: int) -> str:
    if not names:
        return "an empty folder"
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
