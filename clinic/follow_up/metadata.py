"""patients.csv and series.json: what the data set says of its patients and of its CT series.

Both may be missing, and so may every column but the ones that say whom or what a row is of.
"""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from uls.workshop.errors import InputError
from uls.workshop.strict_json import parse_json

__all__ = [
    "PATIENTS_FILE",
    "SERIES_FILE",
    "Person",
    "SeriesEntry",
    "day",
    "entry_warnings",
    "read_people",
    "read_series",
]

PATIENTS_FILE = "patients.csv"
SERIES_FILE = "series.json"

_TOLERANCE_MM = 1e-3


def day(text: Any) -> Any:
    """Read 20190220 and 2019-02-20."""
    return datetime.strptime(str(text).strip().replace("-", ""), "%Y%m%d").date()


def _unless_blank(value: Any) -> Any:
    """Take blanks, and NaN as tables of numbers write it, for what is not known."""
    blank = isinstance(value, str) and value.strip().lower() in ("", "nan")
    return None if blank or (isinstance(value, float) and math.isnan(value)) else value


def _day_or_none(value: Any) -> Any:
    known = _unless_blank(value)
    return known if known is None or isinstance(known, date) else day(known)


_Text = Annotated[str | None, BeforeValidator(_unless_blank)]
_Day = Annotated[date | None, BeforeValidator(_day_or_none)]
_Millimetres = Annotated[
    Annotated[float, Field(gt=0, allow_inf_nan=False)] | None, BeforeValidator(_unless_blank)
]
_Count = Annotated[Annotated[int, Field(gt=0)] | None, BeforeValidator(_unless_blank)]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, str_strip_whitespace=True, populate_by_name=True)


class Person(_Row):
    """A row of patients.csv."""

    patient: Annotated[int, Field(alias="patient_id")]
    subset: _Text = None
    """training or test."""
    first_study_date: _Day = None
    sex: _Text = None
    age: Annotated[Annotated[float, Field(ge=0, le=150)] | None, BeforeValidator(_unless_blank)] = (
        None
    )
    """Years."""
    diagnosis: _Text = None
    histology: _Text = None
    health_insurance: _Text = None


class SeriesEntry(_Row):
    """An entry of series.json."""

    uid: Annotated[str, Field(alias="uuid", min_length=1)]
    """Series Instance UID."""
    patient: Annotated[int, Field(alias="patient_id")]
    region: _Text = None
    study_date: _Day = None
    slice_thickness_mm: Annotated[_Millimetres, Field(alias="slice_thickness")] = None
    row_spacing: _Millimetres = None
    column_spacing: _Millimetres = None
    slice_spacing: _Millimetres = None
    slices: _Count = None
    rows: _Count = None
    columns: _Count = None


_Entries = TypeAdapter(list[SeriesEntry])


def read_people(path: Path) -> dict[str, Person]:
    """Read patients.csv; gives each patient's row by number.

    Raises:
        InputError: the file cannot be read, lacks the column patient_id, holds a value that cannot
            be, or a patient twice; the message names the line.
    """
    people: dict[str, Person] = {}
    for line, row in _csv_rows(path):
        try:
            person = Person.model_validate(row)
        except ValidationError as error:
            raise _invalid(f"{path}, line {line}", error) from error
        if people.setdefault(str(person.patient), person) is not person:
            raise InputError.about(
                f"{path}, line {line}",
                expected="every patient once",
                found=f"patient {person.patient} a second time",
            )
    return people


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if "patient_id" not in (reader.fieldnames or ()):
                raise InputError.about(
                    path,
                    expected="the column patient_id",
                    found=f"the columns {', '.join(reader.fieldnames or ()) or 'none'}",
                )
            yield from ((reader.line_num, row) for row in reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError.about(path, expected="a CSV file in UTF-8", found=str(error)) from error


def read_series(path: Path) -> dict[str, SeriesEntry]:
    """Read series.json; gives each series' entry by its instance UID.

    Raises:
        InputError: the file cannot be read, is no list of objects with uuid and patient_id, or
            holds a value that cannot be, or a series twice.
    """
    try:
        document = parse_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError.about(path, expected="JSON", found=str(error)) from error
    try:
        found = _Entries.validate_python(document)
    except ValidationError as error:
        raise _invalid(str(path), error) from error
    entries = {entry.uid: entry for entry in found}
    if len(entries) < len(found):
        uids = [entry.uid for entry in found]
        twice = next(uid for uid in uids if uids.count(uid) > 1)
        raise InputError.about(path, expected="every series once", found=f"{twice} a second time")
    return entries


def _invalid(subject: str, error: ValidationError) -> InputError:
    first = error.errors(include_url=False)[0]
    place = "".join(f", {f'entry {at + 1}' if isinstance(at, int) else at}" for at in first["loc"])
    return InputError.about(
        f"{subject}{place}", expected=str(first["msg"]), found=f"{first.get('input')!r:.80}"
    )


def entry_warnings(
    entry: SeriesEntry, *, name: str, size_xyz: Iterable[int], spacing_xyz: Iterable[float]
) -> list[str]:
    """Say where series.json and a mask's own header disagree; the header is what counts."""
    size, spacing = tuple(size_xyz), tuple(spacing_xyz)
    told: Mapping[str, tuple[float | None, float]] = {
        "columns": (entry.columns, size[0]),
        "rows": (entry.rows, size[1]),
        "slices": (entry.slices, size[2]),
        "column_spacing": (entry.column_spacing, spacing[0]),
        "row_spacing": (entry.row_spacing, spacing[1]),
        "slice_spacing": (entry.slice_spacing, spacing[2]),
    }
    return [
        f"{name}: {SERIES_FILE} says {what} {said:g}, the mask's header {found:g}, which counts"
        for what, (said, found) in told.items()
        if said is not None and abs(said - found) > _TOLERANCE_MM
    ]
