"""What looks wrong although it can be read: a scan that is not in HU, a mask of litres."""

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["implausible_size", "not_hu", "zero_border"]

_EVERY, _MANY = 4, 32
"""One voxel of 4 along each axis of 32 or more tells whether there is air or fat."""
_LEAST_RANGE_HU = 100
"""Air, fat and soft tissue together span more in every CT."""
_LARGEST_BYTE = 255
_LARGEST_ML = 1000.0
"""A sphere of 12 cm: lesions of that size exist, but a leak is more likely."""


def not_hu(values: npt.NDArray[Any]) -> str:
    """Say why a scan's values do not look like Hounsfield units; empty where they do.

    The lowest value is left out, as it may be padding, unless there is but one other. Of the rest
    some must lie below 0, as air and fat do everywhere in the body.

    Args:
        values: (z, y, x).
    """
    some = values[tuple(slice(None, None, _EVERY if n >= _MANY else 1) for n in values.shape)]
    inside = some[some > some.min()]
    if not inside.size:
        return f"every voxel is {float(some.min()):g}; is that a CT?"
    low, high, lowest = float(inside.min()), float(inside.max()), float(some.min())
    if (lowest if low == high else low) >= 0:
        return (
            f"no value below 0 except the lowest, {lowest:g}, and up to {high:g}: these do not "
            f"look like Hounsfield units ({_guess(high)}); masks made from them would be wrong"
        )
    if high - lowest < _LEAST_RANGE_HU:
        return (
            f"all values from {lowest:g} to {high:g}: these do not look like Hounsfield units "
            "(normalised?); masks made from them would be wrong"
        )
    return ""


def _guess(high: float) -> str:
    if high <= 1:
        return "scaled to 0…1?"
    if high <= _LARGEST_BYTE:
        return "a window of 0…255?"
    return "1024 added?"


def implausible_size(n_voxels: int, volume_ml: float) -> str:
    """Say what is odd about a lesion's size; empty where nothing is."""
    if n_voxels == 1:
        return "a mask of a single voxel"
    if volume_ml >= _LARGEST_ML:
        return f"a mask of {volume_ml / _LARGEST_ML:.1f} litres"
    return ""


def zero_border(voi_hu: npt.NDArray[Any]) -> str:
    """Say which planes at a VOI's faces hold nothing but exactly 0 HU; empty where none does.

    Args:
        voi_hu: (z, y, x).
    """
    faces = []
    for axis, name in enumerate("zyx"):
        along = np.moveaxis(voi_hu, axis, 0)
        for end, planes in (("first", along), ("last", along[::-1])):
            count = _zero_planes(planes)
            if 0 < count < len(planes):
                faces.append(f"the {end} {count} along {name}")
    return ", ".join(faces)


def _zero_planes(planes: npt.NDArray[Any]) -> int:
    """Count the planes before the first that holds anything but 0."""
    for count, plane in enumerate(planes):
        if plane[0, 0] or plane.any():
            return count
    return len(planes)
