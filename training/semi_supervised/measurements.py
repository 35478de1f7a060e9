"""What radiologists measured of partially annotated lesions: long and short axis, in pixels."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from uls.errors import InputError

__all__ = ["MEASUREMENTS_FILE", "Measured", "read_measurements"]

MEASUREMENTS_FILE = "measurements.csv"
"""Where a raw data set of 2D pseudo-masks keeps them."""

_COLUMNS = ("case", "long_axis_px", "short_axis_px")


@dataclass(frozen=True)
class Measured:
    """Two perpendicular diameters on an axial slice, in pixels."""

    long_px: float
    short_px: float


def read_measurements(path: Path) -> dict[str, Measured]:
    """Read the measurements of a data set, by case.

    Args:
        path: a CSV with the columns `case`, `long_axis_px`, `short_axis_px`; others may stand
            beside them.

    Raises:
        InputError: the file is missing, lacks a column, or holds what is no length.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise InputError.about(
                    path,
                    expected=f"the columns {', '.join(_COLUMNS)}",
                    found=f"no {', '.join(missing)}",
                )
            return {row["case"]: _measured(row, f"{path}, {row['case']}") for row in reader}
    except OSError as error:
        raise InputError.about(
            path,
            expected="a table of measurements",
            found=error.strerror or str(error),
            hint="Name it by --measurements.",
        ) from error


def _measured(row: dict[str, str], about: str) -> Measured:
    values = []
    for name in _COLUMNS[1:]:
        try:
            value = float(row[name])
        except (TypeError, ValueError):
            value = math.nan
        if not (math.isfinite(value) and value >= 0):
            raise InputError.about(about, expected=f"{name} in pixels", found=repr(row[name]))
        values.append(value)
    return Measured(*values)
