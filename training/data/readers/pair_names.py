"""Which file of a folder of pairs is the mask, and which case a file is of: by name and place."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from training.data.readers.base import by_stem, image_stem

__all__ = ["Beside", "by_case", "is_mask", "masks_beside"]

_MASK_FOLDERS = frozenset(
    {
        *("labels", "label", "labelstr", "masks", "mask", "segmentations", "segmentation"),
        *("segs", "seg", "annotations", "annotation", "groundtruth", "ground_truth"),
        *("ground-truth", "gt"),
    }
)
_IMAGE_FOLDERS = frozenset(
    {"images", "image", "imagestr", "imgs", "scans", "scan", "volumes", "volume", "ct", "cts"}
)
"""In lower case: `Images` and `images` are the same to a user."""

_MASK_WORD = r"(?:mask|label|seg|segmentation|lesion|tumou?r|nodule)s?"
_IMAGE_WORD = r"(?:image|img|imaging|ct|scan|volume|0000)"


def is_mask(path: Path) -> bool:
    """Return whether a file is a mask: by its folder (labels/, masks/ …) or its name (_mask …)."""
    folder = path.parent.name.lower()
    if folder in _MASK_FOLDERS:
        return True
    named = re.fullmatch(rf"(.+[-_.])?{_MASK_WORD}", image_stem(path), re.IGNORECASE)
    return folder not in _IMAGE_FOLDERS and named is not None


@dataclass(frozen=True)
class Beside:
    """A mask beside its image.

    Attributes:
        name: of the case: of the scan where it has one mask, else of the mask.
        scan: the scan's name.
        image: the scan.
        mask: the mask.
    """

    name: str
    scan: str
    image: Path
    mask: Path


def masks_beside(paths: list[Path]) -> list[Beside]:
    """Return the masks `<case>_<lesion>` of each `<case>_image` beside which they lie.

    A mask is of the case with the longest name that fits. In folders of images alone there is none.
    """
    images = {(path.parent, case): path for path in paths if (case := _explicit_case(path))}
    found: dict[tuple[Path, str], list[Path]] = {}
    for path in paths:
        alone = path.parent.name.lower() in _IMAGE_FOLDERS | _MASK_FOLDERS
        if not alone and _explicit_case(path) is None and (key := _image_of(path, images)):
            found.setdefault(key, []).append(path)
    return [
        Beside(image_stem(mask) if len(masks) > 1 else key[1], key[1], images[key], mask)
        for key, masks in found.items()
        for mask in masks
    ]


def _explicit_case(path: Path) -> str | None:
    match = re.fullmatch(r"(.+)_image", image_stem(path), re.IGNORECASE)
    return match[1] if match else None


def _image_of(path: Path, images: Mapping[tuple[Path, str], Path]) -> tuple[Path, str] | None:
    parts = image_stem(path).split("_")
    starts = ("_".join(parts[:count]) for count in range(len(parts) - 1, 0, -1))
    return next(((path.parent, s) for s in starts if (path.parent, s) in images), None)


def by_case(
    images: list[Path], root: Path, masks: list[Path], mask_root: Path
) -> tuple[dict[str, Path], dict[str, Path]]:
    """Return images and masks by their case.

    A case is named after its file, or where that says no more than its kind (`ct.nii.gz`), after
    its folder. Where files of several folders have one name, all are named after folder and file.

    Args:
        images: the images.
        root: the folder that they lie in, at whatever depth.
        masks: the masks.
        mask_root: the folder that they lie in; it may be the same.

    Raises:
        InputError: two files are of the same case.
    """
    short, short_mask = _Namer(root, long=False), _Namer(mask_root, long=False)
    if _all_different(map(short, images)) and _all_different(map(short_mask, masks)):
        return by_stem(images, short), by_stem(masks, short_mask)
    return by_stem(images, _Namer(root, long=True)), by_stem(masks, _Namer(mask_root, long=True))


def _all_different(names: Iterable[str]) -> bool:
    return max(Counter(names).values(), default=1) == 1


class _Namer:
    """Names the case of a file, with or without the folders that it lies in."""

    def __init__(self, root: Path, *, long: bool) -> None:
        self._root, self._long = root, long

    def __call__(self, path: Path) -> str:
        stem = self._stem(path)
        folders = self._folders(path)
        if self._long or not stem:
            return "_".join([*folders, stem] if stem else folders) or image_stem(path)
        return stem

    def _stem(self, path: Path) -> str:
        """Return a file's name without what says its kind; empty where it says nothing else."""
        stem = image_stem(path)
        word = _MASK_WORD if is_mask(path) else _IMAGE_WORD
        if re.fullmatch(word, stem, re.IGNORECASE):
            return ""
        return _ends_in(word, stem) or stem

    def _folders(self, path: Path) -> list[str]:
        parents = path.parent.relative_to(self._root).parts
        kinds = _MASK_FOLDERS | _IMAGE_FOLDERS
        return [name for name in parents if name.lower() not in kinds]


def _ends_in(word: str, stem: str) -> str | None:
    match = re.fullmatch(rf"(.+?)[-_.]{word}", stem, re.IGNORECASE)
    return match[1] if match else None
