"""Scans with an ellipsoid of known millimetres, on grids turned in any way."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from clinic.scans.grid import Grid
from clinic.scans.scan import Scan

CENTRE_MM = (12.0, -31.0, 140.0)
RADII_MM = (9.0, 6.0, 7.0)
"""Half axes of the ellipsoid along LPS x, y, z."""

_A = math.radians(20)
_TILT = np.array([[1, 0, 0], [0, math.cos(_A), -math.sin(_A)], [0, math.sin(_A), math.cos(_A)]])

DIRECTIONS: dict[str, npt.NDArray[np.float64]] = {
    "axial": np.eye(3),
    "RAS": np.diag([-1.0, -1.0, 1.0]),
    "flipped": np.diag([-1.0, 1.0, 1.0]),
    "feet first": np.diag([1.0, -1.0, -1.0]),
    "coronal": np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]], float),
    "sagittal": np.array([[0, 0, -1], [1, 0, 0], [0, -1, 0]], float),
    "oblique": _TILT,
    "oblique coronal": np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]], float) @ _TILT,
}


def grid_of(directions: npt.NDArray[Any], shape: Any, spacing: Any) -> Grid:
    """A grid with the ellipsoid's centre in its middle."""
    middle = (np.array(shape[::-1]) - 1) / 2 * np.array(spacing)
    origin = np.array(CENTRE_MM) - directions @ middle
    return Grid.checked("test", shape, spacing, origin, directions)


def ellipsoid(grid: Grid, radii_mm: tuple[float, float, float] = RADII_MM) -> npt.NDArray[np.bool_]:
    """Mark the voxels whose centres lie in the ellipsoid."""
    z, y, x = np.indices(grid.shape_zyx)
    index = np.stack([x, y, z], axis=-1).reshape(-1, 3) * np.array(grid.spacing_mm)
    mm = index @ grid.directions.T + np.array(grid.origin_mm) - np.array(CENTRE_MM)
    return (((mm / np.array(radii_mm)) ** 2).sum(axis=1) <= 1).reshape(grid.shape_zyx)


def scan_of(
    directions: npt.NDArray[Any],
    *,
    shape: tuple[int, int, int] = (40, 44, 48),
    spacing: tuple[float, float, float] = (0.9, 0.8, 1.1),
    radii_mm: tuple[float, float, float] = RADII_MM,
) -> tuple[Scan, npt.NDArray[np.bool_]]:
    """A body of 40 HU with an ellipsoid of 90 HU; at one end fat and air, and a voxel of bone."""
    grid = grid_of(directions, shape, spacing)
    lesion = ellipsoid(grid, radii_mm)
    hu = np.where(lesion, 90, 40).astype(np.int16)
    hu[:6] = np.minimum(hu[:6], -100)
    hu[0], hu[-1, -1, -1] = -1000, -999
    hu[0, -1, 0] = 65
    hu[1, 0, 0] = 1500
    return Scan(hu=hu, grid=grid, format="nifti"), lesion


def whole(mask: Any) -> npt.NDArray[np.bool_]:
    """A cropped mask at its full size."""
    full = np.zeros(mask.shape_zyx, bool)
    z, y, x = mask.corner_zyx
    dz, dy, dx = mask.voxels.shape
    full[z : z + dz, y : y + dy, x : x + dx] = mask.voxels
    return full
