"""KiTS: one folder a patient, case_00000/imaging.nii.gz and its segmentation."""

from dataclasses import dataclass
from pathlib import Path

from training.prepare.case import Case, Found
from training.prepare.readers.base import Source, by_stem, case_number, found_pairs
from training.prepare.readers.datasets import named

__all__ = ["KitsReader"]

_MASKS = ("aggregated_MAJ_seg.nii.gz", "segmentation.nii.gz")
"""KiTS21's majority vote, or the name that KiTS19 and KiTS23 have."""


@dataclass(frozen=True)
class KitsReader:
    """Reads KiTS19, 21 and 23: label 2 is the tumour."""

    name: str = "kits"
    layout: str = "case_<nnnnn>/imaging.nii.gz and aggregated_MAJ_seg.nii.gz or segmentation.nii.gz"

    def find(self, source: Source) -> Found:
        """Find the cases, wherever under the folder they lie."""
        images = by_stem(sorted(source.root.rglob("case_*/imaging.nii.gz")), _folder_name)
        folders = sorted((source.labels or source.root).rglob("case_*"))
        masks = by_stem((mask for folder in folders if (mask := _mask(folder))), _folder_name)
        return found_pairs(images, masks, lambda *found: _case(source, *found), self, source.root)


def _folder_name(path: Path) -> str:
    return path.parent.name


def _mask(folder: Path) -> Path | None:
    return next((folder / name for name in _MASKS if (folder / name).is_file()), None)


def _case(source: Source, name: str, image: Path, mask: Path) -> Case:
    kits = named("KiTS21")
    return Case(
        name=name,
        dataset=source.dataset or kits.name,
        patient=name,
        challenge_number=case_number(name),
        image=image,
        mask=mask,
        classes=(kits.lesions,),
        rule=kits.rule,
    )
