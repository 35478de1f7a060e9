"""A lesion while a person works on it: a prediction, a threshold, and corrections in order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from clinic.lesions.lesion import Lesion
from clinic.lesions.measurements import measure
from clinic.scans.grid import Voxel
from clinic.scans.scan import Scan
from clinic.segmentation.predicting import Prediction, clicked_lesion
from clinic.segmentation.segmenting import lesion_at, warnings_of
from uls.geometry.cropped import CroppedMask, cropped
from uls.workshop.errors import InputError

__all__ = ["Draft", "Edit", "Excluded", "Included", "Painted"]


@dataclass(frozen=True, eq=False)
class Included:
    """A click inside: what the model sees at this place belongs to the lesion, too."""

    prediction: Prediction


@dataclass(frozen=True)
class Excluded:
    """A click outside: what lies nearer to it than to any click inside is taken away."""

    place_zyx: Voxel


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


Edit = Included | Excluded | Painted


@dataclass(frozen=True, eq=False)
class Draft:
    """What a lesion is made of.

    Attributes:
        prediction: of the first click or box.
        threshold: logit above which voxels are the lesion's.
        edits: in the order in which they were made.
    """

    prediction: Prediction
    threshold: float = 0.0
    edits: tuple[Edit, ...] = ()

    def edited(self, edit: Edit) -> "Draft":
        """Give the draft with one more correction."""
        return replace(self, edits=(*self.edits, edit))

    def lesion(self, scan: Scan) -> Lesion:
        """Compute the lesion: mask, measurements, and what to look at twice."""
        found = lesion_at(scan, self.prediction, threshold=self.threshold)
        if not self.edits:
            return found
        mask = self._corrected(scan, found.mask)
        measured = measure(mask, scan.hu, scan.grid)
        kept = clicked_lesion(self.prediction, self.threshold)
        n = len(self.edits)
        by_hand = f"corrected by hand in {n} step{'s' * (n > 1)}"
        warnings = (*warnings_of(scan, self.prediction, kept, measured), by_hand)
        stability = found.stability if measured else None
        return replace(
            found, mask=mask, measurements=measured, warnings=warnings, stability=stability
        )

    def _corrected(self, scan: Scan, mask: CroppedMask) -> CroppedMask:
        inside = [_zyx(self.prediction)]
        for edit in self.edits:
            if isinstance(edit, Included):
                more = lesion_at(scan, edit.prediction, threshold=self.threshold).mask
                mask, inside = _union(mask, more), [*inside, _zyx(edit.prediction)]
            elif isinstance(edit, Excluded):
                mask = _without(mask, edit.place_zyx, inside, scan.grid.spacing_mm[::-1])
            else:
                mask = _painted(mask, edit, scan.grid.spacing_mm[::-1])
        return mask


def _zyx(prediction: Prediction) -> Voxel:
    x, y, z = prediction.target.click_xyz
    return z, y, x


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


def _union(one: CroppedMask, other: CroppedMask) -> CroppedMask:
    if not one.voxels.size or not other.voxels.size:
        return one if one.voxels.size else other
    (a, b), (c, d) = _box(one), _box(other)
    first, stop = np.minimum(a, c), np.maximum(b, d)
    both = _within(one, first, stop) | _within(other, first, stop)
    return _cropped_at(both, first, one.shape_zyx)


def _without(
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


def _painted(mask: CroppedMask, stroke: Painted, step_mm: Sequence[float]) -> CroppedMask:
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
