"""CCC18 (Crowds Cure Cancer 2018): scans as NIfTI, and a table of two diameters a lesion.

The measured slice is the table's column `z`, or is known by the DICOM file of that slice, which
also gives the windows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from training.prepare.case import Case, Found, Line, Measurement
from training.prepare.readers.base import Source, by_stem, image_files, read_table
from uls.errors import InputError

__all__ = ["Ccc18Reader"]

_NAME, _SLICE, _PATIENT = "name", "z", "patient"
_AXES = ("LongAxis", "ShortAxis")
_ENDS = ("point1.x", "point1.y", "point2.x", "point2.y")
_COLUMNS = (_NAME, *(f"{axis}.{end}" for axis in _AXES for end in _ENDS))


@dataclass(frozen=True)
class Ccc18Reader:
    """Reads the one CSV file of a folder and the scans that it names."""

    name: str = "ccc18"
    layout: str = (
        "one .csv with name, {Long,Short}Axis.point{1,2}.{x,y} and optionally z (slice from 0) "
        "and patient; imagesTr/<name>.nii.gz; dicoms/<name>.dcm, the measured slice, where z is not"
    )

    def find(self, source: Source) -> Found:
        """Find the measured scans; several rows of one name are several lesions."""
        table = _only_table(source.root, self.layout)
        by_name: dict[str, list[dict[str, str]]] = {}
        for row in read_table(table, _COLUMNS):
            by_name.setdefault(row[_NAME].strip().rstrip("/"), []).append(row)
        images = by_stem(image_files(source.root / "imagesTr"))
        common = sorted(set(images) & set(by_name))
        if not common:
            found = f"{len(images)} images in imagesTr, none of them"
            raise InputError.about(table, expected="scans that it names", found=found)
        return Found(
            cases=tuple(_case(source, table, n, images[n], by_name[n]) for n in common),
            without_mask=tuple(images[n] for n in sorted(set(images) - set(by_name))),
            without_image=tuple(sorted(set(by_name) - set(images))),
        )


def _only_table(root: Path, layout: str) -> Path:
    tables = sorted(root.glob("*.csv")) if root.is_dir() else []
    if len(tables) != 1 or not (root / "imagesTr").is_dir():
        found = ", ".join(path.name for path in tables) or "no .csv file"
        raise InputError.about(root, expected=layout, found=found)
    return tables[0]


def _case(source: Source, table: Path, name: str, image: Path, rows: list[dict[str, str]]) -> Case:
    return Case(
        name=name,
        dataset=source.dataset or "CCC18",
        patient=rows[0].get(_PATIENT) or name,
        image=image,
        measurements=tuple(_measurement(source.root, table, name, row) for row in rows),
    )


def _measurement(root: Path, table: Path, name: str, row: Mapping[str, str]) -> Measurement:
    dicom = root / "dicoms" / f"{name}.dcm"
    told = row.get(_SLICE, "").strip()
    if not told and not dicom.is_file():
        raise InputError.about(
            f"{table}, {name}",
            expected=f"the measured slice, in a column {_SLICE!r} or as {dicom}",
            found="neither",
        )
    long, short = (_line(table, name, row, axis) for axis in _AXES)
    return Measurement(
        long=long,
        short=short,
        slice_index=int(_number(table, name, row, _SLICE)) if told else None,
        slice_file=dicom if dicom.is_file() else None,
    )


def _line(table: Path, name: str, row: Mapping[str, str], axis: str) -> Line:
    x0, y0, x1, y1 = (_number(table, name, row, f"{axis}.{end}") for end in _ENDS)
    return (x0, y0), (x1, y1)


def _number(table: Path, name: str, row: Mapping[str, str], column: str) -> float:
    try:
        return float(row[column])
    except ValueError as error:
        raise InputError.about(
            f"{table}, {name}, column {column!r}", expected="a number", found=repr(row[column])
        ) from error
