"""How long a line each slice of a mask could hold: a limit that costs little for all of them."""

import math

import numpy as np
import numpy.typing as npt

__all__ = ["squared_limits"]

_Numbers = npt.NDArray[np.intp]

_DIRECTIONS = 16
_ANGLES = tuple(math.pi * k / _DIRECTIONS for k in range(_DIRECTIONS))
_SHORTEST_SHADOW = math.cos(math.pi / _DIRECTIONS / 2)
"""A line of length 1 casts a shadow at least as long on the nearest of these directions."""

_ROUNDING = 1 + 1e-9


def squared_limits(voxels: npt.NDArray[np.bool_]) -> _Numbers:
    """Give, per slice, a squared length that no line between two of its pixels exceeds.

    The slice's shadow (its extent) is taken along 16 directions. The longest line deviates from one
    of them by at most 5.6 degrees, and the shadow there is no shorter than the line's own.

    Args:
        voxels: (z, y, x).

    Returns:
        One number a slice; -1 for an empty one.
    """
    if not voxels.size:
        return np.full(len(voxels), -1, dtype=np.intp)
    occupied = np.asarray(voxels.any(axis=2))
    first = voxels.argmax(axis=2).astype(np.float64)
    last = voxels.shape[2] - 1.0 - voxels[:, :, ::-1].argmax(axis=2)
    shadows = [_shadow(occupied, first, last, angle) for angle in _ANGLES]
    longest = np.max(shadows, axis=0) / _SHORTEST_SHADOW
    limits = np.floor(longest**2 * _ROUNDING).astype(np.intp)
    return np.where(occupied.any(axis=1), limits, -1)


def _shadow(
    occupied: npt.NDArray[np.bool_],
    first: npt.NDArray[np.float64],
    last: npt.NDArray[np.float64],
    angle: float,
) -> npt.NDArray[np.float64]:
    """Measure each slice along one direction; only the ends of its rows matter. 0 where empty."""
    along_x, along_y = math.cos(angle), math.sin(angle)
    near, far = (first, last) if along_x >= 0 else (last, first)
    rows = along_y * np.arange(occupied.shape[1])
    highest = np.where(occupied, far * along_x + rows, -np.inf).max(axis=1)
    lowest = np.where(occupied, near * along_x + rows, np.inf).min(axis=1)
    return np.asarray(np.maximum(highest - lowest, 0.0))
