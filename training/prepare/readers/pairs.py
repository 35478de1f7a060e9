"""Images and masks as pairs of files: in two folders, side by side, or in a folder per patient."""

from dataclasses import dataclass
from pathlib import Path

from training.prepare.case import Case, Found, InstanceRule, LesionClass
from training.prepare.readers.base import (
    Source,
    case_number,
    found_pairs,
    image_files,
    lesions_as_told,
)
from training.prepare.readers.datasets import Dataset, named, told
from training.prepare.readers.pair_names import by_case, is_mask

__all__ = ["PairsReader", "lidc_pairs", "lndb_pairs"]

_ANYBODYS = Dataset("", LesionClass("lesion"), InstanceRule(), "")
"""A set of which nothing is known but what the caller says."""


@dataclass(frozen=True)
class PairsReader:
    """Reads any pairs: a mask is known by its folder (labels/, masks/ …) or its ending (_mask …).

    Attributes:
        name: how the command line calls it.
        layout: the files that it reads.
        dataset: the data set that it is for; None for anybody's own.
    """

    name: str = "pairs"
    layout: str = (
        "images/<case>.nii.gz with labels/ or masks/<case>.nii.gz, <case>.nii.gz beside "
        "<case>_mask.nii.gz (or _label, _seg), or <case>/ct.nii.gz beside <case>/mask.nii.gz; "
        "in any sub-folders, one mask a scan"
    )
    dataset: Dataset | None = None

    def find(self, source: Source) -> Found:
        """Return the cases, wherever under the folder they lie."""
        labels = source.labels or source.root
        images = [p for p in image_files(source.root, deep=True) if not is_mask(p)]
        masks = [p for p in image_files(labels, deep=True) if source.labels or is_mask(p)]

        def case(name: str, image: Path, mask: Path) -> Case:
            return self._case(source, name, image, mask)

        pairs = by_case(images, source.root, masks, labels)
        return found_pairs(*pairs, case, self, source.root)

    def _case(self, source: Source, name: str, image: Path, mask: Path) -> Case:
        known = told(source.dataset) if source.dataset else self.dataset
        lesions = (known or self.dataset or _ANYBODYS).lesions
        rule = known.rule if known else InstanceRule()
        return Case(
            name=name,
            dataset=known.name if known else source.dataset or source.root.resolve().name,
            patient=name,
            challenge_number=case_number(name) if known and known.is_case(name) else None,
            image=image,
            mask=mask,
            classes=(lesions_as_told(lesions, source),),
            rule=InstanceRule("labels") if source.instances else rule,
        )


def lidc_pairs() -> PairsReader:
    """Read LIDC-IDRI as NIfTI; the challenge's list counts its scans anew, as lidcidri_<n>."""
    return PairsReader(
        name="lidc",
        layout=f"LIDC-IDRI as NIfTI, nodules = 1: {PairsReader.layout}",
        dataset=named("LIDC-IDRI"),
    )


def lndb_pairs() -> PairsReader:
    """Read LNDb as NIfTI or MetaImage."""
    return PairsReader(
        name="lndb",
        layout=f"LNDb as NIfTI or MetaImage, nodules = 1: {PairsReader.layout}",
        dataset=named("LNDb"),
    )
