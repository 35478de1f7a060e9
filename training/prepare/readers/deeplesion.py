"""DeepLesion: 16-bit PNG slices and DL_info.csv; each row is a lesion measured on one slice."""

import re
from dataclasses import dataclass
from pathlib import Path

from training.prepare.case import Case, Found, Measurement, PngSeries
from training.prepare.readers.base import Source, read_table
from uls.errors import InputError

__all__ = ["DeepLesionReader"]

_TABLE = "DL_info.csv"
_IMAGE_FOLDERS = ("Images_png", "images")

_FILE, _NOISY, _LINES = "File_name", "Possibly_noisy", "Measurement_coordinates"
_BOX, _WINDOWS, _RANGE = "Bounding_boxes", "DICOM_windows", "Slice_range"
_SPACING, _TYPE = "Spacing_mm_px_", "Coarse_lesion_type"

_TYPES = {
    **{1: "bone", 2: "abdomen", 3: "mediastinum", 4: "liver"},
    **{5: "lung", 6: "kidney", 7: "soft tissue", 8: "pelvis"},
}
"""Of the coarse types; most rows have -1, unknown."""

_NAME = re.compile(r"((\d{6})_\d\d_\d\d)_(\d{3})\.png")
"""patient_study_series_slice"""


@dataclass(frozen=True)
class DeepLesionReader:
    """Reads the slices around each measured one; rows that may be noisy are skipped."""

    name: str = "deeplesion"
    layout: str = "DL_info.csv and Images_png/<patient>_<study>_<series>/<nnn>.png"

    def find(self, source: Source) -> Found:
        """Find the measured slices; several measurements of one slice are one case."""
        table = source.root / _TABLE
        columns = (_FILE, _NOISY, _LINES, _BOX, _WINDOWS, _RANGE, _SPACING, _TYPE)
        rows = read_table(table, columns)
        good = [row for row in rows if row[_NOISY].strip() != "1"]
        by_file: dict[str, list[dict[str, str]]] = {}
        for row in good:
            by_file.setdefault(row[_FILE].strip(), []).append(row)
        images = _image_folder(source.root, self.layout)
        there = {name for name in by_file if (images / _match(table, name)[1]).is_dir()}
        if not there:
            raise InputError.about(
                images, expected=f"scans that {table} measures", found=f"none of {len(by_file)}"
            )
        return Found(
            cases=tuple(_case(source, table, images, n, by_file[n]) for n in sorted(there)),
            without_image=tuple(sorted(set(by_file) - there)),
            skipped={"possibly noisy": len(rows) - len(good)} if len(rows) > len(good) else {},
        )


def _image_folder(root: Path, layout: str) -> Path:
    for name in _IMAGE_FOLDERS:
        if (root / name).is_dir():
            return root / name
    raise InputError.about(root, expected=layout, found="no folder Images_png")


def _match(table: Path, name: str) -> re.Match[str]:
    match = _NAME.fullmatch(name)
    if match is None:
        expected = "names such as 000001_01_01_109.png"
        raise InputError.about(f"{table}, {_FILE}", expected=expected, found=repr(name))
    return match


def _case(source: Source, table: Path, images: Path, name: str, rows: list[dict[str, str]]) -> Case:
    series, patient, key_slice = _match(table, name).groups()
    first, last = (int(n) for n in _numbers(table, rows[0], _RANGE, 2))
    x, y, z = _numbers(table, rows[0], _SPACING, 3)
    slices = tuple(images / series / f"{n:03d}.png" for n in range(first, last + 1))
    index = int(key_slice) - first
    if not 0 <= index < len(slices):
        found = f"slice {key_slice} outside {first} to {last}"
        raise InputError.about(f"{table}, {name}", expected="a slice of its range", found=found)
    return Case(
        name=name.removesuffix(".png"),
        dataset=source.dataset or "DeepLesion",
        patient=patient,
        challenge_number=int(patient),
        image=PngSeries(slices, (x, y, z)),
        measurements=tuple(_measurement(table, row, index) for row in rows),
    )


def _measurement(table: Path, row: dict[str, str], index: int) -> Measurement:
    x0, y0, x1, y1, x2, y2, x3, y3 = _numbers(table, row, _LINES, 8)
    left, top, right, bottom = _numbers(table, row, _BOX, 4)
    ends = _numbers(table, row, _WINDOWS, None)
    return Measurement(
        long=((x0, y0), (x1, y1)),
        short=((x2, y2), (x3, y3)),
        slice_index=index,
        box=(left, top, right, bottom),
        windows_hu=tuple(zip(ends[::2], ends[1::2], strict=True)),
        lesion_type=_TYPES.get(int(_numbers(table, row, _TYPE, 1)[0]), "various"),
    )


def _numbers(table: Path, row: dict[str, str], column: str, count: int | None) -> list[float]:
    """Read a cell of numbers parted by commas; None asks for pairs, however many."""
    try:
        numbers = [float(text) for text in row[column].split(",")]
    except ValueError:
        numbers = []
    if (len(numbers) % 2 or not numbers) if count is None else len(numbers) != count:
        raise InputError.about(
            f"{table}, {row[_FILE]}, column {column!r}",
            expected=f"{'pairs of' if count is None else count} numbers parted by commas",
            found=repr(row[column]),
        )
    return numbers
