"""Small tools on patches: smooth noise, blurring by matrix products, growing a mask.

Everything separable is done as a product with one small matrix an axis: on patches of 48 voxels
that is several times faster than filtering.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = ["SD_PER_MAD", "Bools", "Floats", "blurred", "grown", "median", "noise", "product"]

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

_KERNEL_CELLS = 0.55
"""Width (sigma) of the bump that each value of coarse noise becomes, in cells of its lattice."""

SD_PER_MAD = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""

_ENOUGH_VALUES = 4000
"""So many values at least are looked at for a median."""

_NOTHING = 1e-7
"""Smaller weights are 0: numbers too small to be normal make processors ten times slower."""

_NO_BLUR = 0.2
"""Below this sigma, in voxels, a blur does nothing worth its time."""


def product(values: Floats, matrices: Sequence[Floats | None]) -> Floats:
    """Multiply each axis (z, y, x) by its matrix (new size, old size); None leaves an axis."""
    z, y, x = matrices
    values = np.ascontiguousarray(values)  # strided views make matrix products slow
    if x is not None:
        values = values @ np.ascontiguousarray(x.T)
    if y is not None:
        values = y @ values
    if z is not None:
        flat: Floats = z @ values.reshape(len(values), -1)
        values = flat.reshape(len(z), *values.shape[1:])
    return values


def blurred(values: Floats, sigma_zyx: tuple[float, float, float]) -> Floats:
    """Blur with a Gaussian, sigma in voxels per axis; weights are renormalised at the ends."""
    sizes = zip(values.shape, sigma_zyx, strict=True)
    return product(values, [_gaussian(n, round(s, 2)) if s > _NO_BLUR else None for n, s in sizes])


@lru_cache(maxsize=1024)
def _gaussian(size: int, sigma: float) -> Floats:
    offsets = np.arange(size)[:, None] - np.arange(size)
    weights = np.exp(-0.5 * (offsets / sigma) ** 2)
    weights[weights < _NOTHING] = 0
    rows: Floats = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return rows


def noise(rng: np.random.Generator, shape: tuple[int, ...], scale: float) -> Floats:
    """Draw a smooth random field of mean 0 and standard deviation 1.

    Args:
        rng: where the randomness comes from.
        shape: of the field, (z, y, x).
        scale: voxels from one independent value to the next, about.

    Returns:
        Float32 of that shape.
    """
    matrices = [_bumps(size, max(scale, 1.0)) for size in shape]
    lattice = rng.standard_normal([m.shape[1] for m in matrices], dtype=np.float32)
    return product(lattice, matrices)


def _bumps(size: int, scale: float) -> Floats:
    """Give the matrix from a coarse lattice to voxels; rows of norm 1 keep the variance 1."""
    at = 1 + np.arange(size) / scale
    cells = np.arange(int(np.ceil(at[-1])) + 2)
    weights = np.exp(-0.5 * ((at[:, None] - cells) / _KERNEL_CELLS) ** 2)
    weights[weights < _NOTHING] = 0
    rows: Floats = (weights / np.linalg.norm(weights, axis=1, keepdims=True)).astype(np.float32)
    return rows


def median(values: Floats) -> float:
    """Give the median of values of any shape, from some thousands of them; there is at least one.

    Not of all: on whole patches the median would cost more than what is done with it.
    """
    flat = values.ravel()
    return float(np.median(flat[:: max(1, flat.size // _ENOUGH_VALUES)]))


def grown(mask: Bools, steps_zyx: tuple[int, int, int]) -> Bools:
    """Grow a mask by some voxels along each axis in turn (a box-shaped dilation)."""
    for axis, steps in enumerate(steps_zyx):
        for _ in range(steps):
            before = np.moveaxis(mask, axis, 0)
            mask = mask.copy()
            after = np.moveaxis(mask, axis, 0)
            after[1:] |= before[:-1]
            after[:-1] |= before[1:]
    return mask
