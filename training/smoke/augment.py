"""The same case in another guise: mirrored, and with other HU for its tissues."""

import numpy as np
import numpy.typing as npt

from training.smoke.cases import Case

__all__ = ["augmented"]


def augmented(
    rng: np.random.Generator, case: Case
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Mirror a case along some axes, as inference may, and recolour it.

    Of an even number of voxels the click's lies just behind the middle; mirrored, just before it.

    Returns:
        HU, float32, and the mask, both (z, y, x).
    """
    axes = tuple(axis for axis in range(3) if rng.random() < 0.5)
    hu = np.flip(case.hu, axes).astype(np.float32)
    return _recoloured(rng, hu), np.flip(case.mask, axes)


def _recoloured(rng: np.random.Generator, hu: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Stretch HU about fat and shift them a little, as contrast phase and scanner do."""
    stretch = np.float32(np.exp(rng.uniform(-0.35, 0.35)))
    shift = np.float32(rng.uniform(-30, 30))
    return (hu + 100) * stretch - 100 + shift
