"""recist_measurements.csv: the target lesions that radiologists measured, one a row."""

import csv
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from clinic.follow_up.metadata import day
from uls.workshop.errors import InputError

__all__ = ["RECIST_FILE", "Measurement", "read_measurements"]

RECIST_FILE = "recist_measurements.csv"


def _number_or_none(text: Any) -> Any:
    return None if isinstance(text, str) and not text.strip() else text


def _whole_number(text: Any) -> Any:
    """Read "3" and "3.0", as tables with blanks in a column of numbers write it."""
    blank = _number_or_none(text)
    return float(blank) if isinstance(blank, str) and blank.strip().endswith(".0") else blank


class Measurement(BaseModel):
    """One row: a target lesion in one study."""

    model_config = ConfigDict(frozen=True, populate_by_name=True, str_strip_whitespace=True)

    line: int
    patient: Annotated[int, Field(alias="patient_id")]
    study_date: Annotated[date, BeforeValidator(day)]
    study_order: str = ""
    """baseline, follow-up-1, …"""
    file: Annotated[str, Field(alias="filename")]
    alias: Annotated[str, Field(alias="lesion_label_alias", min_length=1)]
    """Names one lesion of a patient in all studies."""
    value: Annotated[
        int | None, BeforeValidator(_whole_number), Field(alias="lesion_label_value")
    ] = None
    """Of the lesion in the mask; blank where the lesion is gone."""
    diameter_mm: Annotated[
        Annotated[float, Field(ge=0, allow_inf_nan=False)] | None,
        BeforeValidator(_number_or_none),
        Field(alias="recist_measurement_mm"),
    ] = None


_COLUMNS = (
    "patient_id",
    "study_date",
    "filename",
    "lesion_label_value",
    "lesion_label_alias",
    "recist_measurement_mm",
)


def read_measurements(path: Path) -> tuple[Measurement, ...]:
    """Read the table; columns that are not used here are not looked at.

    Raises:
        InputError: the file or a column is missing, a row cannot be read, or a lesion is measured
            twice in one study; the message names the line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _check_columns(path, reader.fieldnames or ())
            rows = [_measurement(path, reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError.about(path, expected="a CSV file in UTF-8", found=str(error)) from error
    _check_once(path, rows)
    return tuple(rows)


def _check_columns(path: Path, columns: Any) -> None:
    missing = [column for column in _COLUMNS if column not in columns]
    if missing:
        raise InputError.about(
            path,
            expected=f"the columns {', '.join(_COLUMNS)}",
            found=f"no {', '.join(missing)} (there are: {', '.join(columns) or 'none'})",
        )


def _measurement(path: Path, line: int, row: dict[str, Any]) -> Measurement:
    try:
        return Measurement.model_validate({**row, "line": line})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InputError.about(
            f"{path}, line {line}, {first['loc'][0]}",
            expected=str(first["msg"]),
            found=f"{first.get('input')!r:.80}",
        ) from error


def _check_once(path: Path, rows: list[Measurement]) -> None:
    seen: dict[tuple[int, date, str], Measurement] = {}
    for row in rows:
        other = seen.setdefault((row.patient, row.study_date, row.alias), row)
        if other is not row:
            raise InputError.about(
                f"{path}, line {row.line}",
                expected=f"lesion {row.alias} of patient {row.patient} once on {row.study_date}",
                found=f"it in line {other.line}, too",
            )
