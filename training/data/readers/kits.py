"""KiTS: one folder a patient, case_00000/imaging.nii.gz and its segmentation."""

from dataclasses import dataclass
from pathlib import Path

from training.data.cases.case import Case, Found
from training.data.readers.base import Source, by_stem, case_number, found_pairs
from training.data.readers.datasets import named
from uls.workshop.folder_scan import listed

__all__ = ["KitsReader"]

_IMAGES = ("imaging.nii.gz",)
_MASKS = ("aggregated_MAJ_seg.nii.gz", "segmentation.nii.gz")
"""KiTS21's majority vote, or the name that KiTS19 and KiTS23 have."""


@dataclass(frozen=True)
class KitsReader:
    """Reads KiTS19, 21 and 23: label 2 is the tumour. Cases are named as in the challenge."""

    name: str = "kits"
    layout: str = "case_<nnnnn>/imaging.nii.gz and aggregated_MAJ_seg.nii.gz or segmentation.nii.gz"

    def find(self, source: Source) -> Found:
        """Find the cases, wherever under the folder they lie."""
        images = by_stem(_named(source.root, _IMAGES), _folder_name)
        masks = by_stem(_preferred(_named(source.labels or source.root, _MASKS)), _folder_name)
        return found_pairs(images, masks, lambda *found: _case(source, *found), self, source.root)


def _named(root: Path, names: tuple[str, ...]) -> list[Path]:
    """Return files of these names that lie in a patient's folder."""
    files = listed(root, tuple(name.lower() for name in names), deep=True)
    return [p for p in files if p.name in names and p.parent.name.startswith("case_")]


def _preferred(masks: list[Path]) -> list[Path]:
    """Of the masks of one folder, keep the one whose name comes first in `_MASKS`."""
    by_rank = sorted(masks, key=lambda path: _MASKS.index(path.name), reverse=True)
    return sorted({path.parent: path for path in by_rank}.values())


def _folder_name(path: Path) -> str:
    return path.parent.name


def _case(source: Source, name: str, image: Path, mask: Path) -> Case:
    kits = named("KiTS21")
    return Case(
        name=f"kidney21_{name}",
        dataset=source.dataset or kits.name,
        patient=name,
        challenge_number=case_number(name),
        image=image,
        mask=mask,
        classes=(kits.lesions,),
        rule=kits.rule,
    )
