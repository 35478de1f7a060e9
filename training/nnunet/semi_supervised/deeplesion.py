"""What radiologists measured of DeepLesion, from its own table `DL_info.csv`."""

import csv
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from training.nnunet.semi_supervised.measurements import Measured
from uls.workshop.errors import InputError

__all__ = ["is_deeplesion", "matched", "read_deeplesion"]

_FILE, _LINES = "File_name", "Measurement_coordinates"
"""Columns of DL_info.csv: the measured slice, and the ends of both diameters as x, y in pixels."""

_SLICE = re.compile(r"\d{6}_\d\d_\d\d_\d+")
"""patient_study_series_slice, as DeepLesion names a measured slice and the challenge its VOIs."""


def matched(
    of_masks: Mapping[str, Measured], told: Mapping[str, list[Measured]], path: Path
) -> Iterator[tuple[str, Measured]]:
    """Give each case its row; of several lesions on one slice, the one that fits the mask best.

    Raises:
        InputError: a case has none.
    """
    for case, mask in of_masks.items():
        measured = _SLICE.search(case)
        rows = told.get(measured[0], []) if measured else []
        if not rows:
            raise InputError.about(
                path,
                expected=f"a row for case {case}",
                found="none",
                hint="Leave --measurements out to have the masks measured.",
            )
        yield case, min(rows, key=lambda row: _distance(row, mask))


def _distance(one: Measured, other: Measured) -> float:
    return math.hypot(one.long_px - other.long_px, one.short_px - other.short_px)


def is_deeplesion(path: Path) -> bool:
    """Say whether a file is a table with DeepLesion's columns."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return False
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        columns = next(csv.reader(file), [])
    return _FILE in columns and _LINES in columns


def read_deeplesion(path: Path) -> dict[str, list[Measured]]:
    """Read the diameters of every measured slice, by its name without `.png`.

    Raises:
        InputError: a row holds no diameters.
    """
    told: dict[str, list[Measured]] = {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            name = (row[_FILE] or "").removesuffix(".png")
            told.setdefault(name, []).append(_diameters(row[_LINES], f"{path}, line {number}"))
    return told


def _diameters(text: str | None, about: str) -> Measured:
    """Read the ends of both diameters: x0, y0, x1, y1 of each."""
    try:
        x0, y0, x1, y1, *others = (float(number) for number in (text or "").split(","))
        u0, v0, u1, v1 = others
        short, long = sorted((math.hypot(x1 - x0, y1 - y0), math.hypot(u1 - u0, v1 - v0)))
    except ValueError:
        short = long = math.nan
    if not math.isfinite(long):
        raise InputError.about(about, expected=f"eight numbers in {_LINES}", found=repr(text))
    return Measured(long, short)
