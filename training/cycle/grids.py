"""A mask brought onto its scan's voxels: moved where the two share a grid, else resampled.

Slicer saves a segmentation on its scan's grid, but cut to the box that holds the segments; its axes
may also be turned. Then voxel lies on voxel and nothing is resampled.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from uls.images.grid import TURN_TOLERANCE, VOXEL_TOLERANCE, check_grid
from uls.images.image_header import read_geometry

__all__ = ["Fit", "Grid", "Placed", "place", "read_grid"]


class Fit(StrEnum):
    """How a mask came onto its scan's grid."""

    SAME = "same grid"
    CROPPED = "same grid, another extent"
    RESAMPLED = "resampled by nearest neighbour"


@dataclass(frozen=True)
class Grid:
    """Where voxels lie in space, in SimpleITK's order (x, y, z), mm, LPS."""

    size: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    origin_mm: tuple[float, float, float]
    direction: tuple[float, ...]

    @classmethod
    def of(cls, image: Any) -> "Grid":
        """Take the grid of an image, or of a reader that has read a header."""
        return cls(
            tuple(image.GetSize()),
            tuple(image.GetSpacing()),
            tuple(image.GetOrigin()),
            tuple(image.GetDirection()),
        )

    def index_of(self, point_mm: tuple[float, ...]) -> npt.NDArray[np.float64]:
        """Give a point's place in voxels, (x, y, z)."""
        steps = np.array(self.direction).reshape(3, 3) * np.array(self.spacing_mm)
        return np.asarray(np.linalg.solve(steps, np.subtract(point_mm, self.origin_mm)))

    def place_on(self, image: sitk.Image) -> sitk.Image:
        """Give an image this grid's spacing, origin and direction."""
        image.SetSpacing(self.spacing_mm)
        image.SetOrigin(self.origin_mm)
        image.SetDirection(self.direction)
        return image


@dataclass(frozen=True, eq=False)
class Placed:
    """A mask on its scan's grid, (z, y, x), and how it came there.

    Attributes:
        mask: its voxels.
        fit: whether voxel lay on voxel.
        outside: how many voxels of the file's mask lie outside the scan (0 if resampled).
    """

    mask: npt.NDArray[np.bool_]
    fit: Fit
    outside: int = 0


def read_grid(path: Path) -> Grid:
    """Read where a scan's voxels lie, without the voxels.

    Raises:
        InputError: it is missing, damaged, not three-dimensional, or its grid cannot be one.
    """
    geometry = read_geometry(path)
    x_mm, y_mm, z_mm = geometry.spacing_xyz
    x, y, z = geometry.origin_xyz
    direction = check_grid(geometry.spacing_xyz, geometry.direction, path)
    return Grid(geometry.size_xyz, (x_mm, y_mm, z_mm), (x, y, z), direction)


def place(mask: npt.NDArray[np.bool_], grid: Grid, scan: Grid) -> Placed:
    """Bring a mask from its own grid onto a scan's.

    Args:
        mask: (z, y, x).
        grid: the mask's.
        scan: the scan's.
    """
    image = grid.place_on(sitk.GetImageFromArray(mask.astype(np.uint8)))
    turned = sitk.DICOMOrient(image, _orientation(scan))
    offset = _whole_offset(Grid.of(turned), scan)
    if offset is None:
        return Placed(_resampled(image, scan), Fit.RESAMPLED)
    voxels = sitk.GetArrayFromImage(turned) > 0
    placed = _pasted(voxels, offset, scan)
    outside = int(np.count_nonzero(voxels)) - int(np.count_nonzero(placed))
    same = offset == (0, 0, 0) and placed.shape == voxels.shape
    return Placed(placed, Fit.SAME if same else Fit.CROPPED, outside)


def _orientation(grid: Grid) -> str:
    code: str = sitk.DICOMOrientImageFilter.GetOrientationFromDirectionCosines(grid.direction)
    return code


def _whole_offset(grid: Grid, scan: Grid) -> tuple[int, int, int] | None:
    """Give the scan's voxel (x, y, z) that the mask's first lies on; None if voxels do not meet."""
    turned = np.abs(np.subtract(grid.direction, scan.direction)).max()
    drift = np.abs(np.subtract(grid.spacing_mm, scan.spacing_mm)) / scan.spacing_mm * grid.size
    at = scan.index_of(grid.origin_mm)
    whole = np.rint(at)
    if (
        turned > TURN_TOLERANCE
        or drift.max() > VOXEL_TOLERANCE
        or np.abs(at - whole).max() > VOXEL_TOLERANCE
    ):
        return None
    x, y, z = (int(n) for n in whole)
    return x, y, z


def _pasted(
    voxels: npt.NDArray[np.bool_], offset_xyz: tuple[int, int, int], scan: Grid
) -> npt.NDArray[np.bool_]:
    """Lay voxels into an empty scan; what reaches beyond it is lost."""
    placed = np.zeros(scan.size[::-1], dtype=np.bool_)
    source, target = [], []
    for at, length, size in zip(offset_xyz[::-1], voxels.shape, placed.shape, strict=True):
        low, high = max(at, 0), max(min(at + length, size), at, 0)
        target.append(slice(low, high))
        source.append(slice(low - at, high - at))
    placed[tuple(target)] = voxels[tuple(source)]
    return placed


def _resampled(image: sitk.Image, scan: Grid) -> npt.NDArray[np.bool_]:
    resampled = sitk.Resample(
        image,
        scan.size,
        sitk.Transform(),
        sitk.sitkNearestNeighbor,
        scan.origin_mm,
        scan.spacing_mm,
        scan.direction,
        0.0,
        sitk.sitkUInt8,
    )
    return np.asarray(sitk.GetArrayFromImage(resampled) > 0)
