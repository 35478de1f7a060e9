"""One GrabCut: seeds and a window in, a mask out (C. Rother et al., ACM SIGGRAPH 2004)."""

import numpy as np
import numpy.typing as npt

from training.data.grabcut.ellipse import Ellipse
from training.data.grabcut.recipe import GrabCutRecipe
from uls.geometry.component import largest_component
from uls.workshop.errors import CallError

__all__ = ["Window", "check_opencv", "grab", "seeds", "window_around", "window_at_mean"]

Pixels = npt.NDArray[np.bool_]

Window = tuple[float, float]
"""Lowest and highest HU that are told apart."""

_SEED = 23
"""GrabCut starts from k-means, which draws: with a seed, a slice always gives the same mask."""


def check_opencv() -> None:
    """Make sure that OpenCV is there.

    Raises:
        CallError: it is not.
    """
    try:
        import cv2  # noqa: F401, PLC0415
    except ImportError as error:
        raise CallError.about(
            "GrabCut",
            expected="OpenCV",
            found=f"{error}",
            hint="Install the extra `training` (opencv-python-headless).",
        ) from error


def seeds(
    ellipse: Ellipse,
    box: tuple[float, float, float, float] | None,
    shape_yx: tuple[int, int],
    recipe: GrabCutRecipe,
) -> npt.NDArray[np.uint8]:
    """Draw what GrabCut starts from.

    Outside the dilated box is background, the dilated box probably background, the ellipse dilated
    once probably foreground, the eroded ellipse foreground.

    Args:
        ellipse: of the measurement.
        box: (x0, y0, x1, y1), first and last column and row; None takes the ellipse's own.
        shape_yx: of the slice.
        recipe: how often to dilate and erode.

    Returns:
        OpenCV's values 0 (background), 1 (foreground), 2 and 3 (probably so), uint8.
    """
    import cv2  # noqa: PLC0415

    drawn = ellipse.drawn(shape_yx)
    times = int(ellipse.short // recipe.short_axis_share)
    boxed = _boxed(drawn) if box is None else _box(box, shape_yx)
    result = np.full(shape_yx, cv2.GC_BGD, dtype=np.uint8)
    result[_dilated(boxed, times)] = cv2.GC_PR_BGD
    result[_dilated(drawn, 1)] = cv2.GC_PR_FGD
    result[_eroded(drawn, times)] = cv2.GC_FGD
    return result


def _boxed(drawn: Pixels) -> Pixels:
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    box = np.zeros_like(drawn)
    if rows.size:
        box[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    return box


def _box(box: tuple[float, float, float, float], shape_yx: tuple[int, int]) -> Pixels:
    x0, y0, x1, y1 = box
    rows, columns = np.ogrid[: shape_yx[0], : shape_yx[1]]
    inside = (rows >= int(y0)) & (rows <= int(y1)) & (columns >= int(x0)) & (columns <= int(x1))
    return np.asarray(inside)


def _cross() -> npt.NDArray[np.uint8]:
    import cv2  # noqa: PLC0415

    return np.asarray(cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)), dtype=np.uint8)


def _dilated(pixels: Pixels, times: int) -> Pixels:
    import cv2  # noqa: PLC0415

    grown = cv2.dilate(pixels.astype(np.uint8), _cross(), iterations=times) if times else pixels
    return np.asarray(grown, dtype=np.bool_)


def _eroded(pixels: Pixels, times: int) -> Pixels:
    """Erode; what lies beyond the slice's edge is no lesion."""
    import cv2  # noqa: PLC0415

    if not times:
        return pixels
    shrunk = cv2.erode(
        pixels.astype(np.uint8),
        _cross(),
        iterations=times,
        borderType=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    return np.asarray(shrunk, dtype=np.bool_)


def window_around(slice_hu: npt.NDArray[np.int16], ellipse: Pixels, margin_hu: float) -> Window:
    """Give the HU range of an ellipse, wider by a margin on either side."""
    inside = slice_hu[ellipse]
    return float(inside.min()) - margin_hu, float(inside.max()) + margin_hu


def window_at_mean(slice_hu: npt.NDArray[np.int16], ellipse: Pixels, margin_hu: float) -> Window:
    """Give the HU within a margin of an ellipse's mean, which noise in it does not widen."""
    mean = float(slice_hu[ellipse].mean(dtype=np.float64))
    return mean - margin_hu, mean + margin_hu


def grab(
    slice_hu: npt.NDArray[np.int16],
    start: npt.NDArray[np.uint8],
    window: Window,
    recipe: GrabCutRecipe,
) -> Pixels | None:
    """Cut a lesion out of a slice; close the mask and keep its largest component.

    Args:
        slice_hu: (y, x).
        start: what `seeds` gives.
        window: of which 8-bit grey values are made.
        recipe: how many iterations.

    Returns:
        The mask; None where GrabCut fails or nothing is left of the lesion.
    """
    import cv2  # noqa: PLC0415

    grey = _grey(slice_hu, window)
    cv2.setNumThreads(1)
    cv2.setRNGSeed(_SEED)
    try:
        mask, _, _ = cv2.grabCut(
            cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR),
            start.copy(),
            (0, 0, 0, 0),  # the box, which the seeds stand for
            np.zeros((1, 65)),
            np.zeros((1, 65)),
            recipe.iterations,
            cv2.GC_INIT_WITH_MASK,
        )
    except cv2.error:
        return None
    foreground = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD))
    closed = _closed(foreground)
    return largest_component(closed) if closed.any() else None


def _grey(slice_hu: npt.NDArray[np.int16], window: Window) -> npt.NDArray[np.uint8]:
    low, high = window
    scaled = (slice_hu.astype(np.float64) - low) * (255 / max(high - low, 1.0))
    return np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)


def _closed(pixels: Pixels) -> Pixels:
    """Dilate and erode once; on a slice with a margin, so that masks at its edge stay there."""
    return _eroded(_dilated(np.pad(pixels, 1), 1), 1)[1:-1, 1:-1]
