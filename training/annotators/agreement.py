"""One lesion's masks compared: majority vote, Dice of each pair, sizes. Arrays are (z, y, x)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from uls.geometry.axes import lesion_axes
from uls.geometry.cropped import cropped
from uls.geometry.overlap import dice
from uls.geometry.voi import Spacing

__all__ = ["Mask", "PairDice", "Size", "majority", "pairwise_dice", "size_of"]

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class PairDice:
    """Two annotators' overlap; None where neither drew anything, which is no overlap of 0."""

    a: str
    b: str
    dice: float | None


@dataclass(frozen=True)
class Size:
    """How large a mask is; both axes between pixel centres, as the challenge measures them."""

    volume_ml: float
    long_mm: float
    short_mm: float
    slices: int


def majority(masks: Sequence[Mask]) -> Mask:
    """Return the voxels that more than half of the masks hold.

    Of two masks these are the voxels of both; of four, those of three.
    """
    votes = np.zeros(masks[0].shape, dtype=np.uint16)
    for mask in masks:
        votes += mask
    return np.asarray(2 * votes > len(masks))


def pairwise_dice(masks: Mapping[str, Mask]) -> list[PairDice]:
    """Compare every two annotators."""
    boxes = {name: cropped(mask) for name, mask in masks.items()}
    return [
        PairDice(a, b, dice(boxes[a], boxes[b]) if boxes[a].n_voxels + boxes[b].n_voxels else None)
        for a, b in combinations(boxes, 2)
    ]


def size_of(mask: Mask, spacing_mm: Spacing) -> Size:
    """Measure a mask; all is 0 of an empty one."""
    box = cropped(mask)
    axes = lesion_axes(box)
    return Size(
        volume_ml=box.n_voxels * float(np.prod(spacing_mm)) / 1000,
        long_mm=axes.long.length_mm(spacing_mm) if axes else 0.0,
        short_mm=axes.short.length_mm(spacing_mm) if axes else 0.0,
        slices=int(mask.any(axis=(1, 2)).sum()),
    )
