"""Solids as signed distances in mm (negative inside), and painting them with soft edges.

Distances to ellipses and ellipsoids are first-order, f / |grad f|: right near the surface, which is
where it matters, and of the right sign everywhere.
"""

import numpy as np

from training.phantoms.drawing.grid import FloatArray, Grid, Point

__all__ = [
    "box_around",
    "capsule",
    "cover",
    "cylinder",
    "ellipsoid",
    "paint",
    "paint_ellipsoid",
    "paint_solid",
]

_TINY = 1e-9


def ellipsoid(grid: Grid, centre: Point, radii: Point) -> FloatArray:
    """Distance to an ellipsoid with the given half-axes (z, y, x); shape of the grid."""
    scaled = [
        (axis - middle) / radius
        for axis, middle, radius in zip(grid.axes, centre, radii, strict=True)
    ]
    norm = np.sqrt(scaled[0] ** 2 + scaled[1] ** 2 + scaled[2] ** 2)
    slope = np.sqrt(sum((part / radius) ** 2 for part, radius in zip(scaled, radii, strict=True)))
    return _first_order(norm, slope, min(radii))


def cylinder(
    grid: Grid, centre_yx: tuple[float, float], radii_yx: tuple[float, float]
) -> FloatArray:
    """Distance to an elliptic cylinder along z; shape (1, y, x), to broadcast."""
    _, y, x = grid.axes
    v, u = (y - centre_yx[0]) / radii_yx[0], (x - centre_yx[1]) / radii_yx[1]
    norm = np.sqrt(v**2 + u**2)
    slope = np.sqrt((v / radii_yx[0]) ** 2 + (u / radii_yx[1]) ** 2)
    return _first_order(norm, slope, min(radii_yx))


def _first_order(norm: FloatArray, slope: FloatArray, deepest: float) -> FloatArray:
    """Give (norm - 1) / |grad norm|, no deeper than the smallest half-axis."""
    distance: FloatArray = np.maximum((norm - 1) * norm / (slope + _TINY), -deepest)
    return np.where(norm < 0.05, -deepest, distance)


def capsule(grid: Grid, start: Point, end: Point, radius: float, end_radius: float) -> FloatArray:
    """Give the distance to a round-ended, tapering rod; shape of the grid."""
    axis = np.subtract(end, start)
    length2 = float(axis @ axis) + _TINY
    offsets = [coordinate - first for coordinate, first in zip(grid.axes, start, strict=True)]
    along = np.clip(sum(o * float(a) for o, a in zip(offsets, axis, strict=True)) / length2, 0, 1)
    away2 = sum((o - along * float(a)) ** 2 for o, a in zip(offsets, axis, strict=True))
    return np.sqrt(away2) - (radius + (end_radius - radius) * along)


def box_around(points: tuple[Point, ...], margin: float) -> tuple[Point, Point]:
    """Give the corners of the box that holds all points with a margin in mm."""
    stacked = np.asarray(points)
    low, high = stacked.min(axis=0) - margin, stacked.max(axis=0) + margin
    return (float(low[0]), float(low[1]), float(low[2])), (
        float(high[0]),
        float(high[1]),
        float(high[2]),
    )


def cover(distance: FloatArray, softness: float) -> FloatArray:
    """Say how much of a voxel a solid fills, 0 to 1: half at distance 0, over `softness` mm."""
    covered: FloatArray = np.clip(0.5 - distance / softness, 0.0, 1.0)
    return covered


def paint(hu: FloatArray, covered: FloatArray, value: FloatArray | float) -> None:
    """Blend `value` HU over the image in place, by a coverage from 0 to 1."""
    hu += covered * (value - hu)


def paint_solid(
    hu: FloatArray, distance: FloatArray, value: FloatArray | float, softness: float = 1.2
) -> None:
    """Paint everything inside a signed distance; the distance may broadcast to the image."""
    paint(hu, cover(distance, softness), value)


def paint_ellipsoid(
    hu: FloatArray,
    grid: Grid,
    centre: Point,
    radii: Point,
    value: float,
    *,
    within: FloatArray | None = None,
    softness: float = 1.2,
) -> None:
    """Paint an ellipsoid in place, looking only at the voxels near it."""
    low = [middle - radius - softness for middle, radius in zip(centre, radii, strict=True)]
    high = [middle + radius + softness for middle, radius in zip(centre, radii, strict=True)]
    box = grid.near((low[0], low[1], low[2]), (high[0], high[1], high[2]))
    part = grid.part(box)
    if 0 in part.shape:
        return
    covered = cover(ellipsoid(part, centre, radii), softness)
    paint(hu[box], covered if within is None else covered * within[box], value)
