"""Clicks on a lesion, and the shift in mm that brings one click's VOI onto another's."""

from itertools import combinations

import numpy as np
import numpy.typing as npt

from uls.geometry.voi import Spacing

__all__ = ["Pair", "Voxel", "choose_clicks", "pairs_of_clicks", "shift_mm"]

Voxel = tuple[int, int, int]
"""A voxel's index in a scan, (z, y, x)."""

Pair = tuple[int, int, tuple[float, float, float]]
"""Two stack indices a and b, and the shift (x, y, z) in mm that brings b onto a."""


def choose_clicks(mask: npt.NDArray[np.bool_], count: int, *, seed: int) -> list[Voxel]:
    """Choose `count` different voxels of a lesion, each as likely as any other."""
    voxels = np.argwhere(mask)
    chosen = np.random.default_rng([seed, count]).choice(len(voxels), count, replace=False)
    return [(int(z), int(y), int(x)) for z, y, x in voxels[chosen]]


def shift_mm(click_a: Voxel, click_b: Voxel, spacing: Spacing) -> tuple[float, float, float]:
    """Give the shift (x, y, z) in mm of `multi_sample.json` for two clicks in one scan.

    The scoring moves VOI b by (-x, -y, +z) / spacing voxels. What lies at scan voxel p lies in a
    VOI at p - click + centre, so b must move by click_b - click_a: hence the signs.
    """
    z, y, x = (b - a for a, b in zip(click_a, click_b, strict=True))
    return -x * spacing[0], -y * spacing[1], z * spacing[2]


def pairs_of_clicks(clicks: dict[int, Voxel], spacing: Spacing) -> list[Pair]:
    """List all pairs of one lesion's clicks, which are given by stack index."""
    return [
        (a, b, shift_mm(clicks[a], clicks[b], spacing)) for a, b in combinations(sorted(clicks), 2)
    ]
