"""The folders of the data set: which series there are, and where their files lie.

Layout: region / `train`, `test` / `images`, `masks`, `labels`, with `<patient>_<series UID>` as the
files' names, and tables beside or in `metadata`. The published archive has the regions in `images`.
Names of a series UID alone are read, too, if series.json says whose series it is.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from clinic.follow_up.labels import Label
from clinic.follow_up.metadata import SERIES_FILE, SeriesEntry, read_series
from clinic.follow_up.tables import find_table, read_labels, window_names, window_of
from clinic.follow_up.windows import Window
from uls.images.stack import stack_name
from uls.workshop.errors import InputError
from uls.workshop.folder_scan import is_clutter, listed, shown

__all__ = ["Series", "find_series"]

_SUBSETS = ("train", "test")
_IMAGE_SUFFIXES = (".nii.gz", ".nii")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Series:
    """One CT series: its name, what it is of, its files, and the labels of its mask's values."""

    name: str
    patient: str
    region: str
    subset: str
    mask: Path
    image: Path | None
    labels: dict[int, Label]
    window: Window | None
    entry: SeriesEntry | None = None
    """What series.json says of it."""

    @property
    def uid(self) -> str:
        """The series instance UID: the name without the patient."""
        return self.name.partition("_")[2] or self.name


def find_series(root: Path) -> tuple[Series, ...]:
    """Find all series, ordered by name, and read their labels.

    A series without its image is kept, as its mask can be measured; that is logged.

    Raises:
        InputError: there is no such folder or no mask in it, a mask has no labels or labels no
            mask, a name occurs twice, a label cannot be read, or series.json cannot or has another
            patient than a file's name.
    """
    tables = _Tables(window_names(root), _series_entries(root))
    found = sorted(
        (series for folder in _subset_folders(root) for series in _series_of(folder, tables)),
        key=lambda series: series.name,
    )
    for a, b in pairwise(found):
        if a.name == b.name:
            raise InputError.about(b.mask, expected="every series once", found=f"also {a.mask}")
    without = [series.name for series in found if series.image is None]
    if without:
        _log.warning(
            "%d of %d series have no image, %s first", len(without), len(found), without[0]
        )
    return tuple(found)


def _subset_folders(root: Path) -> list[Path]:
    """List region/subset folders, under the root or under its `images`."""
    if not root.is_dir():
        raise InputError.about(root, expected="the HCUCH data set's folder", found="no folder")
    bases = [base for base in (root, root / "images") if base.is_dir()]
    folders = [
        region / subset
        for base in bases
        for region in sorted(base.iterdir())
        if not is_clutter(region.name)
        for subset in _SUBSETS
        if (region / subset / "masks").is_dir()
    ]
    if not folders:
        raise InputError.about(
            root,
            expected="folders like thorax/train/masks (or images/thorax/train/masks)",
            found=shown(root),
        )
    return folders


@dataclass(frozen=True)
class _Tables:
    """The window's name by series, and the entry of series.json by series instance UID."""

    windows: dict[str, str]
    entries: dict[str, SeriesEntry]


def _series_entries(root: Path) -> dict[str, SeriesEntry]:
    path = find_table(root, SERIES_FILE)
    return {} if path is None else read_series(path)


def _series_of(folder: Path, tables: _Tables) -> Iterator[Series]:
    region, subset = folder.parent.name, folder.name
    masks = {stack_name(path): path for path in _images_in(folder / "masks")}
    images = {stack_name(path): path for path in _images_in(folder / "images")}
    labels = {path.stem: path for path in _json_files(folder / "labels")}
    _check_pairs(folder, masks, labels)
    for name, mask in masks.items():
        entry = tables.entries.get(name) or tables.entries.get(name.partition("_")[2])
        yield Series(
            name=name,
            patient=_patient_of(mask, name, entry),
            region=region,
            subset=subset,
            mask=mask,
            image=images.get(name),
            labels=read_labels(labels[name]),
            window=window_of(tables.windows, name, region),
            entry=entry,
        )


def _images_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return listed(folder, _IMAGE_SUFFIXES)


def _json_files(folder: Path) -> list[Path]:
    return listed(folder, (".json",)) if folder.is_dir() else []


def _check_pairs(folder: Path, masks: dict[str, Path], labels: dict[str, Path]) -> None:
    for name in sorted(masks.keys() ^ labels.keys()):
        missing = folder / ("labels" if name in masks else "masks") / name
        has = masks.get(name) or labels[name]
        raise InputError.about(missing, expected=f"a file beside {has}", found="none")


def _patient_of(path: Path, name: str, entry: SeriesEntry | None) -> str:
    if entry is not None and entry.uid == name:
        return str(entry.patient)
    patient, underscore, uid = name.partition("_")
    if not patient.isdecimal() or not underscore or not uid:
        raise InputError.about(
            path,
            expected=f"a name <patient>_<series instance UID>, or a UID that {SERIES_FILE} lists",
            found=path.name,
        )
    if entry is not None and entry.patient != int(patient):
        raise InputError.about(
            path,
            expected=f"a series of patient {entry.patient}, as {SERIES_FILE} says",
            found=f"patient {int(patient)} in the name",
        )
    return str(int(patient))
