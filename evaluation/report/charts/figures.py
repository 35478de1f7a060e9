"""The report's figures, each from plain numbers to an SVG document.

matplotlib is imported only when drawing. What a figure shows is said in the page's caption and
its alternative text, so figures have no titles.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from uls.report.drawing import BLUE, GREY, ORANGE, VERMILLION, as_svg, short
from uls.report.text import signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "bland_altman",
    "consistency_per_lesion",
    "dice_per_group",
    "error_against_dice",
]

_JITTER_SEED = 23
_SMALLEST_BOX = 5
"""Fewer lesions have no quartiles to speak of: points only."""

_INCHES_PER_BOX = 0.42
_ROOM_BELOW_INCHES = 0.9


def dice_per_group(
    groups: Mapping[str, Sequence[float]], *, published: Mapping[str, float] | None = None
) -> str:
    """Draw a box of Dice per group, with every lesion as a point (figure 4 of de Grauw et al.).

    Args:
        groups: Dice of the lesions by the group's name, from top to bottom; none may be empty.
        published: mean Dice of the published baseline by the same names, where there is one.
    """

    def draw(axes: "Axes") -> None:
        values = [np.asarray(dice, dtype=float) for dice in groups.values()]
        rows = np.arange(len(values))
        _boxes(axes, values, rows)
        random = np.random.default_rng(_JITTER_SEED)
        for row, dice in zip(rows, values, strict=True):
            jitter = random.uniform(-0.22, 0.22, dice.size)
            axes.plot(dice, row + jitter, "o", color=BLUE, markersize=4, alpha=0.6, mew=0, zorder=3)
        marked = [(known[name], row) for row, name in enumerate(groups) if name in known]
        if marked:
            _marks(axes, marked)
        names = [f"{short(name)} ({len(dice)})" for name, dice in groups.items()]
        axes.set_yticks(rows, labels=names)
        axes.set_ylim(len(values) - 0.4, -0.6)
        axes.set_xlim(-0.02, 1.02)
        axes.set_xlabel("Dice")
        axes.grid(visible=False, axis="y")

    known = published or {}
    return as_svg(draw, height_inches=_ROOM_BELOW_INCHES + _INCHES_PER_BOX * len(groups))


def _boxes(axes: "Axes", values: list[npt.NDArray[np.float64]], rows: npt.NDArray[np.int_]) -> None:
    line = {"color": GREY, "linewidth": 1.2}
    enough = [row for row in rows if len(values[row]) >= _SMALLEST_BOX]
    if not enough:
        return
    axes.boxplot(
        [values[row] for row in enough],
        positions=enough,
        orientation="horizontal",
        widths=0.62,
        showfliers=False,
        patch_artist=True,
        boxprops={"facecolor": "#dfeaf3", "edgecolor": GREY},
        medianprops={"color": "black", "linewidth": 2},
        whiskerprops=line,
        capprops=line,
        manage_ticks=False,
    )


def _marks(axes: "Axes", marked: list[tuple[float, int]]) -> None:
    x, y = zip(*marked, strict=True)
    axes.plot(
        x,
        y,
        "D",
        color=ORANGE,
        markeredgecolor="black",
        markersize=7,
        zorder=4,
        linestyle="",
        label="mean Dice of the published baseline",
    )
    axes.figure.legend(loc="outside lower center")


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


def consistency_per_lesion(pairs: Sequence[Sequence[float]]) -> str:
    """Draw per lesion with several clicks its pairs' Dice and their mean, the worst to the left.

    Args:
        pairs: per lesion the Dice of its pairs; none may be empty.
    """

    def draw(axes: "Axes") -> None:
        ordered = sorted((np.asarray(dice, dtype=float) for dice in pairs), key=np.mean)
        for rank, dice in enumerate(ordered, start=1):
            axes.plot([rank, rank], [dice.min(), dice.max()], color="#bdbdbd", linewidth=1)
        ranks = np.repeat(np.arange(1, len(ordered) + 1), [dice.size for dice in ordered])
        points: dict[str, Any] = {"linestyle": "", "mew": 0}
        every = np.concatenate(ordered)
        axes.plot(ranks, every, marker="o", ms=3.5, color=ORANGE, label="a pair", **points)
        means = [float(dice.mean()) for dice in ordered]
        own = range(1, len(means) + 1)
        axes.plot(own, means, marker="D", ms=5, color=BLUE, label="the lesion", **points)
        axes.axhline(float(np.mean(means)), color=BLUE, linewidth=1, linestyle="--", label="mean")
        axes.set_ylim(-0.02, 1.02)
        axes.set_xlim(0.3, len(means) + 0.7)
        axes.locator_params(axis="x", integer=True, min_n_ticks=1)
        axes.set_xlabel("lesions, by their consistency")
        axes.set_ylabel("Dice between clicks")
        axes.figure.legend(loc="outside lower center", ncols=3)

    return as_svg(draw)
