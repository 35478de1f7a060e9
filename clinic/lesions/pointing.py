"""Clicks and boxes as they are typed: which belongs to which lesion."""

import math
from collections.abc import Sequence

from clinic.lesions.targets import Target, Units
from clinic.scans.grid import Point
from uls.workshop.errors import CallError

__all__ = ["parse_box", "parse_click", "targets_of"]


def parse_click(text: str, option: str = "--click") -> Point:
    """Read three numbers x,y,z.

    Raises:
        CallError: there are others.
    """
    x, y, z = _numbers(text, 3, option, "three numbers x,y,z")
    return x, y, z


def parse_box(text: str) -> tuple[Point, Point]:
    """Read six numbers x0,y0,z0,x1,y1,z1: two opposite corners.

    Raises:
        CallError: there are others.
    """
    x0, y0, z0, x1, y1, z1 = _numbers(text, 6, "--box", "six numbers x0,y0,z0,x1,y1,z1")
    return (x0, y0, z0), (x1, y1, z1)


def _numbers(text: str, n: int, option: str, expected: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise CallError.about(option, expected=expected, found=repr(text)) from error
    if len(numbers) != n or not all(map(math.isfinite, numbers)):
        raise CallError.about(option, expected=expected, found=repr(text))
    return numbers


def targets_of(
    clicks: Sequence[Point], boxes: Sequence[tuple[Point, Point]], units: Units
) -> list[Target]:
    """Make targets of clicks and boxes: a box that holds one click is that click's.

    Raises:
        CallError: a box holds several clicks, or a click lies in several boxes.
    """
    owner: dict[int, int] = {}
    for b, (first, second) in enumerate(boxes):
        inside = [c for c, click in enumerate(clicks) if _holds(first, second, click)]
        if len(inside) > 1 or (inside and inside[0] in owner.values()):
            raise CallError.about(
                "--box",
                expected="that it holds one click, and each click lies in one box at most",
                found=f"box {b + 1} with clicks {', '.join(str(c + 1) for c in inside)}",
            )
        if inside:
            owner[b] = inside[0]
    box_of = {c: boxes[b] for b, c in owner.items()}
    pointed: list[tuple[Point | None, tuple[Point, Point] | None]] = [
        (click, box_of.get(c)) for c, click in enumerate(clicks)
    ]
    pointed += [(None, box) for b, box in enumerate(boxes) if b not in owner]
    return [Target(f"{n}", click, box, units) for n, (click, box) in enumerate(pointed, 1)]


def _holds(first: Point, second: Point, click: Point) -> bool:
    sides = zip(first, second, click, strict=True)
    return all(min(a, b) <= at <= max(a, b) for a, b, at in sides)
