"""Reads who drew what: a folder per annotator, or files that end in `_rad<n>` and the like."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from uls.images.stack import IMAGE_SUFFIXES
from uls.workshop.errors import InputError
from uls.workshop.folder_scan import is_clutter, listed, shown

__all__ = ["LAYOUT", "Drawn", "find_masks"]

LAYOUT = "<annotator>/<lesion>.nii.gz, or <lesion>_rad<n>.nii.gz (_reader<n>, _annotator<n>)"

_ENDING = re.compile(r"(?P<lesion>.+)_(?P<annotator>(?:rad|reader|annotator)\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Drawn:
    """All masks of a folder.

    Attributes:
        annotators: their names, sorted.
        masks: by lesion's name, its masks by annotator.
    """

    annotators: tuple[str, ...]
    masks: Mapping[str, Mapping[str, Path]]


def find_masks(root: Path) -> Drawn:
    """Find the masks of all lesions.

    Raises:
        InputError: the folder is laid out otherwise, holds fewer than two annotators' masks, or a
            lesion's mask twice.
    """
    if not root.is_dir():
        raise InputError.about(root, expected=f"a folder with {LAYOUT}", found="no folder")
    found: dict[str, dict[str, Path]] = {}
    for lesion, annotator, path in [*_by_ending(root), *_by_folder(root)]:
        other = found.setdefault(lesion, {}).setdefault(annotator, path)
        if other != path:
            raise InputError.about(
                path, expected="one mask of a lesion by each annotator", found=f"also {other}"
            )
    annotators = sorted({name for masks in found.values() for name in masks})
    if len(annotators) < 2:
        raise InputError.about(
            root,
            expected=f"masks of two annotators or more: {LAYOUT}",
            found=f"{len(annotators)} ({shown(root, deep=True)})",
        )
    return Drawn(tuple(annotators), dict(sorted(found.items())))


_Found = list[tuple[str, str, Path]]


def _by_ending(root: Path) -> _Found:
    """Find files that are named after a lesion and an annotator, wherever they lie."""
    found = []
    for path in listed(root, IMAGE_SUFFIXES, deep=True):
        if match := _ENDING.fullmatch(_stem(path)):
            found.append((match["lesion"], match["annotator"].lower(), path))
    return found


def _by_folder(root: Path) -> _Found:
    """Find files in a folder for each annotator that no ending names."""
    return [
        (_stem(path), folder.name, path)
        for folder in sorted(root.iterdir())
        if folder.is_dir() and not is_clutter(folder.name)
        for path in listed(folder, IMAGE_SUFFIXES, deep=True)
        if not _ENDING.fullmatch(_stem(path))
    ]


def _stem(path: Path) -> str:
    suffix = max((s for s in IMAGE_SUFFIXES if path.name.lower().endswith(s)), key=len)
    return path.name[: -len(suffix)]
