"""Overlap of two masks: Dice, and Dice between two clicks' masks of one lesion.

Dice: L. R. Dice, Measures of the amount of ecologic association between species, Ecology 26 (1945).
"""

import numpy as np
import numpy.typing as npt

from uls.cropped import CroppedMask
from uls.voi import Spacing

__all__ = ["Move", "click_move_zyx", "dice", "moved_dice"]

Move = tuple[int, int, int]
"""Whole voxels along (z, y, x) by which a mask moves."""


def dice(a: CroppedMask, b: CroppedMask) -> float:
    """Overlap 2·|A∩B| / (|A|+|B|) of two masks of one VOI; 0 when both are empty.

    Raises:
        ValueError: the masks come from arrays of different shapes.
    """
    _check_same_voi(a, b)
    return _dice(_count_common(a, b), a.n_voxels, b.n_voxels)


def moved_dice(a: CroppedMask, b: CroppedMask, *, move_zyx: Move) -> float:
    """Overlap of a with b, after b has moved within its VOI; 0 when both are then empty.

    What moves in from outside the VOI repeats the nearest voxel at its edge: a mask that touches
    the edge it moves away from grows by as many layers. What moves out is lost.

    Raises:
        ValueError: the masks come from arrays of different shapes.
    """
    _check_same_voi(a, b)
    sources = [_sources(size, move) for size, move in zip(b.shape_zyx, move_zyx, strict=True)]
    return _dice(_count_common_moved(a, b, sources), a.n_voxels, _count_moved(b, sources))


def _check_same_voi(a: CroppedMask, b: CroppedMask) -> None:
    if a.shape_zyx != b.shape_zyx:
        raise ValueError(f"masks of different VOIs: {a.shape_zyx} and {b.shape_zyx} voxels")


def _dice(n_common: int, n_a: int, n_b: int) -> float:
    return 2 * n_common / (n_a + n_b) if n_a + n_b else 0.0


def _count_common(a: CroppedMask, b: CroppedMask) -> int:
    """Count the voxels of both, where their boxes overlap."""
    a_box, b_box = [], []
    for axis, (a_start, b_start) in enumerate(zip(a.corner_zyx, b.corner_zyx, strict=True)):
        start = max(a_start, b_start)
        a_stop, b_stop = a_start + a.voxels.shape[axis], b_start + b.voxels.shape[axis]
        stop = max(start, min(a_stop, b_stop))
        a_box.append(slice(start - a_start, stop - a_start))
        b_box.append(slice(start - b_start, stop - b_start))
    return int(np.count_nonzero(a.voxels[tuple(a_box)] & b.voxels[tuple(b_box)]))


def click_move_zyx(shift_mm: Spacing, spacing_mm: Spacing, *, shape_zyx: Move) -> Move:
    """Turn the shift between two clicks into the move that brings b's mask onto a's.

    Per axis the shift is divided by a's spacing and rounded down (−0.1 mm is one voxel back); b
    then moves against it along x and y, and with it along z: the definition of the challenge.

    Args:
        shift_mm: shift along (x, y, z) in mm, from the ground truth.
        spacing_mm: voxel spacing of VOI a along (x, y, z) in mm.
        shape_zyx: voxels of a VOI; moves are limited to it, further ones have the same effect.
    """
    steps = [shift // spacing for shift, spacing in zip(shift_mm, spacing_mm, strict=True)]
    x, y, z = (
        int(max(-size, min(size, step))) for step, size in zip(steps, shape_zyx[::-1], strict=True)
    )
    return z, -y, -x


def _sources(size: int, move: int) -> npt.NDArray[np.intp]:
    """Index, along one axis, of the voxel that each voxel takes its value from."""
    return np.clip(np.arange(size) - move, 0, size - 1)


def _count_moved(mask: CroppedMask, sources: list[npt.NDArray[np.intp]]) -> int:
    """Count the moved mask's voxels: each old one as often as it is a source, per axis."""
    counts: npt.NDArray[np.int64] = mask.voxels.astype(np.int64)
    for axis in (2, 1, 0):
        start, size = mask.corner_zyx[axis], mask.voxels.shape[axis]
        times = np.bincount(sources[axis], minlength=start + size)[start : start + size]
        counts = counts @ times
    return int(counts)


def _count_common_moved(a: CroppedMask, b: CroppedMask, sources: list[npt.NDArray[np.intp]]) -> int:
    """Count the voxels of a that take their value from a voxel of b."""
    a_picks, b_picks = [], []
    for axis, source in enumerate(sources):
        start = a.corner_zyx[axis]
        index = source[start : start + a.voxels.shape[axis]] - b.corner_zyx[axis]
        inside = np.flatnonzero((index >= 0) & (index < b.voxels.shape[axis]))
        a_picks.append(inside)
        b_picks.append(index[inside])
    return int(np.count_nonzero(a.voxels[np.ix_(*a_picks)] & b.voxels[np.ix_(*b_picks)]))
