"""Figures of how far the long and short axes of predictions lie from the references'."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from uls.report.drawing import BLUE, GREY, VERMILLION, as_svg
from uls.report.text import signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["bland_altman", "error_against_dice"]


def error_against_dice(dice: Sequence[float], error: Sequence[float], *, axis: str) -> str:
    """Draw an axis' error over the Dice of each lesion (figure A.9 of de Grauw et al.).

    Args:
        dice: per lesion.
        error: per lesion the SMAPE of one axis, a fraction.
        axis: "long axis" or "short axis".
    """

    def draw(axes: "Axes") -> None:
        percent = 100 * np.asarray(error, dtype=float)
        axes.plot(dice, percent, "o", color=BLUE, markersize=4.5, alpha=0.5, mew=0, clip_on=False)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, max(10.0, float(percent.max(initial=0.0)) * 1.05))
        axes.set_xlabel("Dice")
        axes.set_ylabel(f"error of the {axis} (%)")

    return as_svg(draw)


def bland_altman(
    mean: Sequence[float],
    difference: Sequence[float],
    *,
    bias: float,
    limits: tuple[float, float] | None,
    axis: str,
    unit: str = "mm",
) -> str:
    """Draw differences over means with the bias and its limits of agreement (Bland, Altman 1986).

    Args:
        mean: per lesion the mean of reference and prediction, mm.
        difference: per lesion prediction minus reference, in `unit`.
        bias: mean difference.
        limits: the limits of agreement, lower and upper; None of a single lesion.
        axis: "long axis" or "short axis".
        unit: of the differences.
    """

    def draw(axes: "Axes") -> None:
        axes.axhline(0, color=GREY, linewidth=0.8)
        axes.plot(mean, difference, "o", color=BLUE, markersize=4.5, alpha=0.5, mew=0)
        _line(axes, bias, VERMILLION, "-", f"bias {signed(bias, 1)}")
        for limit, name in zip(limits or (), ("lower", "upper"), strict=False):
            _line(axes, limit, VERMILLION, "--", f"{name} limit {signed(limit, 1)}")
        axes.margins(x=0.08, y=0.15)
        axes.set_xlabel(f"mean of both {axis} diameters (mm)")
        axes.set_ylabel(f"prediction − reference ({unit})")

    return as_svg(draw)


def _line(axes: "Axes", level: float, colour: str, style: str, text: str) -> None:
    axes.axhline(level, color=colour, linewidth=1.4, linestyle=style)
    axes.annotate(
        text,
        (1, level),
        xycoords=("axes fraction", "data"),
        xytext=(-2, 3),
        textcoords="offset points",
        ha="right",
        fontsize=9,
        color=colour,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8},
    )
