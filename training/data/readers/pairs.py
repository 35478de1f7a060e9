"""Images and masks as pairs of files: in two folders, side by side, or in a folder per patient."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.data.cases.case import Case, Found, InstanceRule, LesionClass
from training.data.readers.base import (
    Source,
    case_number,
    found_pairs,
    image_files,
    lesions_as_told,
)
from training.data.readers.datasets import Dataset, named, told
from training.data.readers.pair_names import Beside, by_case, is_mask, masks_beside
from uls.workshop.errors import InputError

__all__ = ["PairsReader", "lidc_pairs", "lndb_pairs"]

_log = logging.getLogger(__name__)

_LEVELS = 2
"""A folder and a file in it."""

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
        "<case>_mask.nii.gz (or _label, _seg), <case>_image.nii.gz beside any <case>_*.nii.gz, or "
        "<case>/ct.nii.gz beside <case>/mask.nii.gz; in any sub-folders, else one mask a scan"
    )
    dataset: Dataset | None = None

    def find(self, source: Source) -> Found:
        """Return the cases, wherever under the folder they lie."""
        labels = source.labels or source.root
        files = image_files(source.root, deep=True)
        beside = masks_beside(files) if source.labels is None else []
        taken = {path for one in beside for path in (one.image, one.mask)}
        images = [p for p in files if p not in taken and not is_mask(p)]
        others = files if source.labels is None else image_files(labels, deep=True)
        masks = [p for p in others if p not in taken and (source.labels or is_mask(p))]
        of_images, of_masks = by_case(images, source.root, masks, labels)
        for one in beside:
            _check_new(one, {**of_images, **of_masks})
            of_images[one.name], of_masks[one.name] = one.image, one.mask
        scan_of = {one.name: one.scan for one in beside}
        _warn_of_levels(source.root, images)

        def case(name: str, image: Path, mask: Path) -> Case:
            return self._case(source, name, scan_of.get(name, name), (image, mask))

        return found_pairs(of_images, of_masks, case, self, source.root)

    def _case(self, source: Source, name: str, scan: str, files: tuple[Path, Path]) -> Case:
        known = told(source.dataset) if source.dataset else self.dataset
        lesions = (known or self.dataset or _ANYBODYS).lesions
        rule = known.rule if known else InstanceRule()
        return Case(
            name=name,
            dataset=known.name if known else source.dataset or source.root.resolve().name,
            patient=scan,
            challenge_number=case_number(scan) if known and known.is_case(scan) else None,
            image=files[0],
            mask=files[1],
            series=scan,
            classes=(lesions_as_told(lesions, source),),
            rule=InstanceRule("labels") if source.instances else rule,
        )


def _warn_of_levels(root: Path, images: Sequence[Path]) -> None:
    """Say that each scan counts as a patient, where folders may be patients with several."""
    deep = [path for path in images if len(path.relative_to(root).parts) > _LEVELS]
    if deep:
        _log.warning(
            "%s: %d scans lie in folders within folders, such as %s; each counts as a patient. "
            "If patients have several, say so by --patients: nobody may be in both parts.",
            *(root, len(deep), deep[0].relative_to(root)),
        )


def _check_new(one: Beside, others: Mapping[str, Path]) -> None:
    if one.name in others:
        found = f"{others[one.name]} for {one.name!r} as well"
        raise InputError.about(one.mask, expected="one file a case", found=found)


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
