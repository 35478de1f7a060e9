"""The smallest rectangle, turned freely, that holds a region of one axial slice.

One side of the smallest rectangle lies on an edge of the convex hull (H. Freeman, R. Shapira,
Determining the minimum-area encasing rectangle for an arbitrary closed curve, Comm. ACM 18 (1975)),
so all edges are tried. The hull is found in whole numbers; written out because OpenCV's
`minAreaRect` works in single precision and gives either of two equally small rectangles.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

__all__ = ["Box", "Extent", "min_area_box"]

_EQUAL = 1e-9
"""Areas that differ by less, relatively, are equal: rounding must not choose between two boxes."""

_Floats = npt.NDArray[np.float64]
_Integers = npt.NDArray[np.int64]


class Extent(StrEnum):
    """What a pixel is when a length is measured."""

    BORDERS = "borders"
    """A square of its spacing: a row of n pixels is n spacings long."""
    CENTRES = "centres"
    """A point: a row of n pixels is n − 1 spacings long."""


@dataclass(frozen=True)
class Box:
    """A rectangle in an axial slice: its sides in mm, its corners in pixels (y, x), in turn."""

    major_mm: float
    minor_mm: float
    corners_yx: tuple[tuple[float, float], ...]


def min_area_box(
    region: npt.NDArray[np.bool_],
    *,
    spacing_yx_mm: tuple[float, float],
    extent: Extent = Extent.BORDERS,
) -> Box:
    """Find the rectangle of smallest area around a region; of equal areas, the longest.

    Args:
        region: (y, x), with at least one true pixel; all of them are held.
        spacing_yx_mm: distance between pixels along (y, x).
        extent: whether pixels are squares or points.

    Raises:
        ValueError: the region is empty.
    """
    if not region.any():
        raise ValueError("an empty region has no box")
    hull = _convex_hull(_outermost(region, extent)) / 2  # pixels
    hull_mm = hull * np.array(spacing_yx_mm)
    directions = _edge_directions(hull_mm)
    along, across = hull_mm @ directions.T, hull_mm @ _turned(directions).T
    lengths, widths = np.ptp(along, axis=0), np.ptp(across, axis=0)
    best = _smallest(lengths * widths, np.maximum(lengths, widths))
    ends = [(along[:, best].min(), along[:, best].max())]
    ends.append((across[:, best].min(), across[:, best].max()))
    return Box(
        major_mm=float(max(lengths[best], widths[best])),
        minor_mm=float(min(lengths[best], widths[best])),
        corners_yx=_corners(directions[best], ends, spacing_yx_mm),
    )


def _outermost(region: npt.NDArray[np.bool_], extent: Extent) -> _Integers:
    """List the first and last pixel of every row, (n, 2) as (y, x) in half pixels.

    All others lie between two of them. Of squares it is their corners that count.
    """
    rows = np.flatnonzero(region.any(axis=1))
    first = region[rows].argmax(axis=1)
    last = region.shape[1] - 1 - region[rows, ::-1].argmax(axis=1)
    ends = [np.stack([rows, first], 1), np.stack([rows, last], 1)]
    centres = 2 * np.concatenate(ends).astype(np.int64)
    if extent is Extent.CENTRES:
        return centres
    corners = np.array([(-1, -1), (-1, 1), (1, -1), (1, 1)])
    return np.asarray((centres[:, None] + corners).reshape(-1, 2), dtype=np.int64)


def _convex_hull(points: _Integers) -> _Integers:
    """Give the hull's corners in turn (A. M. Andrew's monotone chain, 1979); exact."""
    ordered = [(int(y), int(x)) for y, x in np.unique(points, axis=0)]
    if len(ordered) < 3:
        return np.array(ordered)
    return np.array(_half_hull(ordered)[:-1] + _half_hull(reversed(ordered))[:-1])


def _half_hull(points: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    chain: list[tuple[int, int]] = []
    for point in points:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> int:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _edge_directions(hull_mm: _Floats) -> _Floats:
    """Give the unit vectors along the hull's edges, (n, 2); any one for a single point."""
    edges = np.roll(hull_mm, -1, axis=0) - hull_mm
    lengths = np.hypot(edges[:, 0], edges[:, 1])
    if not lengths.any():
        return np.array([[0.0, 1.0]])
    return np.asarray(edges / lengths[:, None])


def _turned(directions: _Floats) -> _Floats:
    """Turn vectors by a right angle."""
    return np.stack([-directions[:, 1], directions[:, 0]], axis=1)


def _smallest(areas: _Floats, lengths: _Floats) -> int:
    """Choose the smallest area; of equal ones the longest; of equally long ones the first."""
    candidates = np.flatnonzero(areas <= areas.min() * (1 + _EQUAL) + np.finfo(float).tiny)
    longest = lengths[candidates].max()
    return int(candidates[lengths[candidates] >= longest * (1 - _EQUAL)][0])


def _corners(
    direction: _Floats, ends: list[tuple[float, float]], spacing_yx_mm: tuple[float, float]
) -> tuple[tuple[float, float], ...]:
    """Turn the ranges along and across a direction into four corners, in pixels."""
    axes = np.stack([direction, _turned(direction[None])[0]])
    (a, b), (c, d) = ends
    corners = np.array([(a, c), (a, d), (b, d), (b, c)]) @ axes / np.array(spacing_yx_mm)
    return tuple((float(y), float(x)) for y, x in corners)
