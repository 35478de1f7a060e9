"""Clicks drawn from a lesion, and the pairs that the consistency score compares."""

import hashlib
import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from training.data.cases.click_choice import Pair, Voxel, shift_mm
from uls.geometry.cropped import CroppedMask
from uls.geometry.voi import Spacing

__all__ = ["draw_clicks", "pairs_of"]


def draw_clicks(mask: CroppedMask, count: int, *, seed: int, name: str) -> list[Voxel]:
    """Draw different voxels of a lesion, each as likely as any other.

    Args:
        mask: the lesion.
        count: how many; fewer come back where the lesion has fewer voxels.
        seed: of all draws.
        name: of the lesion: it has the same clicks in whatever order lesions are worked on, and
            its first click is the same whatever the count.

    Returns:
        Voxels (z, y, x) of the array that the mask was cropped from.
    """
    entropy = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    voxels = np.argwhere(mask.voxels) + mask.corner_zyx
    order = np.random.default_rng([seed, entropy]).permutation(len(voxels))
    return [(int(z), int(y), int(x)) for z, y, x in voxels[order[:count]]]


def pairs_of(clicks: Sequence[Voxel], first_index: int, spacing_mm: Spacing) -> list[Pair]:
    """List all pairs of a lesion's clicks for `multi_sample.json`.

    Args:
        clicks: in the order of their VOIs in the stack.
        first_index: stack index of the first.
        spacing_mm: along (x, y, z).
    """
    return [
        (
            first_index + a,
            first_index + b,
            _exact(shift_mm(clicks[a], clicks[b], spacing_mm), spacing_mm),
        )
        for a, b in combinations(range(len(clicks)), 2)
    ]


def _exact(shift: Spacing, spacing_mm: Spacing) -> Spacing:
    """Let each shift, divided by the spacing and rounded down, give back its whole voxels.

    3 times 0.7 is 2.0999999999999996, and 2.0999999999999996 // 0.7 is 2: the score rounds down,
    and would compare masks one voxel apart.
    """
    x, y, z = (_exact_step(mm, size) for mm, size in zip(shift, spacing_mm, strict=True))
    return x, y, z


def _exact_step(mm: float, size: float) -> float:
    steps = round(mm / size)
    while mm // size < steps:
        mm = math.nextafter(mm, math.inf)
    while mm // size > steps:
        mm = math.nextafter(mm, -math.inf)
    return mm
