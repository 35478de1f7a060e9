"""Lesions of one scan that share voxels: said, as an image of numbers can give them to one only."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from clinic.lesions.lesion import Lesion
from uls.geometry.cropped import CroppedMask

__all__ = ["shared_voxels", "with_overlaps"]


def with_overlaps(lesion: Lesion, earlier: Sequence[Lesion]) -> Lesion:
    """Give a lesion with a warning for each earlier one that it shares voxels with."""
    warnings = list(lesion.warnings)
    for number, other in enumerate(earlier, 1):
        n = shared_voxels(lesion.mask, other.mask)
        if n == lesion.mask.n_voxels == other.mask.n_voxels and n:
            warnings.append(f"it is lesion {number} once more: the same voxels")
        elif n:
            warnings.append(f"it shares {n} voxels with lesion {number}")
    return replace(lesion, warnings=tuple(warnings))


def shared_voxels(one: CroppedMask, other: CroppedMask) -> int:
    """Count the voxels that two masks of the same array share."""
    first = np.maximum(one.corner_zyx, other.corner_zyx)
    ends = [np.add(m.corner_zyx, m.voxels.shape) for m in (one, other)]
    stop = np.minimum(*ends)
    if (stop <= first).any():
        return 0
    parts = [
        mask.voxels[tuple(slice(a, b) for a, b in zip(first - corner, stop - corner, strict=True))]
        for mask, corner in ((m, np.array(m.corner_zyx)) for m in (one, other))
    ]
    return int(np.count_nonzero(parts[0] & parts[1]))
