"""The best of several masks for a measured lesion: GrabCut in several windows, or the ellipse."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.data.cases.case import Measurement
from training.data.grabcut.cut import Pixels, Window, grab, seeds, window_around, window_at_mean
from training.data.grabcut.ellipse import Ellipse, fit_ellipse
from training.data.grabcut.recipe import GrabCutRecipe, Scoring
from uls.geometry.axes import lesion_axes
from uls.geometry.cropped import cropped
from uls.workshop.errors import InputError

__all__ = ["ELLIPSE", "PseudoMask", "axes_error", "pseudo_mask"]

ELLIPSE = "ellipse"

_FAILED = math.inf
"""Error of a candidate that failed: worse than any other, and no crash."""


@dataclass(frozen=True, eq=False)
class PseudoMask:
    """The chosen mask.

    Attributes:
        pixels: (y, x).
        source: `ellipse`, or the window that GrabCut was given.
        errors: per candidate the mean of both axes' errors in percent, the ellipse's with its
            handicap; infinite where GrabCut failed.
        candidates: all masks by name; None where GrabCut failed.
    """

    pixels: Pixels
    source: str
    errors: dict[str, float]
    candidates: dict[str, Pixels | None]


def pseudo_mask(
    slice_hu: npt.NDArray[np.int16], measurement: Measurement, recipe: GrabCutRecipe | None
) -> PseudoMask:
    """Make a mask of a measurement.

    Args:
        slice_hu: the measured slice, (y, x), as the measurement's file has it.
        measurement: the two diameters.
        recipe: of the GrabCuts; None takes the ellipse.

    Raises:
        InputError: the measurement lies outside the slice.
    """
    ellipse = fit_ellipse(measurement)
    drawn = ellipse.drawn((slice_hu.shape[0], slice_hu.shape[1]))
    if not drawn.any():
        raise InputError.about(
            f"measurement {measurement.long}",
            expected=f"pixels of a slice of {slice_hu.shape[1]}×{slice_hu.shape[0]} (x×y)",
            found="one outside it",
        )
    candidates: dict[str, Pixels | None] = {ELLIPSE: drawn}
    if recipe is not None:
        start = seeds(ellipse, measurement.box, drawn.shape, recipe)
        for name, window in _windows(slice_hu, drawn, measurement, recipe).items():
            candidates[name] = grab(slice_hu, start, window, recipe)
    handicap = recipe.ellipse_handicap if recipe else 0.0
    scoring = recipe.scoring if recipe else "own"
    errors = {
        name: axes_error(mask, ellipse, scoring=scoring) + (handicap if name == ELLIPSE else 0.0)
        for name, mask in candidates.items()
    }
    best = min(errors, key=lambda name: errors[name])
    chosen = candidates[best]
    return PseudoMask(drawn if chosen is None else chosen, best, errors, candidates)


def _windows(
    slice_hu: npt.NDArray[np.int16],
    drawn: Pixels,
    measurement: Measurement,
    recipe: GrabCutRecipe,
) -> dict[str, Window]:
    """List the windows by name: those of the image's metadata, then those of the ellipse's HU."""
    given = {f"window {low:g} to {high:g} HU": (low, high) for low, high in measurement.windows_hu}
    around = {
        f"ellipse ± {margin:g} HU": window_around(slice_hu, drawn, margin)
        for margin in recipe.margins_hu
    }
    at_mean = {
        f"mean ± {margin:g} HU": window_at_mean(slice_hu, drawn, margin)
        for margin in recipe.mean_margins_hu
    }
    return given | around | at_mean


def axes_error(mask: Pixels | None, ellipse: Ellipse, *, scoring: Scoring = "own") -> float:
    """Compare a mask's axes with the measurement: mean error in percent.

    Infinite for no mask. A measured axis of under a pixel is compared as one pixel.

    Args:
        mask: (y, x).
        ellipse: of the measurement.
        scoring: whether each axis is compared with its own measurement, or both with the long one.
    """
    axes = None if mask is None else lesion_axes(cropped(mask[None]))
    if axes is None:
        return _FAILED
    short = ellipse.short if scoring == "own" else ellipse.long
    pairs = ((axes.long.length, ellipse.long), (axes.short.length, short))
    errors = [abs(found - measured) / max(measured, 1.0) for found, measured in pairs]
    return 100 * sum(errors) / len(errors)
