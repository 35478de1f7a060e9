"""What thick slices do: the scanner averages over each slice, the patch interpolates between them.

A patch is sampled finer than the slices of most scans, and a lesion drawn into it must have their
partial volume and their steps.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from training.starter.lesions.fields import Floats, product

__all__ = ["Slices"]

_THIN = 1.3
"""Slices at most this many patch voxels thick count as thin: nothing is averaged."""

_PHASE_STEP = 0.25
"""Patch voxels between the places tried for the first slice."""


@dataclass(frozen=True)
class Slices:
    """The slices of a scan along the z of a patch (or a part of it).

    Attributes:
        positions: their middles in voxels of the patch, rising; None where slices are thin.
        thickness: of one slice, in patch voxels: also the distance to the next.
    """

    positions: Floats | None
    thickness: float

    @classmethod
    def find(cls, background: Floats, thickness: float) -> Self:
        """Find the slices in a patch: interpolation bends at their middles and only there."""
        if thickness < _THIN:
            return cls(None, thickness)
        first = _phase(background, thickness)
        before = int(np.ceil(first / thickness)) + 1
        after = int(np.ceil((len(background) - first) / thickness)) + 1
        positions = first + thickness * np.arange(-before, after + 1)
        return cls(positions.astype(np.float32), thickness)

    @property
    def reach(self) -> float:
        """How far along z, in patch voxels, a point shows: half a slice and to the next one."""
        return 0.0 if self.positions is None else 1.5 * self.thickness

    def part(self, z: slice) -> "Slices":
        """Give the slices that matter to a part of the patch, in its own voxels."""
        if self.positions is None:
            return self
        moved = self.positions - z.start
        near = (moved > -self.thickness) & (moved < z.stop - z.start - 1 + self.thickness)
        return Slices(moved[near], self.thickness)

    def averaged(self, values: Floats) -> Floats:
        """Average patch voxels over each slice: (z, y, x) to (slices, y, x)."""
        if self.positions is None:
            return values
        # A slice beyond the end of the part sees its nearest voxel.
        half = self.thickness / 2
        at = np.clip(self.positions, -half, len(values) - 1 + half)
        apart = np.abs(at[:, None] - np.arange(len(values)))
        weights = np.clip(half + 0.5 - apart, 0, 1)
        return product(values, (_rows(weights), None, None))

    def sampled(self, values: Floats) -> Floats:
        """Read the patch at the slices' middles: (z, y, x) to (slices, y, x)."""
        if self.positions is None:
            return values
        at = np.clip(self.positions, 0, len(values) - 1)
        weights = np.clip(1 - np.abs(at[:, None] - np.arange(len(values))), 0, None)
        return product(values, (_rows(weights), None, None))

    def interpolated(self, values: Floats, size: int) -> Floats:
        """Interpolate linearly between slices: (slices, y, x) to (size, y, x)."""
        if self.positions is None:
            return values
        apart = np.abs(np.arange(size)[:, None] - self.positions)
        weights = np.clip(1 - apart / self.thickness, 0, None)
        return product(values, (_rows(weights), None, None))


def _rows(weights: npt.NDArray[np.floating]) -> Floats:
    rows: Floats = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return rows


def _phase(background: Floats, thickness: float) -> float:
    part = background[:, ::2, ::2]
    bend = np.abs(part[2:] - 2 * part[1:-1] + part[:-2]).mean(axis=(1, 2))
    tried = np.arange(0, thickness, _PHASE_STEP)
    planes = np.arange(1, len(background) - 1)
    scores = [
        np.interp(np.arange(first, len(background) - 1, thickness), planes, bend).mean()
        for first in tried
    ]
    return float(tried[int(np.argmax(scores))])
