"""What a scanner makes of a scene: correlated noise, whole numbers of HU, a limited range."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.phantoms.drawing.grid import FloatArray

__all__ = ["Scanner"]

LOWEST_HU, HIGHEST_HU = -1024, 3071
"""The range of a 12-bit CT."""


@dataclass(frozen=True)
class Scanner:
    """Noise and rounding of one scan."""

    seed: int
    noise_hu: float
    """Standard deviation in soft tissue; air has a quarter of it."""
    smoothing: int = 2
    """How soft the reconstruction is: passes of the filter (1, 2, 1) / 4 in the plane."""
    step_hu: int = 1
    """HU are rounded to multiples of this (coarser steps compress better)."""

    def scan(self, hu: FloatArray, *, first_slice: int = 0) -> npt.NDArray[np.int16]:
        """Add noise and round, (z, y, x) to int16.

        Every slice has a random stream of its own, numbered from `first_slice`, so a part of a
        scan comes out as it would in the whole.
        """
        noisy = np.empty_like(hu)
        for index, image in enumerate(hu):
            strength = np.clip((image + 1000) / 900, 0.25, 1.0) * self.noise_hu
            noisy[index] = image + strength * self._noise(image.shape, first_slice + index)
        steps = np.rint(noisy / self.step_hu) * self.step_hu
        scanned: npt.NDArray[np.int16] = np.clip(steps, LOWEST_HU, HIGHEST_HU).astype(np.int16)
        return scanned

    def _noise(self, shape_yx: tuple[int, ...], slice_index: int) -> FloatArray:
        """Draw noise of standard deviation 1, correlated in the plane as in reconstructions."""
        rng = np.random.default_rng([self.seed, slice_index])
        noise = rng.standard_normal(shape_yx)
        for axis in (0, 1) * self.smoothing:
            noise = 0.5 * noise + 0.25 * (np.roll(noise, 1, axis) + np.roll(noise, -1, axis))
        # Filtering with weights w leaves sum(w**2) of the variance along each axis.
        return noise / _remaining_deviation(self.smoothing)


def _remaining_deviation(passes: int) -> float:
    """Give the standard deviation that `passes` of (1, 2, 1) / 4 along both axes leave of 1."""
    weights = np.ones(1)
    for _ in range(passes):
        weights = np.convolve(weights, (0.25, 0.5, 0.25))
    return float(weights @ weights)
