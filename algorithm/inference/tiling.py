"""Tiles that cover a volume, and the weights with which they are blended, as in nnU-Net v2.

Source: `sliding_window_prediction.py` of nnunetv2 2.8.1 and Isensee et al., Nature Methods 2021:
tiles overlap by half, and each counts by a Gaussian around its centre.
"""

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

import numpy as np
import numpy.typing as npt

from algorithm.models.architecture import Zyx

__all__ = ["Slices", "gaussian_weights", "starts_around", "tile_starts", "tiles"]

Slices = tuple[slice, slice, slice]

STEP = 0.5
"""Distance of neighbouring tiles, in tiles, at most."""

_SIGMA = 1 / 8
"""Standard deviation of the Gaussian, in tiles."""

_PEAK = 10.0
"""Weight of a tile's centre."""

_TRUNCATE = 4.0
"""Standard deviations after which scipy's Gaussian filter, which nnU-Net uses, ends."""


def tiles(shape_zyx: Zyx, patch_zyx: Zyx) -> Iterator[Slices]:
    """Give the tiles that cover a volume at least as large as the patch, x fastest."""
    starts = [tile_starts(*sizes) for sizes in zip(shape_zyx, patch_zyx, strict=True)]
    for z, y, x in product(*starts):
        sizes = zip((z, y, x), patch_zyx, strict=True)
        z_slice, y_slice, x_slice = (slice(start, start + size) for start, size in sizes)
        yield z_slice, y_slice, x_slice


def tile_starts(size: int, patch: int) -> list[int]:
    """Give where tiles begin along an axis: as few as keep their distance within `STEP`."""
    gaps = math.ceil((size - patch) / (patch * STEP))
    return [int(np.round((size - patch) / max(gaps, 1) * tile)) for tile in range(gaps + 1)]


def starts_around(start: int, size: int, patch: int) -> list[int]:
    """Give where tiles begin along an axis that go out from one of them, `STEP` apart.

    The outermost ones end with the axis, and so may lie closer.

    Args:
        start: where that one tile begins.
        size: the axis' length.
        patch: a tile's length.
    """
    step, last = max(int(patch * STEP), 1), size - patch
    return sorted({0, last, *range(start, -1, -step), *range(start, last, step)})


@lru_cache(maxsize=2)
def gaussian_weights(patch_zyx: Zyx) -> npt.NDArray[np.float32]:
    """Give each voxel's weight in a tile: float32, (z, y, x), all positive, read-only.

    The Gaussian is a product of three one-dimensional ones. It is rounded through float16, and
    what that makes zero becomes the smallest weight, as nnU-Net does both.
    """
    z, y, x = (_filtered_peak(size) for size in patch_zyx)
    weights = z[:, None, None] * y[:, None] * x
    weights /= weights.max() / _PEAK
    # By way of float32, as torch rounds float64 to float16.
    rounded = weights.astype(np.float32).astype(np.float16).astype(np.float32)
    rounded[rounded == 0] = rounded[rounded > 0].min()
    rounded.flags.writeable = False
    return rounded


def _filtered_peak(size: int) -> npt.NDArray[np.float64]:
    """Give what `scipy.ndimage.gaussian_filter1d` makes of a one in the middle of zeros."""
    sigma = size * _SIGMA
    radius = int(_TRUNCATE * sigma + 0.5)
    offsets = np.arange(-radius, radius + 1)
    kernel = np.exp(-0.5 / (sigma * sigma) * offsets**2)
    kernel /= kernel.sum()
    distances = np.arange(size) - size // 2
    inside = np.abs(distances) <= radius
    return np.where(inside, kernel[np.clip(distances + radius, 0, 2 * radius)], 0.0)
