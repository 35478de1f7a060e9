"""Smooth random fields: sums of plane waves, the same in space whatever grid shows them."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from training.phantoms.drawing.grid import FloatArray, Grid

__all__ = ["Waves"]


@dataclass(frozen=True)
class Waves:
    """A random field of mean 0 and standard deviation 1: sqrt(2/n) times a sum of n cosines."""

    frequencies_zyx: FloatArray
    """Angular frequencies in rad/mm, (n, 3)."""

    phases: FloatArray

    @classmethod
    def draw(cls, rng: np.random.Generator, wavelength_mm: float, count: int = 16) -> Self:
        """Waves in all directions, of about one length (0.6 to 1.7 times `wavelength_mm`)."""
        directions = rng.standard_normal((count, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        lengths = wavelength_mm * np.exp(rng.uniform(-0.5, 0.5, (count, 1)))
        return cls(2 * np.pi * directions / lengths, rng.uniform(0, 2 * np.pi, count))

    def on(self, grid: Grid) -> FloatArray:
        """Give the field on a grid, (z, y, x).

        A plane wave is a product of one factor an axis, so the sum over waves is a matrix product.
        """
        precision = np.complex64 if grid.z.dtype == np.float32 else np.complex128
        z, y, x = (
            np.exp(1j * np.outer(axis, frequency)).astype(precision)
            for axis, frequency in zip(
                (grid.z, grid.y, grid.x), self.frequencies_zyx.T, strict=True
            )
        )
        z = z * np.exp(1j * self.phases).astype(precision)
        planes = (z[:, None, :] * y[None, :, :]).reshape(-1, self.phases.size)
        total = (planes @ x.T).real.reshape(grid.shape)
        field: FloatArray = (total * np.sqrt(2 / self.phases.size)).astype(grid.z.dtype)
        return field
