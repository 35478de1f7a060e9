"""Closed polygons → voxels, slice by slice.

The rules. A voxel belongs to an ROI if its centre lies within an odd number of the contours of its
slice, itself counted by the even–odd rule. So contours side by side add up, one within another cuts
a hole (which DICOM PS3.3, C.8.8.6, prescribes for CLOSEDPLANAR_XOR, and most planning systems mean
by two CLOSED_PLANAR ones), and the channel of a "keyhole" (the same section: one contour that runs
in to a hole and back on the same way) has no area. Of two areas that share an edge, a centre on it
belongs to one.

A slice takes the contours of the plane nearest to it, if that lies within half a slice, or if the
slice lies between two planes that are as near to each other as any two of the ROI; of two as near,
the one before. So contours on every second slice fill the slices between, where there are none over
a longer way nothing is filled in, and nothing is added beyond the first and the last.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clinic.scans.grid import Grid
from uls.geometry.cropped import CroppedMask, cropped

__all__ = ["RasterError", "inside", "volume_of"]

_NOISE = 1e-4
"""Of a voxel: what decimals in text and turns of the axes leave."""

_OFF_PLANE = 0.2
"""Of a voxel, by how much the points of a contour may leave its plane."""

_MOST_CROSSINGS = 1 << 25

_Floats = npt.NDArray[np.float64]


class RasterError(Exception):
    """Contours of which no mask can be made; the message says why."""


@dataclass(frozen=True, eq=False)
class _Planar:
    """Polygons in planes across one axis of the scan's array, in voxels (z, y, x)."""

    axis: int
    places: _Floats
    polygons: list[_Floats]


def volume_of(polygons_mm: Sequence[_Floats], grid: Grid) -> CroppedMask:
    """Mark the voxels of a scan that lie in polygons, by the rules of this file.

    Args:
        polygons_mm: of each its points, (n, 3), LPS, in one plane along the scan's slices (or, for
            all of them, along the planes across one of its other axes).
        grid: the scan's.

    Returns:
        The mask; empty where the polygons hold no voxel's centre, or lie outside.

    Raises:
        RasterError: they do not lie in the scan's planes, or cross too many rows.
    """
    planar = _planar([_to_zyx(points, grid) for points in polygons_mm])
    turned = _moved(grid.shape_zyx, planar.axis)
    first, last, plane_of = _slices(planar.places, turned[0])
    empty = CroppedMask(np.zeros((0, 0, 0), np.bool_), (0, 0, 0), grid.shape_zyx)
    if first > last:
        return empty
    every = np.concatenate(planar.polygons)
    low = np.clip(np.floor(every.min(axis=0)).astype(int), 0, turned[1:])
    high = np.clip(np.ceil(every.max(axis=0)).astype(int) + 1, 0, turned[1:])
    if (low >= high).any():
        return empty
    box = np.zeros((last - first + 1, *(high - low)), np.bool_)
    drawn: dict[float, npt.NDArray[np.bool_]] = {}
    for z in range(first, last + 1):
        plane = plane_of(z)
        if plane is None:
            continue
        if plane not in drawn:
            there = np.flatnonzero(planar.places == plane)
            drawn[plane] = inside([planar.polygons[i] - low for i in there], tuple(high - low))
        box[z - first] = drawn[plane]
    found = cropped(np.ascontiguousarray(np.moveaxis(box, 0, planar.axis)))
    if not found.voxels.size:
        return empty
    corner = _moved_back((first, int(low[0]), int(low[1])), planar.axis)
    z, y, x = (a + b for a, b in zip(found.corner_zyx, corner, strict=True))
    return CroppedMask(found.voxels, (z, y, x), grid.shape_zyx)


def _to_zyx(points_mm: _Floats, grid: Grid) -> _Floats:
    away = points_mm.reshape(-1, 3) - np.asarray(grid.origin_mm)
    xyz = away @ grid.directions / np.asarray(grid.spacing_mm)
    rounded: _Floats = np.round(xyz[:, ::-1] / _NOISE) * _NOISE
    return rounded


def _planar(polygons: Sequence[_Floats]) -> _Planar:
    """Find the axis across which all polygons are flat."""
    spreads = np.array([np.ptp(points, axis=0) for points in polygons]).max(axis=0)
    axis = int(np.argmin(spreads))
    if spreads[axis] > _OFF_PLANE:
        raise RasterError("contours that do not lie along the scan's slices")
    places = np.array([float(points[:, axis].mean()) for points in polygons])
    places = np.round(places / 0.01) * 0.01
    return _Planar(axis, places, [np.delete(points, axis, axis=1) for points in polygons])


def _moved(zyx: tuple[int, int, int], axis: int) -> tuple[int, int, int]:
    a, b = (size for at, size in enumerate(zyx) if at != axis)
    return zyx[axis], a, b


def _moved_back(turned: tuple[int, int, int], axis: int) -> tuple[int, int, int]:
    rest = list(turned[1:])
    rest.insert(axis, turned[0])
    return rest[0], rest[1], rest[2]


class _PlaneOf:
    """Which plane of contours a slice takes."""

    def __init__(self, planes: _Floats) -> None:
        self.planes = planes
        gaps = np.diff(planes)
        self._gap = float(gaps.min()) + 0.02 if len(gaps) else 0.0

    def __call__(self, z: int) -> float | None:
        away = np.round(self.planes - z, 2)
        nearest = int(np.argmin(np.abs(away)))
        before, after = away[away <= 0], away[away >= 0]
        between = len(before) and len(after) and after[0] - before[-1] <= self._gap
        close = between or -0.5 < away[nearest] <= 0.5
        return float(self.planes[nearest]) if close else None


def _slices(places: _Floats, n_slices: int) -> tuple[int, int, _PlaneOf]:
    """Give the first and the last slice that contours reach, and which plane each takes."""
    plane_of = _PlaneOf(np.unique(places))
    first = int(np.floor(plane_of.planes[0]))
    last = int(np.ceil(plane_of.planes[-1]))
    return max(first, 0), min(last, n_slices - 1), plane_of


def inside(polygons: Sequence[_Floats], shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Mark the pixels whose centres lie in an odd number of polygons.

    Args:
        polygons: of each its points (row, column); pixel (0, 0) has its centre at (0, 0).
        shape: rows and columns.

    Raises:
        RasterError: they cross more rows than anybody draws.
    """
    start = np.concatenate(polygons)
    stop = np.concatenate([np.roll(points, -1, axis=0) for points in polygons])
    rows, columns = shape
    low = np.clip(np.ceil(np.minimum(start[:, 0], stop[:, 0])), 0, rows).astype(np.intp)
    high = np.clip(np.ceil(np.maximum(start[:, 0], stop[:, 0])), 0, rows).astype(np.intp)
    counts = high - low
    if counts.sum() > _MOST_CROSSINGS:
        raise RasterError("contours that cross too many rows")
    edge = np.repeat(np.arange(len(start)), counts)
    row = low[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    part = (row - start[edge, 0]) / (stop[edge, 0] - start[edge, 0])
    at = start[edge, 1] + part * (stop[edge, 1] - start[edge, 1])
    column = np.clip(np.ceil(at - _NOISE / 10), 0, columns).astype(np.intp)
    crossed = np.bincount(row * (columns + 1) + column, minlength=rows * (columns + 1))
    odd: npt.NDArray[np.bool_] = (
        np.cumsum(crossed.reshape(rows, columns + 1), axis=1)[:, :-1] % 2 == 1
    )
    return odd
