"""DeepLesion: 16-bit PNG slices and DL_info.csv; each row is a lesion measured on one slice."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.data.cases.case import Case, Found, Measurement, PngSeries
from training.data.readers.base import Source
from training.data.readers.diameters import check_line, check_spacing
from training.data.readers.table_rows import Row, read_rows, sound_rows
from uls.workshop.errors import InputError
from uls.workshop.folder_scan import shown

__all__ = ["DeepLesionReader"]

_TABLE = "DL_info.csv"
_IMAGE_FOLDERS = ("Images_png", "images")

_FILE, _NOISY, _LINES = "File_name", "Possibly_noisy", "Measurement_coordinates"
_BOX, _WINDOWS, _RANGE = "Bounding_boxes", "DICOM_windows", "Slice_range"
_SPACING, _TYPE = "Spacing_mm_px_", "Coarse_lesion_type"
_COLUMNS = (_FILE, _NOISY, _LINES, _BOX, _WINDOWS, _RANGE, _SPACING, _TYPE)

_TYPES = {
    **{1: "bone", 2: "abdomen", 3: "mediastinum", 4: "liver"},
    **{5: "lung", 6: "kidney", 7: "soft tissue", 8: "pelvis"},
}
"""Of the coarse types; most rows have -1, unknown."""

_NAME = re.compile(r"((\d{6})_\d\d_\d\d)_(\d{3})\.png")
"""patient_study_series_slice"""

_MOST_SLICES = 1000
"""Of a row's range: the released ones have up to some hundred, and all are read at once."""


@dataclass(frozen=True)
class _Measured:
    """What a row says: of which slice of which series, and the lesion measured on it."""

    row: Row
    file: str
    series: str
    patient: str
    key_slice: int
    slices: tuple[int, int]
    spacing_mm: tuple[float, float, float]
    measurement: Measurement


@dataclass(frozen=True)
class DeepLesionReader:
    """Reads the slices around each measured one; rows that may be noisy are skipped."""

    name: str = "deeplesion"
    layout: str = "DL_info.csv and Images_png/<patient>_<study>_<series>/<nnn>.png"

    def find(self, source: Source) -> Found:
        """Return the measured slices; several measurements of one slice are one case."""
        rows = read_rows(source.root / _TABLE, _COLUMNS)
        made, damaged = sound_rows(rows, _read, skip_damaged=source.skip_damaged)
        good = [one for one in made if one is not None]
        by_file, disagreeing = _by_slice(good, skip_damaged=source.skip_damaged)
        images = _image_folder(source.root, self.layout)
        there = {name for name in by_file if (images / by_file[name][0].series).is_dir()}
        if not there:
            raise InputError.about(
                images,
                expected=f"scans that {source.root / _TABLE} measures",
                found=f"none of {len(by_file)}",
            )
        noisy = len(made) - len(good)
        return Found(
            cases=tuple(_case(source, images, by_file[name]) for name in sorted(there)),
            without_image=tuple(sorted(set(by_file) - there)),
            skipped={"possibly noisy": noisy} if noisy else {},
            damaged=damaged | disagreeing,
        )


def _image_folder(root: Path, layout: str) -> Path:
    for name in _IMAGE_FOLDERS:
        if (root / name).is_dir():
            return root / name
    raise InputError.about(root, expected=layout, found=f"no folder Images_png, but {shown(root)}")


def _read(row: Row) -> _Measured | None:
    """Read a row; None for one that may be noisy."""
    if row.text(_NOISY) not in ("0", "1", "0.0", "1.0"):
        raise row.error(_NOISY, "0 or 1")
    if row.number(_NOISY) == 1:
        return None
    match = _NAME.fullmatch(row.text(_FILE))
    if match is None:
        raise row.error(_FILE, "names such as 000001_01_01_109.png")
    series, patient, key_slice = match.groups()
    first, last = _slices(row, int(key_slice))
    x, y, z = row.numbers(_SPACING, 3)
    check_spacing(row, _SPACING, (x, y, z))
    return _Measured(
        row=row,
        file=row.text(_FILE),
        series=series,
        patient=patient,
        key_slice=int(key_slice),
        slices=(first, last),
        spacing_mm=(x, y, z),
        measurement=_measurement(row, int(key_slice) - first),
    )


def _slices(row: Row, key_slice: int) -> tuple[int, int]:
    first, last = row.numbers(_RANGE, 2)
    if not (first.is_integer() and last.is_integer() and 0 <= first <= last):
        raise row.error(_RANGE, "the first and the last slice, whole numbers from 0")
    if last - first >= _MOST_SLICES:
        raise row.error(_RANGE, f"at most {_MOST_SLICES} slices")
    if not first <= key_slice <= last:
        found = f"slice {key_slice} outside {first:g} to {last:g}"
        raise row.error(_RANGE, "a slice of its range", found)
    return int(first), int(last)


def _measurement(row: Row, index: int) -> Measurement:
    x0, y0, x1, y1, x2, y2, x3, y3 = row.numbers(_LINES, 8)
    left, top, right, bottom = row.numbers(_BOX, 4)
    ends = row.numbers(_WINDOWS, None)
    windows = tuple(zip(ends[::2], ends[1::2], strict=True))
    if any(low >= high for low, high in windows):
        raise row.error(_WINDOWS, "windows from lower to higher HU")
    if left >= right or top >= bottom:
        raise row.error(_BOX, "a box from its left upper to its right lower corner")
    long, short = ((x0, y0), (x1, y1)), ((x2, y2), (x3, y3))
    check_line(row, _LINES, long)
    return Measurement(
        long=long,
        short=short,
        slice_index=index,
        box=(left, top, right, bottom),
        windows_hu=windows,
        lesion_type=_TYPES.get(row.whole(_TYPE), "various"),
    )


def _case(source: Source, images: Path, rows: Sequence[_Measured]) -> Case:
    one = rows[0]
    first, last = one.slices
    slices = tuple(images / one.series / f"{n:03d}.png" for n in range(first, last + 1))
    return Case(
        name=one.file.removesuffix(".png"),
        dataset=source.dataset or "DeepLesion",
        patient=one.patient,
        challenge_number=int(one.patient),
        image=PngSeries(slices, one.spacing_mm),
        measurements=tuple(row.measurement for row in rows),
    )


def _by_slice(
    measured: Sequence[_Measured], *, skip_damaged: bool
) -> tuple[dict[str, list[_Measured]], dict[str, str]]:
    """Key rows by their slice; also return, by place, those that disagree with its first row."""
    by_file: dict[str, list[_Measured]] = {}
    damaged: dict[str, str] = {}
    for one in measured:
        rows = by_file.setdefault(one.file, [])
        error = _disagreement(rows[0], one) if rows else None
        if error is None:
            rows.append(one)
        elif skip_damaged:
            damaged[one.row.place] = str(error)
        else:
            raise error
    return by_file, damaged


def _disagreement(first: _Measured, other: _Measured) -> InputError | None:
    """Say where two rows of one slice disagree on the scan around it."""
    for column, mine, theirs in (
        (_RANGE, first.slices, other.slices),
        (_SPACING, first.spacing_mm, other.spacing_mm),
    ):
        if mine != theirs:
            expected = f"{mine}, as in line {first.row.line} of the same slice"
            return other.row.error(column, expected)
    return None
