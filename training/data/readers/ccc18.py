"""CCC18 (Crowds Cure Cancer 2018): scans as NIfTI, and a table of two diameters a lesion.

The measured slice is the table's column `z`, or is known by the DICOM file of that slice, which
also gives the windows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from training.data.cases.case import Case, Found, Line, Measurement
from training.data.readers.base import Source, by_stem, image_files
from training.data.readers.diameters import check_line
from training.data.readers.table_rows import Row, read_rows, sound_rows
from uls.workshop.errors import InputError
from uls.workshop.folder_scan import listed, shown

__all__ = ["Ccc18Reader"]

_NAME, _SLICE, _PATIENT = "name", "z", "patient"
_AXES = ("LongAxis", "ShortAxis")
_ENDS = ("point1.x", "point1.y", "point2.x", "point2.y")
_COLUMNS = (_NAME, *(f"{axis}.{end}" for axis in _AXES for end in _ENDS))


@dataclass(frozen=True)
class _Measured:
    """What a row says: of which scan and patient, and the lesion measured in it."""

    name: str
    patient: str
    measurement: Measurement


@dataclass(frozen=True)
class Ccc18Reader:
    """Reads the one CSV file of a folder and the scans that it names."""

    name: str = "ccc18"
    layout: str = (
        "one .csv with name, {Long,Short}Axis.point{1,2}.{x,y} and optionally z (slice from 0) "
        "and patient; imagesTr/<name>.nii.gz; dicoms/<name>.dcm, the measured slice, where z is not"
    )

    def find(self, source: Source) -> Found:
        """Return the measured scans; several rows of one name are several lesions."""
        table = _only_table(source.root, self.layout)
        images = by_stem(image_files(source.root / "imagesTr"))
        read = partial(_read, source.root, frozenset(images))
        made, damaged = sound_rows(
            read_rows(table, _COLUMNS), read, skip_damaged=source.skip_damaged
        )
        by_name: dict[str, list[_Measured]] = {}
        for one in made:
            by_name.setdefault(one.name, []).append(one)
        common = sorted(set(images) & set(by_name))
        if not common:
            found = f"{len(images)} images in imagesTr, none of them"
            raise InputError.about(table, expected="scans that it names", found=found)
        return Found(
            cases=tuple(_case(source, n, images[n], by_name[n]) for n in common),
            without_mask=tuple(images[n] for n in sorted(set(images) - set(by_name))),
            without_image=tuple(sorted(set(by_name) - set(images))),
            damaged=damaged,
        )


def _only_table(root: Path, layout: str) -> Path:
    tables = listed(root, (".csv",)) if root.is_dir() else []
    if len(tables) != 1 or not (root / "imagesTr").is_dir():
        names = ", ".join(path.name for path in tables) or "no .csv file"
        raise InputError.about(root, expected=layout, found=f"{names} ({shown(root)})")
    return tables[0]


def _case(source: Source, name: str, image: Path, rows: Sequence[_Measured]) -> Case:
    return Case(
        name=name,
        dataset=source.dataset or "CCC18",
        patient=rows[0].patient,
        image=image,
        measurements=tuple(row.measurement for row in rows),
    )


def _read(root: Path, images: frozenset[str], row: Row) -> _Measured:
    name = row.text(_NAME).rstrip("/")
    if not name:
        raise row.error(_NAME, "a scan's name")
    long, short = (_line(row, axis) for axis in _AXES)
    check_line(row, _AXES[0], long)
    dicom = root / "dicoms" / f"{name}.dcm"
    given = row.text(_SLICE)
    if not given and not dicom.is_file() and name in images:
        expected = f"the measured slice, in a column {_SLICE!r} or as {dicom}"
        raise row.error(_SLICE, expected, "neither")
    measurement = Measurement(
        long=long,
        short=short,
        slice_index=row.whole(_SLICE) if given else None,
        slice_file=dicom if dicom.is_file() else None,
    )
    return _Measured(name, row.text(_PATIENT) or name, measurement)


def _line(row: Row, axis: str) -> Line:
    x0, y0, x1, y1 = (row.number(f"{axis}.{end}") for end in _ENDS)
    return (x0, y0), (x1, y1)
