"""A transposed convolution of kernel 4, stride 2 and pad 1, as a plain one and a rearrangement.

An output voxel sees two of its four taps along each axis: the even ones taps 3 and 1 of the input
voxels before and at half their place, the odd ones taps 2 and 0 of those at and after it. So it is
a convolution of three taps with a set of filters for each.
"""

import numpy as np

from algorithm.engines.winograd.network import Floats

__all__ = ["PARTS", "interleave", "plain_filters"]

PARTS = 8
"""Sets of filters: even and odd along each of three axes."""


def plain_filters(filters: Floats) -> Floats:
    """From (in, out, 4, 4, 4) to (out × 2 × 2 × 2, in, 3, 3, 3)."""
    sets = filters.swapaxes(0, 1)[:, np.newaxis]
    for axis in (-3, -2, -1):
        none = np.zeros_like(sets.take([0], axis))
        three, two, one, zero = (sets.take([tap], axis) for tap in (3, 2, 1, 0))
        even = np.concatenate([three, one, none], axis)
        odd = np.concatenate([none, two, zero], axis)
        sets = np.concatenate([even[:, :, np.newaxis], odd[:, :, np.newaxis]], 2)
        sets = sets.reshape(len(sets), -1, *sets.shape[3:])
    return sets.reshape(-1, *sets.shape[2:])


def interleave(logits: Floats) -> Floats:
    """From (out × 2 × 2 × 2, z, y, x) to (out, 2z, 2y, 2x)."""
    _, z, y, x = logits.shape
    split = logits.reshape(-1, 2, 2, 2, z, y, x)
    return split.transpose(0, 4, 1, 5, 2, 6, 3).reshape(-1, 2 * z, 2 * y, 2 * x)
