"""Overlap of two masks: Dice, and Dice between two clicks' masks of one lesion.

Dice: L. R. Dice, Measures of the amount of ecologic association between species, Ecology 26 (1945).
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from uls.geometry.cropped import CroppedMask
from uls.geometry.voi import Spacing

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
    routes = _routes(b.shape_zyx, move_zyx)
    return _dice(_count_common_moved(a, b, routes), a.n_voxels, _count_moved(b, routes))


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


@dataclass(frozen=True)
class _Stretch:
    """Voxels `target` along one axis that take their values from the voxels `source`.

    The two are equally long, or `source` is the one voxel at the edge, which all of them repeat.
    """

    target: range
    source: range

    @property
    def repeats(self) -> int:
        """How many voxels take their value from each source."""
        return len(self.target) // len(self.source)


_Route = tuple[_Stretch, _Stretch, _Stretch]


def _routes(shape_zyx: Move, move_zyx: Move) -> tuple[_Route, ...]:
    """Split a move of the whole VOI into blocks that move alike, as stretches along (z, y, x)."""
    z, y, x = (list(_stretches(*axis)) for axis in zip(shape_zyx, move_zyx, strict=True))
    return tuple(product(z, y, x))


def _stretches(size: int, move: int) -> Iterator[_Stretch]:
    move = max(-size, min(size, move))
    if move > 0:
        yield _Stretch(range(move), range(1))
    if abs(move) < size:
        low, high = max(0, -move), min(size, size - move)
        yield _Stretch(range(low + move, high + move), range(low, high))
    if move < 0:
        yield _Stretch(range(size + move, size), range(size - 1, size))


def _count_moved(mask: CroppedMask, routes: Sequence[_Route]) -> int:
    """Count the moved mask's voxels: each old one as often as it is a source."""
    return sum(
        math.prod(stretch.repeats for stretch in route)
        * int(np.count_nonzero(_part(mask, [stretch.source for stretch in route])))
        for route in routes
    )


def _part(mask: CroppedMask, box: Sequence[range]) -> npt.NDArray[np.bool_]:
    """Cut a box of the VOI out of a mask, as far as the mask reaches into it."""
    cut = [
        slice(max(0, part.start - corner), max(0, part.stop - corner))
        for part, corner in zip(box, mask.corner_zyx, strict=True)
    ]
    return np.asarray(mask.voxels[tuple(cut)])


def _count_common_moved(a: CroppedMask, b: CroppedMask, routes: Iterable[_Route]) -> int:
    """Count the voxels of a that take their value from a voxel of b."""
    return sum(_count_common_on(a, b, route) for route in routes)


def _count_common_on(a: CroppedMask, b: CroppedMask, route: _Route) -> int:
    a_box, b_box = [], []
    for axis, stretch in enumerate(route):
        a_range = _range(a.corner_zyx[axis], a.voxels.shape[axis])
        b_range = _range(b.corner_zyx[axis], b.voxels.shape[axis])
        in_a, in_b = _meeting(stretch, a_range, b_range)
        if not in_a or not in_b:
            return 0
        a_box.append(slice(in_a.start - a_range.start, in_a.stop - a_range.start))
        b_box.append(slice(in_b.start - b_range.start, in_b.stop - b_range.start))
    return int(np.count_nonzero(a.voxels[tuple(a_box)] & b.voxels[tuple(b_box)]))


def _range(start: int, length: int) -> range:
    return range(start, start + length)


def _meeting(stretch: _Stretch, a: range, b: range) -> tuple[range, range]:
    """Cut a stretch to where it leads from b to a; the one voxel at the edge serves all of a."""
    target, source = _overlap(stretch.target, a), _overlap(stretch.source, b)
    if len(stretch.source) == 1:
        return target, source
    back = stretch.source.start - stretch.target.start
    low, high = max(target.start, source.start - back), min(target.stop, source.stop - back)
    return range(low, high), range(low + back, high + back)


def _overlap(a: range, b: range) -> range:
    return range(max(a.start, b.start), min(a.stop, b.stop))
