"""Whether an implanted lesion can be seen: what surrounds it must mostly differ from it."""

import numpy as np

from training.starter.lesions.fields import SD_PER_MAD, Bools, Floats, blurred, grown, median
from training.starter.settings.body_settings import Visibility

__all__ = ["contrast", "ring_around", "stands_out"]


def ring_around(mask: Bools, settings: Visibility) -> Bools:
    """Give the voxels around a mask."""
    return grown(mask, (settings.ring_voxels,) * 3) & ~mask


def stands_out(
    around: Floats, hu: float, settings: Visibility, *, difficulty: float, sd: float = 0.0
) -> bool:
    """Say whether HU differ from enough of the values around; False where there are none."""
    differs = np.abs(around - hu) > max(settings.least_hu, settings.sds * sd)
    needed = settings.share - settings.less_if_hard * difficulty
    return around.size > 0 and int(np.count_nonzero(differs)) >= needed * around.size


def contrast(
    hu: Floats, mask: Bools, ring: Bools, settings: Visibility, *, difficulty: float
) -> float | None:
    """Give a lesion's median HU minus its ring's; None where it does not stand out.

    A lesion of a few voxels need not: what is too small for a patch is not to be seen in it.
    """
    if not ring.any():
        return None
    if np.count_nonzero(mask) < settings.few_voxels:
        return median(hu[mask]) - median(hu[ring])
    seen = blurred(hu, (settings.eye_voxels,) * 3)
    inside, around = seen[mask], seen[ring]
    level = median(inside)
    sd = SD_PER_MAD * median(np.abs(inside - level))
    if not stands_out(around, level, settings, difficulty=difficulty, sd=sd):
        return None
    return level - median(around)
