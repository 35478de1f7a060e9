"""The definitions, word by word: what the scores must equal, and what their speed is set against.

Whole slices are labelled and eroded by scipy, all pairs of all boundary pixels are compared, and a
click's mask is moved by a cubic spline through the whole VOI. Written from the definitions
(de Grauw et al. 2025), not for speed; scipy is only in the extra `report`.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from uls.geometry.voi import Spacing
from uls.workshop.errors import CallError
from uls.workshop.extras import how_to_install

__all__ = ["Diameters", "check_scipy", "diameters", "dice", "moved_dice", "sape"]

Mask = npt.NDArray[Any]
Points = npt.NDArray[np.intp]

_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=np.bool_)
_RIGHT_ANGLE = 90


@dataclass(frozen=True)
class Diameters:
    """Length of the long and the short axis in voxels."""

    long: float
    short: float


def check_scipy() -> None:
    """Verify that the literal versions can run.

    Raises:
        CallError: scipy is not installed.
    """
    try:
        import scipy.ndimage  # noqa: F401, PLC0415  (not in the image)
    except ImportError as error:
        raise CallError.about(
            "bench",
            expected="the package scipy",
            found="none installed",
            hint=f"{how_to_install('report')}.",
        ) from error


def dice(a: Mask, b: Mask) -> float:
    """Overlap of two masks' nonzero voxels; 0 when both are empty."""
    total = np.count_nonzero(a) + np.count_nonzero(b)
    common = np.count_nonzero((a != 0) & (b != 0))
    return 2 * common / total if total else 0.0


def sape(expected: float, found: float) -> float:
    """Symmetric absolute percentage error as a fraction; 0 when both are 0."""
    return abs(expected - found) / (expected + found) if expected + found else 0.0


def diameters(mask: Mask) -> Diameters:
    """Measure the long and short axis of a mask (z, y, x)."""
    longest, found = -1.0, None
    for pixels in mask:
        if not pixels.any():
            continue
        points = _boundary(pixels)
        distances = np.linalg.norm(points[:, None] - points[None], axis=2)
        if distances.max() > longest:
            longest = float(distances.max())
            start, end = np.unravel_index(distances.argmax(), distances.shape)
            found = points, points[end] - points[start]
    if found is None:
        return Diameters(0.0, 0.0)
    return Diameters(longest, _short_axis(*found))


def _boundary(pixels: Mask) -> Points:
    """List the boundary pixels of the largest 4-connected component, in row order."""
    from scipy import ndimage  # noqa: PLC0415

    labels, count = ndimage.label(pixels, structure=_CROSS)
    sizes = [int((labels == label).sum()) for label in range(1, count + 1)]
    component = labels == 1 + sizes.index(max(sizes))
    return np.argwhere(component & ~ndimage.binary_erosion(component, structure=_CROSS))


def _short_axis(points: Points, along: Points) -> float:
    """Find the longest line within the first tolerance, in whole degrees, that any line meets."""
    lines = [
        (_deviation(points[j] - points[i], along), float(np.linalg.norm(points[j] - points[i])))
        for i in range(len(points))
        for j in range(i + 1, len(points))
    ]
    if not lines:
        return 0.0
    tolerance = 1
    while not any(deviation < tolerance for deviation, _ in lines):
        tolerance += 1
    return max(length for deviation, length in lines if deviation < tolerance)


def _deviation(line: Points, along: Points) -> float:
    """Degrees between a line and the perpendicular of the long axis."""
    cosine = np.dot(along, line) / (np.linalg.norm(along) * np.linalg.norm(line))
    return abs(float(np.degrees(np.arccos(np.clip(cosine, -1, 1)))) - _RIGHT_ANGLE)


def moved_dice(a: Mask, b: Mask, *, shift_mm: Spacing, spacing_mm: Spacing) -> float:
    """Overlap of a with b once b has moved by the clicks' shift; 0 if one of them is empty.

    Args:
        a: (z, y, x).
        b: the same shape.
        shift_mm: along (x, y, z).
        spacing_mm: of a, along (x, y, z).
    """
    from scipy import ndimage  # noqa: PLC0415

    if not a.any() or not b.any():
        return 0.0
    x, y, z = (math.floor(s // step) for s, step in zip(shift_mm, spacing_mm, strict=True))
    nonzero = (b != 0).astype(np.float64)
    moved = ndimage.shift(nonzero, (z, -y, -x), order=3, mode="nearest")
    return dice(a, moved > 0.5)
