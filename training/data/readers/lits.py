"""LiTS: volume-<n>.nii and segmentation-<n>.nii, in one folder or in several."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from training.data.cases.case import Case, Found
from training.data.readers.base import Source, by_stem, found_pairs, image_files, image_stem
from training.data.readers.datasets import named

__all__ = ["LitsReader"]


@dataclass(frozen=True)
class LitsReader:
    """Reads LiTS' training batches: label 2 is the tumour. Cases are named as in the challenge."""

    name: str = "lits"
    layout: str = "volume-<n>.nii[.gz] and segmentation-<n>.nii[.gz], in any sub-folders"

    def find(self, source: Source) -> Found:
        """Find the cases, wherever under the folder they lie."""
        images = by_stem(image_files(source.root, deep=True), _numbered("volume"))
        labels = image_files(source.labels or source.root, deep=True)
        masks = by_stem(labels, _numbered("segmentation"))
        return found_pairs(images, masks, lambda *found: _case(source, *found), self, source.root)


def _numbered(word: str) -> Callable[[Path], str | None]:
    """Give a function that finds the number of files that begin with a word."""
    pattern = re.compile(rf"{word}-(\d+)")

    def number(path: Path) -> str | None:
        match = pattern.fullmatch(image_stem(path))
        return match[1] if match else None

    return number


def _case(source: Source, number: str, image: Path, mask: Path) -> Case:
    lits = named("LiTS")
    return Case(
        name=f"liver_{int(number)}",
        dataset=source.dataset or lits.name,
        patient=number,
        challenge_number=int(number),
        image=image,
        mask=mask,
        classes=(lits.lesions,),
        rule=lits.rule,
    )
