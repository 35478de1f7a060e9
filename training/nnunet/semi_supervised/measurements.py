"""What radiologists measured of partially annotated lesions: long and short axis, in pixels."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from training.nnunet.data.raw_dataset import RawDataset
from training.nnunet.preprocessing.prepared import manifest_of, vois_of
from uls.workshop.errors import InputError

__all__ = ["MEASUREMENTS_FILE", "Measured", "find_measurements", "read_measurements"]

MEASUREMENTS_FILE = "measurements.csv"
"""A table of them in a raw data set that `grabcut` did not make."""

_COLUMNS = ("case", "long_axis_px", "short_axis_px")


@dataclass(frozen=True)
class Measured:
    """Two perpendicular diameters on an axial slice, in pixels."""

    long_px: float
    short_px: float


def find_measurements(raw: RawDataset) -> Path:
    """Say where a data set's measurements are: in `grabcut`'s manifest, else in a table of its."""
    return manifest_of(raw) or raw.folder / MEASUREMENTS_FILE


def read_measurements(path: Path) -> dict[str, Measured]:
    """Read the measurements of a data set, by case.

    Args:
        path: `grabcut`'s manifest, or a CSV with the columns `case`, `long_axis_px` and
            `short_axis_px`, beside which others may stand.

    Raises:
        InputError: the file is missing, lacks a column, or holds what is no length.
    """
    return _of_manifest(path) if path.suffix == ".json" else _of_table(path)


def _of_manifest(path: Path) -> dict[str, Measured]:
    return {
        case: Measured(lesion.measured.long_px, lesion.measured.short_px)
        for case, lesion in vois_of(path).items()
        if lesion.measured is not None
    }


def _of_table(path: Path) -> dict[str, Measured]:
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
