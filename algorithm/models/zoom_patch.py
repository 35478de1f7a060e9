"""Patches of a fixed number of voxels, cut from a volume at any zoom, and put back.

A patch is an isotropic grid around a point. Its step in mm is its zoom: the larger, the more it
sees. Cutting averages over a step (a triangle filter), so that a wide patch shows no aliasing;
putting back interpolates linearly.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["AIR_HU", "PATCH_SIZE", "Frame", "cut_patch", "put_back"]

PATCH_SIZE = 48
"""Voxels along each side of a patch."""

AIR_HU = -1024.0
"""What lies beyond the volume, and the lowest value in it."""

Floats = npt.NDArray[np.float32]
Point = tuple[float, float, float]
Slices = tuple[slice, slice, slice]


@dataclass(frozen=True)
class Frame:
    """Where a patch lies in a volume.

    Attributes:
        centre_zyx: the volume's (fractional) voxel index under patch voxel `PATCH_SIZE // 2`.
        step_mm: from one patch voxel to the next, the same along all axes.
        spacing_zyx_mm: the volume's, along (z, y, x): not the order of the challenge's files.
    """

    centre_zyx: Point
    step_mm: float
    spacing_zyx_mm: Point

    def to_patch(self, voxel_zyx: Point) -> Point:
        """Give the patch index of a volume index; it may lie outside the patch."""
        axes = zip(voxel_zyx, self.centre_zyx, self.spacing_zyx_mm, strict=True)
        z, y, x = (
            (voxel - centre) * spacing / self.step_mm + PATCH_SIZE // 2
            for voxel, centre, spacing in axes
        )
        return z, y, x

    def to_volume(self, patch_zyx: Point) -> Point:
        """Give the volume index of a patch index."""
        axes = zip(patch_zyx, self.centre_zyx, self.spacing_zyx_mm, strict=True)
        z, y, x = (
            centre + (patch - PATCH_SIZE // 2) * self.step_mm / spacing
            for patch, centre, spacing in axes
        )
        return z, y, x


def cut_patch(volume: npt.NDArray[Any], frame: Frame, *, fill: float = AIR_HU) -> Floats:
    """Sample a volume on a patch's grid.

    Args:
        volume: any real dtype, (z, y, x).
        frame: where the patch lies.
        fill: the value that goes on beyond the volume's ends.

    Returns:
        Float32, (`PATCH_SIZE`, `PATCH_SIZE`, `PATCH_SIZE`).
    """
    box, filters = [], []
    for axis in range(3):
        step = frame.step_mm / frame.spacing_zyx_mm[axis]
        at = frame.centre_zyx[axis] + (np.arange(PATCH_SIZE) - PATCH_SIZE // 2) * step
        margin = int(np.ceil(max(step, 1.0)))
        low = max(int(np.floor(at[0])) - margin, 0)
        high = min(int(np.ceil(at[-1])) + margin + 1, volume.shape[axis])
        if high <= low:
            return np.full((PATCH_SIZE,) * 3, fill, dtype=np.float32)
        box.append(slice(low, high))
        filters.append(_triangles(at - low, high - low, width=step))
    z, y, x = filters
    part = volume[tuple(box)].astype(np.float32)
    part -= np.float32(fill)
    along_x = (part.reshape(-1, part.shape[2]) @ x.T).reshape(*part.shape[:2], PATCH_SIZE)
    along_yx = np.tensordot(y, along_x, axes=(1, 1))
    patch = np.tensordot(z, along_yx, axes=(1, 1))
    patch += np.float32(fill)
    return np.asarray(patch, dtype=np.float32)


def _triangles(at: npt.NDArray[np.floating], size: int, *, width: float) -> Floats:
    """Give the matrix that samples `size` voxels at some places with a triangle filter.

    The weights of a row add up to 1 over an endless axis; what lies beyond the ends counts as 0.
    """
    width = max(width, 1.0)
    reach = int(np.ceil(width))
    whole = np.floor(at).astype(int)
    columns = whole[:, None] + np.arange(-reach, reach + 2)
    weights = np.clip(1 - np.abs(columns - at[:, None]) / width, 0, None)
    weights /= weights.sum(axis=1, keepdims=True)
    matrix = np.zeros((len(at), size), dtype=np.float32)
    rows, inside = np.nonzero((columns >= 0) & (columns < size))
    matrix[rows, columns[rows, inside]] = weights[rows, inside]
    return matrix


def put_back(patch: Floats, frame: Frame, shape_zyx: tuple[int, ...]) -> tuple[Floats, Slices]:
    """Resample a patch onto the voxels of its volume that lie within it.

    Args:
        patch: float32, `PATCH_SIZE` along each axis, such as logits or a probability.
        frame: where the patch lies.
        shape_zyx: the volume's.

    Returns:
        The values on the volume's voxels, and where in the volume they belong; of size 0 where
        patch and volume do not meet.
    """
    values: npt.NDArray[Any] = patch
    where = []
    for axis in range(3):
        step = frame.step_mm / frame.spacing_zyx_mm[axis]
        centre = frame.centre_zyx[axis]
        low = max(int(np.ceil(centre - PATCH_SIZE // 2 * step)), 0)
        last = centre + (PATCH_SIZE - 1 - PATCH_SIZE // 2) * step
        high = max(min(int(np.floor(last)) + 1, shape_zyx[axis]), low)
        at = (np.arange(low, high) - centre) / step + PATCH_SIZE // 2
        values = np.moveaxis(np.tensordot(_linear(at), values, axes=(1, axis)), 0, axis)
        where.append(slice(low, high))
    z, y, x = where
    return np.ascontiguousarray(values, dtype=np.float32), (z, y, x)


def _linear(at: npt.NDArray[np.floating]) -> Floats:
    """Give the matrix that interpolates between a patch's voxels at some places."""
    weights = np.clip(1 - np.abs(np.arange(PATCH_SIZE) - at[:, None]), 0, None)
    return np.asarray(weights, dtype=np.float32)
