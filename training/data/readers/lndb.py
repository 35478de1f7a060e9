"""LNDb as released: a MetaImage a scan, and a mask per reader (`_rad1`, `_rad2` …); or pairs."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from training.data.cases.case import Case, Found, Readings
from training.data.readers.base import (
    Source,
    by_stem,
    case_number,
    image_files,
    image_stem,
    lesions_as_told,
)
from training.data.readers.datasets import named
from training.data.readers.pairs import PairsReader, lndb_pairs
from uls.workshop.errors import InputError
from uls.workshop.folder_scan import shown

__all__ = ["LndbReader"]

_SCAN = re.compile(r"LNDb[-_]?\d+", re.IGNORECASE)
_MASK = re.compile(r"(LNDb[-_]?\d+)_rad(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class LndbReader:
    """Reads a scan and the masks of its readers: each value of a mask is a nodule."""

    name: str = "lndb"
    layout: str = (
        "LNDb-<nnnn>.mhd and, in any folder, LNDb-<nnnn>_rad<n>.mhd per reader; "
        f"or {lndb_pairs().layout}"
    )
    pairs: PairsReader = field(default_factory=lndb_pairs)

    def find(self, source: Source) -> Found:
        """Return the scans, wherever under the folder they lie."""
        masks = _masks(image_files(source.labels or source.root, deep=True))
        if not masks:
            return self.pairs.find(source)
        images = by_stem(image_files(source.root, deep=True), _scan_name)
        common = sorted(set(images) & set(masks))
        if not common:
            raise InputError.about(
                source.root,
                expected=f"the layout of {self.name!r}: {self.layout}",
                found=f"{len(masks)} scans with masks, and none of the scans themselves "
                f"({shown(source.root, deep=True)})",
            )
        return Found(
            cases=tuple(_case(source, name, images[name], masks[name]) for name in common),
            without_mask=tuple(images[name] for name in sorted(set(images) - set(masks))),
            without_image=tuple(
                str(path) for name in sorted(set(masks) - set(images)) for path in masks[name]
            ),
        )


def _scan_name(path: Path) -> str | None:
    stem = image_stem(path)
    return stem if _SCAN.fullmatch(stem) else None


def _masks(paths: list[Path]) -> dict[str, list[Path]]:
    """Key the masks of all readers by their scan, in the readers' order."""
    by_reader = by_stem(paths, _reader_name)
    found: dict[str, list[Path]] = {}
    for name in sorted(by_reader):
        found.setdefault(name.rpartition("_rad")[0], []).append(by_reader[name])
    return found


def _reader_name(path: Path) -> str | None:
    match = _MASK.fullmatch(image_stem(path))
    return f"{match[1]}_rad{int(match[2]):03d}" if match else None


def _case(source: Source, name: str, image: Path, masks: list[Path]) -> Case:
    lndb = named("LNDb")
    return Case(
        name=name,
        dataset=source.dataset or lndb.name,
        patient=name,
        challenge_number=None if source.dataset else case_number(name),
        image=image,
        classes=(replace(lesions_as_told(lndb.lesions, source), values=None),),
        readings=Readings(masks=tuple(masks)),
    )
