"""The folders of the data set: which series there are, and where their files lie.

Layout: region / `train`, `test` / `images`, `masks`, `labels`, with `<patient>_<series UID>` as the
files' names, and tables beside or in `metadata`. The published archive has the regions in `images`.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from training.hcuch.labels import Label, parse_label
from training.hcuch.windows import WINDOWS, Window
from uls.errors import InputError
from uls.folder_scan import is_clutter, listed, shown
from uls.stack import stack_name
from uls.strict_json import parse_json

__all__ = ["Series", "find_series", "find_table", "read_json"]

_SUBSETS = ("train", "test")
_IMAGE_SUFFIXES = (".nii.gz", ".nii")
_WINDOWS_FILE = "windows_mapping.json"
_Labels = TypeAdapter(dict[int, str])
_WindowNames = TypeAdapter(dict[str, str])

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

    @property
    def uid(self) -> str:
        """The series instance UID: the name without the patient."""
        return self.name.partition("_")[2] or self.name


def find_series(root: Path) -> tuple[Series, ...]:
    """Find all series, ordered by name, and read their labels.

    A series without its image is kept, as its mask can be measured; that is logged.

    Raises:
        InputError: there is no such folder or no mask in it, a mask has no labels or labels no
            mask, a name occurs twice, or a label cannot be read.
    """
    windows = _window_names(root)
    found = sorted(
        (series for folder in _subset_folders(root) for series in _series_of(folder, windows)),
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


def _series_of(folder: Path, windows: dict[str, str]) -> Iterator[Series]:
    region, subset = folder.parent.name, folder.name
    masks = {stack_name(path): path for path in _images_in(folder / "masks")}
    images = {stack_name(path): path for path in _images_in(folder / "images")}
    labels = {path.stem: path for path in _json_files(folder / "labels")}
    _check_pairs(folder, masks, labels)
    for name, mask in masks.items():
        yield Series(
            name=name,
            patient=_patient_of(mask, name),
            region=region,
            subset=subset,
            mask=mask,
            image=images.get(name),
            labels=_read_labels(labels[name]),
            window=_window(windows, name, region),
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


def _patient_of(path: Path, name: str) -> str:
    patient, underscore, uid = name.partition("_")
    if not patient.isdecimal() or not underscore or not uid:
        raise InputError.about(
            path, expected="a name <patient>_<series instance UID>", found=path.name
        )
    return str(int(patient))


def _read_labels(path: Path) -> dict[int, Label]:
    try:
        texts = _Labels.validate_python(read_json(path))
    except ValidationError as error:
        raise InputError.about(
            path,
            expected='an object like {"1": "m,liver"}',
            found=f"{error.errors()[0]['input']!r}",
        ) from error
    return {value: parse_label(text, subject=f"{path}, {value}") for value, text in texts.items()}


def _window_names(root: Path) -> dict[str, str]:
    path = find_table(root, _WINDOWS_FILE)
    if path is None:
        return {}
    try:
        names = _WindowNames.validate_python(read_json(path))
    except ValidationError as error:
        raise InputError.about(
            path, expected="an object of window names by file name", found="something else"
        ) from error
    for file, name in names.items():
        if name not in WINDOWS:
            raise InputError.about(
                f"{path}, {file}", expected=f"one of {', '.join(WINDOWS)}", found=repr(name)
            )
    return {stack_name(file): name for file, name in names.items()}


def _window(names: dict[str, str], name: str, region: str) -> Window | None:
    """Choose the series' own window, else its region's; an unknown region has none."""
    uid = name.partition("_")[2]
    return WINDOWS.get(names.get(name) or names.get(uid) or region)


def find_table(root: Path, name: str) -> Path | None:
    """Find a table in the data set's folder or its `metadata`."""
    places = (root / name, root / "metadata" / name)
    return next((path for path in places if path.is_file()), None)


def read_json(path: Path) -> Any:
    """Read a JSON file of the data set.

    Raises:
        InputError: it cannot be read, or is not JSON.
    """
    try:
        return parse_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError.about(path, expected="JSON", found=str(error)) from error
