"""From Hounsfield units to what a network was trained on, as nnU-Net v2 normalises."""

from typing import Any

import numpy as np
import numpy.typing as npt

from algorithm.models.architecture import CTNormalisation, Normalisation, ZScoreNormalisation

__all__ = ["normalise"]

_SMALLEST_STD = 1e-8
"""What nnU-Net divides by when the standard deviation is smaller still."""


def normalise(voi_hu: npt.NDArray[Any], how: Normalisation) -> npt.NDArray[np.float32]:
    """Normalise a VOI; the input is not changed.

    Args:
        voi_hu: Hounsfield units, any real dtype and shape.
        how: which of nnU-Net's schemes, and its constants.

    Returns:
        float32, the input's shape, C-contiguous.
    """
    image = np.array(voi_hu, dtype=np.float32, order="C")
    if isinstance(how, CTNormalisation):
        # Slice by slice, which stays in the cache, is faster than all at once.
        for z in range(len(image)):
            _normalise_ct(image[z : z + 1], how)
    elif isinstance(how, ZScoreNormalisation):
        mean, std = image.mean(), image.std()
        image -= mean
        image /= max(float(std), _SMALLEST_STD)
    return image


def _normalise_ct(image: npt.NDArray[np.float32], how: CTNormalisation) -> None:
    """Normalise in place, in nnU-Net's order of operations."""
    np.clip(image, how.low_hu, how.high_hu, out=image)
    image -= how.mean_hu
    image /= max(how.std_hu, _SMALLEST_STD)
