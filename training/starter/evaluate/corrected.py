"""Dice after none, one, two and three corrections, each of the largest error of the mask before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import cc3d
import numpy as np
import numpy.typing as npt
from scipy import ndimage

from algorithm.inference.corrections import Correction
from training.starter.evaluate.protocol import Case
from uls.geometry.cropped import cropped
from uls.geometry.lesion import clicked
from uls.geometry.overlap import dice
from uls.geometry.voi import Spacing, cut_voi

__all__ = ["CORRECTIONS", "Corrected", "CorrectedScore", "correct", "next_correction"]

CORRECTIONS = 3

Mask = npt.NDArray[np.bool_]


class Corrected(Protocol):
    """A predictor that takes corrections."""

    def predict(
        self,
        voi_hu: npt.NDArray[Any],
        *,
        spacing_mm: Spacing,
        corrections: Sequence[Correction] = (),
    ) -> npt.NDArray[np.float32]:
        """See `algorithm.inference.zoom_predictor.ZoomPredictor`."""


@dataclass(frozen=True)
class CorrectedScore:
    """One click, then its corrections.

    Attributes:
        name, group: of the lesion.
        dice: after 0, 1, … corrections.
    """

    name: str
    group: str
    dice: tuple[float, ...]


def correct(
    predictor: Corrected, case: Case, *, after_click: Callable[[], Any] = lambda: None
) -> list[CorrectedScore]:
    """Click a lesion, and correct the masks, from each of its clicks.

    Args:
        predictor: of a model that takes corrections.
        case: the lesion and its clicks.
        after_click: called after each mask, for progress.
    """
    scores = []
    for click in case.clicks:
        voi_hu = case.voi_hu(click)
        reference = cut_voi(case.lesion.mask, click, fill=0)
        spacing_mm, corrections, found = case.lesion.spacing_mm, list[Correction](), list[float]()
        for _ in range(1 + CORRECTIONS):
            logit = predictor.predict(voi_hu, spacing_mm=spacing_mm, corrections=corrections)
            mask = clicked(logit > 0, spacing_mm=spacing_mm).mask
            found.append(dice(cropped(mask), cropped(reference)))
            after_click()
            correction = next_correction(mask, reference, spacing_mm)
            if correction is not None:
                corrections.append(correction)
        scores.append(CorrectedScore(case.lesion.name, case.lesion.group, tuple(found)))
    return scores


def next_correction(mask: Mask, reference: Mask, spacing_mm: Spacing) -> Correction | None:
    """Click the deepest voxel of the largest wrong region, missing or too much; None if none is."""
    missing, too_much = _largest(reference & ~mask), _largest(mask & ~reference)
    inside = np.count_nonzero(missing) >= np.count_nonzero(too_much)
    region = missing if inside else too_much
    if not region.any():
        return None
    z, y, x = np.nonzero(region)
    box = tuple(slice(max(at.min() - 1, 0), at.max() + 2) for at in (z, y, x))
    part = np.pad(region[box], 1)
    depth = ndimage.distance_transform_edt(part, sampling=spacing_mm[::-1])
    at = np.unravel_index(int(np.argmax(depth)), depth.shape)
    z0, y0, x0 = (int(place) - 1 + side.start for place, side in zip(at, box, strict=True))
    return Correction((z0, y0, x0), inside=bool(inside))


def _largest(mask: Mask) -> Mask:
    labels = cc3d.connected_components(mask, connectivity=6)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return np.asarray((labels == np.argmax(sizes)) & (labels > 0))
