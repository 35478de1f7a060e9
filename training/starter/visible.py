"""Whether an implanted lesion can be seen: what surrounds it must mostly differ from it."""

import numpy as np

from training.starter.fields import SD_PER_MAD, Bools, Floats, blurred, grown, median

__all__ = ["contrast", "ring_around", "stands_out"]

_RING = 2
"""Voxels around a lesion that are compared with it."""

_LEAST_DIFFERENCE_HU, _DIFFERENCE_SDS = 12.0, 1.3
"""What differs by less than either (in standard deviations within the lesion) looks the same."""

_SHARE, _SHARE_LESS_IF_HARD = 0.62, 0.26
"""So much of the ring must differ; that much less at difficulty 1."""

_FEW_VOXELS = 12
"""Where a patch shows so few voxels of a lesion, only a closer look could tell what stands out."""

_EYE_VOXELS = 0.7
"""The eye averages noise over about this sigma."""


def ring_around(mask: Bools) -> Bools:
    """Give the voxels around a mask, up to two away."""
    return grown(mask, (_RING,) * 3) & ~mask


def stands_out(around: Floats, hu: float, *, difficulty: float, sd: float = 0.0) -> bool:
    """Say whether HU differ from enough of the values around; False where there are none."""
    differs = np.abs(around - hu) > max(_LEAST_DIFFERENCE_HU, _DIFFERENCE_SDS * sd)
    needed = _SHARE - _SHARE_LESS_IF_HARD * difficulty
    return around.size > 0 and int(np.count_nonzero(differs)) >= needed * around.size


def contrast(hu: Floats, mask: Bools, ring: Bools, *, difficulty: float) -> float | None:
    """Give a lesion's median HU minus its ring's; None where it does not stand out.

    A lesion of a few voxels need not: what is too small for a patch is not to be seen in it.
    """
    if not ring.any():
        return None
    if np.count_nonzero(mask) < _FEW_VOXELS:
        return median(hu[mask]) - median(hu[ring])
    seen = blurred(hu, (_EYE_VOXELS,) * 3)
    inside, around = seen[mask], seen[ring]
    level = median(inside)
    sd = SD_PER_MAD * median(np.abs(inside - level))
    if not stands_out(around, level, difficulty=difficulty, sd=sd):
        return None
    return level - median(around)
