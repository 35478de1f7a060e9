"""Editing a mask: join another, take away what lies at a click, paint and erase."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clinic.scans.grid import Voxel
from uls.geometry.cropped import CroppedMask, cropped
from uls.workshop.errors import InputError

__all__ = ["Painted", "painted", "union", "without"]


@dataclass(frozen=True)
class Painted:
    """A stroke of the brush in one slice, in places of the scan's array.

    Attributes:
        axis: of the array, across the slice.
        places_zyx: the stroke's points; all lie in one slice.
        radius_mm: of the brush.
        adds: False where it erases.
    """

    axis: int
    places_zyx: tuple[tuple[float, float, float], ...]
    radius_mm: float
    adds: bool


def union(one: CroppedMask, other: CroppedMask) -> CroppedMask:
    """Join two masks of one scan."""
    if not one.voxels.size or not other.voxels.size:
        return one if one.voxels.size else other
    (a, b), (c, d) = _box(one), _box(other)
    first, stop = np.minimum(a, c), np.maximum(b, d)
    both = _within(one, first, stop) | _within(other, first, stop)
    return _cropped_at(both, first, one.shape_zyx)


def without(
    mask: CroppedMask, place: Voxel, inside: Sequence[Voxel], step_mm: Sequence[float]
) -> CroppedMask:
    """Take away what lies nearer to a place than to all clicks inside.

    Raises:
        InputError: the place is not in the mask, or is a click inside.
    """
    if not mask.holds(place) or place in inside:
        raise InputError.about(
            "click to take away", expected="a place in the mask, off its click", found="another"
        )
    places = np.argwhere(mask.voxels) + mask.corner_zyx
    near = _distances(places, place, step_mm)
    kept = np.min([_distances(places, at, step_mm) for at in inside], axis=0) <= near
    voxels = np.zeros_like(mask.voxels)
    voxels[tuple((places[kept] - mask.corner_zyx).T)] = True
    return _cropped_at(voxels, np.array(mask.corner_zyx), mask.shape_zyx)


def _distances(
    places: npt.NDArray[Any], to: Sequence[float], step_mm: Sequence[float]
) -> npt.NDArray[Any]:
    squares: npt.NDArray[Any] = (((places - np.array(to)) * np.array(step_mm)) ** 2).sum(axis=1)
    return squares


def painted(mask: CroppedMask, stroke: Painted, step_mm: Sequence[float]) -> CroppedMask:
    """Add or erase the discs of a stroke."""
    at = np.array(stroke.places_zyx)
    reach = np.ceil(stroke.radius_mm / np.array(step_mm))
    reach[stroke.axis] = 0
    first = np.maximum(np.floor(at.min(axis=0) - reach), 0).astype(int)
    stop = np.minimum(np.ceil(at.max(axis=0) + reach) + 1, mask.shape_zyx).astype(int)
    if mask.voxels.size:
        a, b = _box(mask)
        first, stop = np.minimum(first, a), np.maximum(stop, b)
    voxels = _within(mask, first, stop)
    for place in at:
        _disc(voxels, place - first, reach, stroke, step_mm)
    return _cropped_at(voxels, first, mask.shape_zyx)


def _disc(
    voxels: npt.NDArray[np.bool_],
    place: npt.NDArray[Any],
    reach: npt.NDArray[Any],
    stroke: Painted,
    step_mm: Sequence[float],
) -> None:
    low = np.maximum(np.floor(place - reach), 0).astype(int)
    high = np.minimum(np.ceil(place + reach) + 1, voxels.shape).astype(int)
    low[stroke.axis] = round(place[stroke.axis])
    high[stroke.axis] = low[stroke.axis] + 1
    grid = np.ogrid[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    away = sum(
        ((axis - at) * step) ** 2 for axis, at, step in zip(grid, place, step_mm, strict=True)
    )
    part = voxels[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    part[away <= stroke.radius_mm**2] = stroke.adds


def _box(mask: CroppedMask) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    first = np.array(mask.corner_zyx)
    return first, first + mask.voxels.shape


def _within(
    mask: CroppedMask, first: npt.NDArray[Any], stop: npt.NDArray[Any]
) -> npt.NDArray[np.bool_]:
    """Give the mask in a box that holds all of it."""
    voxels = np.zeros(stop - first, np.bool_)
    if mask.voxels.size:
        start = np.array(mask.corner_zyx) - first
        parts = zip(start, mask.voxels.shape, strict=True)
        voxels[tuple(slice(a, a + n) for a, n in parts)] = mask.voxels
    return voxels


def _cropped_at(
    voxels: npt.NDArray[np.bool_], first: npt.NDArray[Any], whole: Voxel
) -> CroppedMask:
    found = cropped(voxels)
    if not found.voxels.size:
        return CroppedMask(np.zeros((0, 0, 0), np.bool_), (0, 0, 0), whole)
    z, y, x = (int(a + b) for a, b in zip(found.corner_zyx, first, strict=True))
    return CroppedMask(found.voxels, (z, y, x), whole)
