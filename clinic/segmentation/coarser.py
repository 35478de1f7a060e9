"""A second look at a lesion that is larger than the VOI: coarser, and put back on the scan's grid.

The model sees a VOI each of whose voxels is the mean of a block of the scan's, along those axes
where the lesion reached the edge; twice as coarse until it fits. Its logits, interpolated linearly
between the blocks' centres, decide voxel by voxel of the scan.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clinic.lesions.voi_cut import VoiCut
from clinic.scans.grid import Voxel
from uls.geometry.lesion import bounding_box
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX

__all__ = ["MOST", "coarser", "factors_for_box", "put_back"]

MOST = 8
"""Voxels along an axis that become one: 8 × 256 pixels of 0.5 mm are a metre."""

_STEEP = 8.0
"""Logits beyond are as sure as this one: else the side that is surer would move the border."""


def coarser(factors: Voxel, touched: tuple[bool, bool, bool]) -> Voxel:
    """Give factors twice as coarse along axes at whose end a mask was cut; pixels stay square."""
    z, y, x = factors
    in_plane = 2 if touched[1] or touched[2] else 1
    return min(z * (1 + touched[0]), MOST), min(y * in_plane, MOST), min(x * in_plane, MOST)


def factors_for_box(click: Voxel, first: Voxel, last: Voxel) -> Voxel:
    """Give the least factors at which a VOI around a click holds a box (all (z, y, x))."""
    needed = [
        max((at - a) / centre, (b - at) / (n - centre - 1))
        for at, a, b, centre, n in zip(click, first, last, CLICK_ZYX, VOI_SHAPE_ZYX, strict=True)
    ]
    z, *rest = needed
    return _factor(z), _factor(max(rest)), _factor(max(rest))


def _factor(needed: float) -> int:
    factor = 1
    while factor < min(needed, MOST):
        factor *= 2
    return factor


@dataclass(frozen=True, eq=False)
class _Axis:
    """Voxels of the scan along an axis, each between two of the VOI."""

    start: int
    low: npt.NDArray[np.intp]
    high: npt.NDArray[np.intp]
    weight: npt.NDArray[np.float32]


def put_back(
    logit: npt.NDArray[np.float32], kept: npt.NDArray[np.bool_], cut: VoiCut, threshold: float
) -> tuple[npt.NDArray[np.bool_], list[int]]:
    """Lay a coarse VOI's lesion on the voxels of the turned scan.

    Args:
        logit: of the VOI.
        kept: the voxels of the VOI that are the clicked lesion.
        cut: the VOI.
        threshold: logit above which voxels are the lesion's.

    Returns:
        Voxels of a box that holds the lesion, and where it begins in the turned scan (z, y, x).
    """
    box = bounding_box(kept)
    if box is None:
        return np.zeros((0, 0, 0), np.bool_), [0, 0, 0]
    z, y, x = (_axis(cut, axis, box[axis]) for axis in range(3))
    sure = np.clip(logit - threshold, -_STEEP, _STEEP)
    sure[(sure > 0) & ~kept] = -_STEEP  # another lesion: it must not reach into this one
    voxels = np.zeros((len(z.low), len(y.low), len(x.low)), np.bool_)
    for n, (low, high, weight) in enumerate(zip(z.low, z.high, z.weight, strict=True)):
        plane = sure[low] * (1 - weight) + sure[high] * weight
        rows = _between(plane, y)
        voxels[n] = _between(rows.T, x).T > 0
    return voxels, [z.start, y.start, x.start]


def _axis(cut: VoiCut, axis: int, box: slice) -> _Axis:
    """Give the scan's voxels within a voxel of a box of the VOI, and where they lie in it."""
    factor, start = cut.factors[axis], cut.start(axis)
    first = max(start + (box.start - 1) * factor, 0)
    stop = min(start + (box.stop + 1) * factor, cut.size[axis])
    place = (np.arange(first, stop) - start - (factor - 1) / 2) / factor
    place = np.clip(place, 0, VOI_SHAPE_ZYX[axis] - 1)
    low = np.floor(place).astype(np.intp)
    high = np.minimum(low + 1, VOI_SHAPE_ZYX[axis] - 1)
    return _Axis(first, low, high, (place - low).astype(np.float32))


def _between(rows: npt.NDArray[Any], axis: _Axis) -> npt.NDArray[Any]:
    """Interpolate along the first axis of a plane."""
    weight = axis.weight[:, None]
    between: npt.NDArray[Any] = rows[axis.low] * (1 - weight) + rows[axis.high] * weight
    return between
