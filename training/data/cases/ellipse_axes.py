"""Long and short axis of a lesion as those of ellipses: what the challenge's size limit goes by."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from uls.geometry.cropped import CroppedMask

__all__ = ["EllipseAxes", "ellipse_axes"]

_PIXEL_VARIANCE = 1 / 12
"""Of a coordinate within one pixel: pixels are squares, not points."""


@dataclass(frozen=True)
class EllipseAxes:
    """Axes of the ellipses with the same second moments as a lesion's axial slices, in pixels.

    Attributes:
        long: the longest major axis of all slices.
        short: the minor axis on that slice.
        longest_short: the longest minor axis of all slices.
        slice_z: the slice that has the longest major axis, in the uncropped array; the first of
            equals.
    """

    long: float
    short: float
    longest_short: float
    slice_z: int


def ellipse_axes(mask: CroppedMask) -> EllipseAxes:
    """Measure a lesion, slice by slice; all of its pixels in a slice count together.

    An ellipse's variance along a semi-axis a is a²/4, so that an axis is 4 standard deviations
    long. A single pixel has axes of 4·sqrt(1/12) = 1.15.

    Raises:
        ValueError: the mask is empty.
    """
    if not mask.n_voxels:
        raise ValueError("an empty mask has no axes")
    per_slice = [(*_major_minor(pixels), z) for z, pixels in enumerate(mask.voxels) if pixels.any()]
    long, short, z = max(per_slice, key=lambda axes: (axes[0], -axes[2]))
    return EllipseAxes(
        long=long,
        short=short,
        longest_short=max(minor for _, minor, _ in per_slice),
        slice_z=z + mask.corner_zyx[0],
    )


def _major_minor(pixels: npt.NDArray[np.bool_]) -> tuple[float, float]:
    at = np.stack(np.nonzero(pixels)).astype(np.float64)
    at -= at.mean(axis=1, keepdims=True)
    (yy, yx), (_, xx) = (at @ at.T) / at.shape[1] + _PIXEL_VARIANCE * np.eye(2)
    middle, spread = (yy + xx) / 2, math.hypot((yy - xx) / 2, yx)
    return 4 * math.sqrt(middle + spread), 4 * math.sqrt(max(middle - spread, 0.0))
