"""What is measured of a lesion: axes with their ends in the patient, volume, density."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clinic.lesions.border_axes import Line, border_axes
from clinic.scans.grid import Grid, Point
from uls.geometry.axes import lesion_axes
from uls.geometry.cropped import CroppedMask

__all__ = ["Diameter", "Measurements", "measure", "turned_mask"]


@dataclass(frozen=True)
class Diameter:
    """A line across a lesion, from border to border.

    Attributes:
        length_mm: its length.
        ends_mm: its ends, LPS.
        ends_xyz: its ends in voxels of the scan; whole numbers are voxels' centres.
    """

    length_mm: float
    ends_mm: tuple[Point, Point]
    ends_xyz: tuple[Point, Point]


@dataclass(frozen=True)
class Measurements:
    """What was measured of one mask.

    Attributes:
        long_axis: the longest line in an axial slice, from border to border.
        short_axis: the longest line at a right angle to it there, from border to border.
        slice_index: of that slice, along the axis of the scan's array nearest to head and feet.
        centre_long_axis_mm: as the challenge measures, between centres of pixels, on the slice
            that is longest by that measure.
        centre_short_axis_mm: likewise.
        volume_ml: of all voxels.
        mean_hu: of all voxels.
        voxels: how many.
        slices: how many axial slices hold any.
    """

    long_axis: Diameter
    short_axis: Diameter
    slice_index: int
    centre_long_axis_mm: float
    centre_short_axis_mm: float
    volume_ml: float
    mean_hu: float
    voxels: int
    slices: int


def measure(mask: CroppedMask, hu: npt.NDArray[Any], grid: Grid) -> Measurements | None:
    """Measure a mask; None where it is empty.

    Args:
        mask: of the scan's array as it is stored.
        hu: that array.
        grid: where it lies.
    """
    box = tuple(
        slice(corner, corner + size)
        for corner, size in zip(mask.corner_zyx, mask.voxels.shape, strict=True)
    )
    turned = turned_mask(mask, grid)
    spacing = grid.axial.spacing_mm
    border, centre = border_axes(turned, spacing), lesion_axes(turned)
    if border is None or centre is None:
        return None
    z = border.slice_z
    return Measurements(
        long_axis=_diameter(border.long, z, grid),
        short_axis=_diameter(border.short, z, grid),
        slice_index=round(grid.axial.stored((z, 0, 0))[grid.axial.order[0]]),
        centre_long_axis_mm=centre.long.length_mm(spacing),
        centre_short_axis_mm=centre.short.length_mm(spacing),
        volume_ml=mask.n_voxels * grid.voxel_mm3 / 1000,
        mean_hu=float(hu[box][mask.voxels].mean(dtype=np.float64)),
        voxels=mask.n_voxels,
        slices=int(turned.voxels.any(axis=(1, 2)).sum()),
    )


def turned_mask(mask: CroppedMask, grid: Grid) -> CroppedMask:
    """Turn a mask of the scan's array to axial slices, see `clinic.scans.grid.Axial`."""
    axial = grid.axial
    if not mask.voxels.size:
        return mask
    voxels = np.flip(mask.voxels.transpose(axial.order), axial.reversed_axes)
    ends = [c + n - 1 for c, n in zip(mask.corner_zyx, mask.voxels.shape, strict=True)]
    one, other = axial.index(mask.corner_zyx), axial.index((ends[0], ends[1], ends[2]))
    z, y, x = (min(a, b) for a, b in zip(one, other, strict=True))
    size_z, size_y, size_x = (grid.shape_zyx[axis] for axis in axial.order)
    return CroppedMask(np.ascontiguousarray(voxels), (z, y, x), (size_z, size_y, size_x))


def _diameter(line: Line, z: int, grid: Grid) -> Diameter:
    ends = []
    for y, x in (line.start_yx, line.end_yx):
        at_z, at_y, at_x = grid.axial.stored((z, y, x))
        ends.append((at_x, at_y, at_z))
    return Diameter(
        length_mm=line.length_mm,
        ends_mm=(grid.to_mm(ends[0]), grid.to_mm(ends[1])),
        ends_xyz=(ends[0], ends[1]),
    )
