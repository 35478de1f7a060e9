"""GrabCut on the clicked slice, then on its neighbours, each begun from the one before.

Source: C. Rother, V. Kolmogorov, A. Blake, GrabCut: interactive foreground extraction using
iterated graph cuts, ACM Transactions on Graphics 23 (2004); OpenCV's implementation.
"""

from types import ModuleType

import numpy as np
import numpy.typing as npt

from training.starter.evaluate.region import Region
from uls.workshop.errors import CallError
from uls.workshop.extras import how_to_install

__all__ = ["grabcut", "opencv"]

Mask = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.uint8]

_ROUNDS = 3
_CERTAIN = 1 / 3
"""The part of the disc's radius within which all is lesion."""

_CHANGE_MM = 4.0
"""How far the lesion's edge may move from one slice to the next."""

_FEWEST_PIXELS = 5
"""As many as OpenCV's mixtures have components: with fewer on one side it ends with an error."""


def opencv() -> ModuleType:
    """Import OpenCV, which only this peer needs.

    Raises:
        CallError: it is not installed.
    """
    try:
        import cv2  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise CallError.about(
            "--peers",
            expected="the package opencv-python-headless, for GrabCut",
            found=f"none that can be imported ({error})",
            hint=f"{how_to_install('training')}.",
        ) from error
    return cv2


def grabcut(region: Region, *, reach_mm: float, window_hu: float) -> Mask:
    """Segment the clicked slice from a disc around the click, then follow the lesion up and down.

    Args:
        region: what is looked at.
        reach_mm: radius of the disc that may be lesion; beyond twice of it nothing is.
        window_hu: HU on either side of the clicked tissue's that the image's 8 bits show.
    """
    cv2 = opencv()
    images = _eight_bit(region, window_hu)
    mask = np.zeros(region.hu.shape, dtype=np.bool_)
    start = region.click[0]
    mask[start] = _cut(cv2, images[start], _first_labels(cv2, region, reach_mm))
    for step in (1, -1):
        stop = len(images) if step == 1 else -1
        for z in range(start + step, stop, step):
            before = mask[z - step]
            mask[z] = _cut(cv2, images[z], _labels_from(cv2, before, region))
            if not mask[z].any():
                break
    return region.lesion(mask)


def _eight_bit(region: Region, window_hu: float) -> Labels:
    scaled = (region.hu - region.clicked_hu) / (2 * window_hu) + 0.5
    levels: Labels = np.rint(np.clip(scaled, 0, 1) * 255).astype(np.uint8)
    return levels


def _first_labels(cv2: ModuleType, region: Region, reach_mm: float) -> Labels:
    step_x, step_y, _ = region.spacing_mm
    height, width = region.hu.shape[1:]
    _, y, x = region.click
    away = np.hypot(
        (np.arange(height) - y)[:, None] * step_y, (np.arange(width) - x)[None, :] * step_x
    )
    labels = np.full((height, width), cv2.GC_BGD, dtype=np.uint8)
    labels[away <= 2 * reach_mm] = cv2.GC_PR_BGD
    labels[away <= reach_mm] = cv2.GC_PR_FGD
    labels[away <= _CERTAIN * reach_mm] = cv2.GC_FGD
    return labels


def _labels_from(cv2: ModuleType, before: Mask, region: Region) -> Labels:
    """Begin a slice from the one before: only near the edge of its mask is anything open."""
    size = 2 * max(1, round(_CHANGE_MM / region.spacing_mm[0])) + 1
    ball = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    mask = before.astype(np.uint8)
    labels = np.full(before.shape, cv2.GC_BGD, dtype=np.uint8)
    labels[cv2.dilate(mask, ball) > 0] = cv2.GC_PR_BGD
    labels[before] = cv2.GC_PR_FGD
    labels[cv2.erode(mask, ball) > 0] = cv2.GC_FGD
    return labels


def _cut(cv2: ModuleType, image: Labels, labels: Labels) -> Mask:
    """Run GrabCut; nothing where there is too little on either side to learn from."""
    inside = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    n_inside = int(np.count_nonzero(inside))
    if min(n_inside, inside.size - n_inside) < _FEWEST_PIXELS:
        return np.zeros_like(inside)
    cv2.setRNGSeed(0)
    colours = np.repeat(image[..., None], 3, axis=2)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    labels, *_ = cv2.grabCut(colours, labels, None, *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    result: Mask = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    return result
