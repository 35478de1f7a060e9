"""Images and masks as pairs of files: in two folders, or side by side. LIDC and LNDb as NIfTI."""

import re
from dataclasses import dataclass
from pathlib import Path

from training.prepare.case import Case, Found, InstanceRule, LesionClass
from training.prepare.readers.base import (
    Source,
    by_stem,
    case_number,
    found_pairs,
    image_files,
    image_stem,
    lesions_as_told,
)
from training.prepare.readers.datasets import Dataset, named

__all__ = ["PairsReader", "lidc_reader", "lndb_reader"]

_MASK_FOLDERS = ("labels", "labelsTr", "masks", "segmentations")
_IMAGE_FOLDERS = ("images", "imagesTr", "scans", "volumes")
_MASK_ENDING = r"(.+?)[-_.](?:mask|label|seg|segmentation|lesions?|tumou?rs?|nodules?)"
_IMAGE_ENDING = r"(.+?)[-_.](?:image|ct|scan|volume|0000)"


@dataclass(frozen=True)
class PairsReader:
    """Reads any pairs: a mask is known by its folder (labels/, masks/ …) or its ending (_mask …).

    Attributes:
        name: how the command line calls it.
        layout: the files that it reads.
        dataset: the data set that it is for; None for anybody's own.
        numbering: regular expression of names whose number the challenge's list means.
    """

    name: str = "pairs"
    layout: str = (
        "images/<case>.nii.gz with labels/ or masks/<case>.nii.gz, "
        "or <case>.nii.gz beside <case>_mask.nii.gz (or _label, _seg); in any sub-folders"
    )
    dataset: Dataset | None = None
    numbering: str = ""

    def find(self, source: Source) -> Found:
        """Find the cases, wherever under the folder they lie."""
        labels = source.labels or source.root
        images = [p for p in image_files(source.root, deep=True) if not _is_mask(p)]
        masks = [p for p in image_files(labels, deep=True) if source.labels or _is_mask(p)]

        def case(name: str, image: Path, mask: Path) -> Case:
            return self._case(source, name, image, mask)

        return found_pairs(by_stem(images, _case), by_stem(masks, _case), case, self, source.root)

    def _case(self, source: Source, name: str, image: Path, mask: Path) -> Case:
        known = self.dataset.lesions if self.dataset else LesionClass("lesion")
        listed = bool(self.numbering and re.match(self.numbering, name, re.IGNORECASE))
        title = source.dataset or (
            self.dataset.name if self.dataset else source.root.resolve().name
        )
        return Case(
            name=name,
            dataset=title,
            patient=name,
            challenge_number=case_number(name) if listed and not source.dataset else None,
            image=image,
            mask=mask,
            classes=(lesions_as_told(known, source),),
            rule=InstanceRule("labels" if source.instances else "components"),
        )


def _is_mask(path: Path) -> bool:
    if path.parent.name in _MASK_FOLDERS:
        return True
    named_mask = re.fullmatch(_MASK_ENDING, image_stem(path), re.IGNORECASE)
    return path.parent.name not in _IMAGE_FOLDERS and named_mask is not None


def _case(path: Path) -> str:
    """Give a file's case: its name without what says that it is the image, or the mask."""
    stem = image_stem(path)
    ending = _MASK_ENDING if _is_mask(path) else _IMAGE_ENDING
    match = re.fullmatch(ending, stem, re.IGNORECASE)
    return match[1] if match else stem


def lidc_reader() -> PairsReader:
    """Read LIDC-IDRI as NIfTI; the challenge's list counts its scans anew, as lidcidri_<n>."""
    return PairsReader(
        name="lidc",
        layout=f"LIDC-IDRI as NIfTI, nodules = 1: {PairsReader.layout}",
        dataset=named("LIDC-IDRI"),
        numbering=r"lidcidri_\d+$",
    )


def lndb_reader() -> PairsReader:
    """Read LNDb as NIfTI or MetaImage."""
    return PairsReader(
        name="lndb",
        layout=f"LNDb as NIfTI or MetaImage, nodules = 1: {PairsReader.layout}",
        dataset=named("LNDb"),
        numbering=r"lndb[-_]?\d+$",
    )
