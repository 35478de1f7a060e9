"""What a user points at, clicks and boxes, and where that lies on a scan's grid."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from clinic.scans.grid import Grid, Point, Voxel
from uls.workshop.errors import CallError, InputError

__all__ = [
    "Axes",
    "GridTarget",
    "Target",
    "Units",
    "on_grid",
]

Axes = Literal["LPS", "RAS"]
Units = Axes | None
"""What numbers count: None for voxels of the scan as it is stored, else mm along these axes."""

_ROUNDING = 1e-6
_NEAR = 0.5 + _ROUNDING
"""A click belongs to the voxel whose centre lies less than half a voxel away."""


@dataclass(frozen=True)
class Target:
    """One lesion as it was pointed at.

    Attributes:
        name: of the lesion, a short one of its own.
        click_xyz: the clicked place.
        box: two opposite corners of a box around it, if any.
        units: of the numbers.
        tracking_uid: of the earlier lesion that it continues; empty where it continues none.
    """

    name: str
    click_xyz: Point | None = None
    box: tuple[Point, Point] | None = None
    units: Units = None
    tracking_uid: str = ""


@dataclass(frozen=True)
class GridTarget:
    """A target on a scan's grid.

    Attributes:
        name: of the lesion.
        click_xyz: the clicked voxel.
        box: the first voxel in the box, and the first beyond it along every axis; or none.
        tracking_uid: as the target has it.
    """

    name: str
    click_xyz: Voxel
    box: tuple[Voxel, Voxel] | None = None
    tracking_uid: str = ""


def on_grid(target: Target, grid: Grid) -> GridTarget:
    """Find a target's voxels.

    Raises:
        InputError: it lies outside the scan.
        CallError: it has neither click nor box, or a click in voxels is no whole number.
    """
    box = None if target.box is None else _box_on_grid(target, grid, *target.box)
    if target.click_xyz is not None:
        click = _click_on_grid(target, grid, target.click_xyz)
        if box is not None and not _holds(box, click):
            raise InputError.about(
                f"lesion {target.name}",
                expected="a box that holds the click",
                found="one beside it",
            )
        return GridTarget(target.name, click, box, target.tracking_uid)
    if box is None:
        raise CallError.about(f"lesion {target.name}", expected="a click or a box", found="neither")
    x, y, z = ((start + stop) // 2 for start, stop in zip(*box, strict=True))
    return GridTarget(target.name, (x, y, z), box, target.tracking_uid)


def _holds(box: tuple[Voxel, Voxel], click: Voxel) -> bool:
    return all(start <= at < stop for start, stop, at in zip(*box, click, strict=True))


def to_index(grid: Grid, place: Point, units: Units) -> Point:
    """Give a place in voxels."""
    if units is None:
        return place
    x, y, z = place
    return grid.to_index((-x, -y, z) if units == "RAS" else place)


def _click_on_grid(target: Target, grid: Grid, click: Point) -> Voxel:
    index = to_index(grid, click, target.units)
    size = grid.shape_zyx[::-1]
    if target.units is None and any(at != round(at) for at in index):
        raise CallError.about(
            f"click of lesion {target.name}",
            expected="whole numbers, as voxels are counted (or --mm)",
            found=_text(click),
        )
    if not all(-_NEAR < at < n - 1 + _NEAR for at, n in zip(index, size, strict=True)):
        raise InputError.about(
            f"click of lesion {target.name} at {_text(click)}{_unit(target.units)}",
            expected=f"a place in the scan, {_where(grid, target.units)}",
            found="one outside it",
            hint=_hint(grid, click, target.units),
        )
    x, y, z = (min(max(round(at), 0), n - 1) for at, n in zip(index, size, strict=True))
    return x, y, z


def _hint(grid: Grid, click: Point, units: Units) -> str:
    """Say in which other units the click would lie in the scan, where there are such."""
    size = grid.shape_zyx[::-1]
    names: dict[Units, str] = {
        None: "in voxels, without --mm",
        "LPS": "--mm LPS",
        "RAS": "--mm RAS",
    }
    for other, name in names.items():
        index = to_index(grid, click, other)
        if other != units and all(0 <= at <= n - 1 for at, n in zip(index, size, strict=True)):
            return f"It would lie in the scan {name}."
    return ""


def _box_on_grid(target: Target, grid: Grid, first: Point, second: Point) -> tuple[Voxel, Voxel]:
    """Give the voxels of a box: in mm, those whose centres it holds.

    In voxels the far corner is beyond the box, as in `algorithm.inference.boxes`.
    """
    corners = [to_index(grid, corner, target.units) for corner in (first, second)]
    starts, stops = [], []
    for a, b, n in zip(*corners, grid.shape_zyx[::-1], strict=True):
        start, stop = round(min(a, b)), round(max(a, b))
        if target.units is not None:
            start = math.ceil(min(a, b) - _ROUNDING)
            stop = max(math.floor(max(a, b) + _ROUNDING), start) + 1
        start, stop = max(start, 0), min(stop, n)
        if not start < stop:
            raise InputError.about(
                f"box of lesion {target.name}",
                expected=f"one that holds voxels of the scan, {_where(grid, target.units)}",
                found=f"{_text(first)} to {_text(second)}{_unit(target.units)}",
            )
        starts.append(start)
        stops.append(stop)
    return (starts[0], starts[1], starts[2]), (stops[0], stops[1], stops[2])


def _where(grid: Grid, units: Units) -> str:
    """Say from where to where a scan reaches."""
    far = tuple(n - 1 for n in grid.shape_zyx[::-1])
    if units is None:
        return f"0,0,0 to {','.join(map(str, far))}"
    x, y, z = far
    corners = [grid.to_mm((i, j, k)) for i in (0, x) for j in (0, y) for k in (0, z)]
    sign = (-1, -1, 1) if units == "RAS" else (1, 1, 1)
    places = [[s * at for s, at in zip(sign, corner, strict=True)] for corner in corners]
    low, high = ([f(side) for side in zip(*places, strict=True)] for f in (min, max))
    return f"{_text(low)} to {_text(high)}{_unit(units)}"


def _text(place: Sequence[float]) -> str:
    return ",".join(f"{at:.5g}" if at != round(at) else f"{at:.0f}" for at in place)


def _unit(units: Units) -> str:
    return "" if units is None else f" mm ({units})"
