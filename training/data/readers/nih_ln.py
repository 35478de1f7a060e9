"""NIH's CT lymph nodes: numbered nodes of the abdomen and the mediastinum."""

import re
from dataclasses import dataclass
from pathlib import Path

from training.data.cases.case import Case, Found
from training.data.readers.base import Source, by_stem, found_pairs, image_files, image_stem
from training.data.readers.datasets import named

__all__ = ["NihLymphNodeReader"]

_IMAGE = re.compile(r"((?:ABD|MED)_LYMPH_\d+)")
_MASK = re.compile(r"((?:ABD|MED)_LYMPH_\d+)_mask")


@dataclass(frozen=True)
class NihLymphNodeReader:
    """Reads the scans as NIfTI, and the masks as they are released: each value is a node."""

    name: str = "nih-ln"
    layout: str = "ABD_LYMPH_<nnn>.nii.gz, MED_LYMPH_<nnn>.nii.gz and <the same>_mask.nii.gz"

    def find(self, source: Source) -> Found:
        """Find the cases, wherever under the folder they lie."""
        images = by_stem(image_files(source.root, deep=True), lambda p: _case_name(_IMAGE, p))
        labels = image_files(source.labels or source.root, deep=True)
        masks = by_stem(labels, lambda path: _case_name(_MASK, path))
        return found_pairs(images, masks, lambda *found: _case(source, *found), self, source.root)


def _case_name(pattern: re.Pattern[str], path: Path) -> str | None:
    match = pattern.fullmatch(image_stem(path))
    return match[1] if match else None


def _case(source: Source, name: str, image: Path, mask: Path) -> Case:
    nodes = named(f"NIH-LN-{name[:3]}")
    return Case(
        name=name,
        dataset=source.dataset or nodes.name,
        patient=name,
        challenge_number=int(name.rpartition("_")[2]),
        image=image,
        mask=mask,
        classes=(nodes.lesions,),
        rule=nodes.rule,
    )
