"""Files of clicks: a CSV table, or 3D Slicer's markups (`.mrk.json`)."""

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from clinic.lesions.identity import NEW, check_uid
from clinic.lesions.targets import Axes, Target, Units
from clinic.scans.grid import Point
from uls.workshop.errors import InputError
from uls.workshop.strict_json import parse_json

__all__ = ["read_clicks", "read_rows", "target_of_row"]

_LARGEST = 16 << 20
_NAMES = ("lesion", "name", "label", "id")
_BOX = ("x0", "y0", "z0", "x1", "y1", "z1")


def read_clicks(path: Path, units: Units) -> list[Target]:
    """Read a file of clicks.

    A CSV table has the columns `x`, `y`, `z` for clicks, or `x0`, `y0`, `z0`, `x1`, `y1`, `z1` for
    boxes, or all nine; and, if wanted, `lesion` with a name, and `tracking_uid` of the earlier
    lesion that it continues. Markups say themselves what axes their places are of.

    Args:
        path: the file.
        units: of a table's numbers.

    Raises:
        InputError: the file is missing or damaged, or holds no clicks.
    """
    if path.name.lower().endswith(".json"):
        targets = _of_markups(path)
    else:
        targets = [target_of_row(row, at, n, units) for n, (at, row) in _numbered(path)]
    if not targets:
        raise InputError.about(path, expected="clicks", found="none")
    return targets


def _numbered(path: Path) -> Iterable[tuple[int, tuple[str, dict[str, str]]]]:
    return enumerate(((f"{path}, row {n}", row) for n, row in enumerate(read_rows(path), 1)), 1)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError.about(
                path, expected=f"at most {_LARGEST >> 20} MB of clicks", found="more"
            )
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        found = error.strerror if isinstance(error, OSError) else "other bytes than UTF-8"
        raise InputError.about(path, expected="a file of clicks", found=f"{found}") from error


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a table with a header line; names of columns in small letters, empty cells left out.

    Raises:
        InputError: it cannot be read, has no header line, or a row of another length.
    """
    text = _text(path)
    separator = ";" if text.partition("\n")[0].count(";") >= 2 else ","
    try:
        lines = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if any(row)]
    except csv.Error as error:
        raise InputError.about(path, expected="a CSV table", found=f"{error}") from error
    if not lines:
        raise InputError.about(path, expected="a CSV table", found="an empty file")
    header = [name.strip().lower() for name in lines[0]]
    if len(set(header)) < len(header):
        raise InputError.about(path, expected="columns of different names", found=", ".join(header))
    for n, line in enumerate(lines[1:], 1):
        if len(line) != len(header):
            raise InputError.about(
                f"{path}, row {n}", expected=f"{len(header)} values", found=f"{len(line)}"
            )
    rows = [dict(zip(header, line, strict=True)) for line in lines[1:]]
    return [{k: v.strip() for k, v in row.items() if v.strip()} for row in rows]


def target_of_row(row: Mapping[str, str], subject: str, number: int, units: Units) -> Target:
    """Make a target of a table's row.

    Raises:
        InputError: it has neither click nor box, or something else where numbers belong.
    """
    name = next((row[key] for key in _NAMES if key in row), str(number))
    click = _numbers(row, ("x", "y", "z"), subject)
    box = _numbers(row, _BOX, subject)
    if click is None and box is None:
        raise InputError.about(
            subject, expected="columns x,y,z or x0,y0,z0,x1,y1,z1", found=", ".join(row) or "none"
        )
    corners = None if box is None else (_point(box[:3]), _point(box[3:]))
    uid = row.get("tracking_uid", NEW)
    uid = "" if uid == NEW else check_uid(uid, subject, error=InputError)
    return Target(name, None if click is None else _point(click), corners, units, uid)


def _numbers(row: Mapping[str, str], keys: Sequence[str], subject: str) -> list[float] | None:
    given = [row[key] for key in keys if key in row]
    if not given:
        return None
    try:
        numbers = [float(value) for value in given]
    except ValueError:
        numbers = []
    if len(numbers) != len(keys) or not all(map(math.isfinite, numbers)):
        expected = f"numbers in {', '.join(keys)}"
        raise InputError.about(subject, expected=expected, found=", ".join(given))
    return numbers


def _point(numbers: Sequence[float]) -> Point:
    x, y, z = numbers
    return x, y, z


def _of_markups(path: Path) -> list[Target]:
    try:
        document = parse_json(_text(path).encode())
        markups = document["markups"]
        targets = [target for markup in markups for target in _of_markup(markup, path)]
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise InputError.about(
            path, expected="markups of 3D Slicer (.mrk.json)", found="something else"
        ) from error
    return [
        Target(target.name or str(n), target.click_xyz, target.box, target.units)
        for n, target in enumerate(targets, 1)
    ]


def _of_markup(markup: dict[str, Any], path: Path) -> Iterable[Target]:
    axes = _axes(markup, path)
    kind = markup["type"]
    if kind == "Fiducial":
        for point in markup["controlPoints"]:
            if point.get("positionStatus", "defined") == "defined":
                yield Target(
                    str(point.get("label", "")), _place(point["position"], path), None, axes
                )
    elif kind == "ROI":
        yield _of_roi(markup, axes, path)
    else:
        raise InputError.about(
            path, expected="point lists (Fiducial) and boxes (ROI)", found=f"markups of type {kind}"
        )


def _axes(markup: dict[str, Any], path: Path) -> Axes:
    """Give the axes of a markup; Slicer's older files hold a number, 0 for RAS."""
    known: dict[Any, Axes] = {
        "LPS": "LPS",
        "RAS": "RAS",
        0: "RAS",
        1: "LPS",
        "0": "RAS",
        "1": "LPS",
    }
    axes = markup.get("coordinateSystem")
    if axes not in known:
        raise InputError.about(path, expected="coordinateSystem LPS or RAS", found=f"{axes}")
    if markup.get("coordinateUnits", "mm") != "mm":
        found = f"{markup['coordinateUnits']}"
        raise InputError.about(path, expected="coordinateUnits mm", found=found)
    return known[axes]


def _of_roi(markup: dict[str, Any], axes: Axes, path: Path) -> Target:
    """Make a box of a region of interest; one that is turned becomes the upright box around it."""
    centre, size = _place(markup["center"], path), _place(markup["size"], path)
    turn = markup.get("orientation", [1, 0, 0, 0, 1, 0, 0, 0, 1])
    half = [
        sum(abs(float(turn[3 * row + column])) * size[column] / 2 for column in range(3))
        for row in range(3)
    ]
    low, high = (
        _point([c + sign * h for c, h in zip(centre, half, strict=True)]) for sign in (-1, 1)
    )
    return Target("", None, (low, high), axes)


def _place(numbers: Any, path: Path) -> Point:
    x, y, z = (float(number) for number in numbers)
    if not all(map(math.isfinite, (x, y, z))):
        raise InputError.about(path, expected="places that are numbers", found=f"{numbers}")
    return x, y, z
