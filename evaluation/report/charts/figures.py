"""Figures of Dice and of consistency, each from plain numbers to an SVG document.

matplotlib is imported only when drawing. What a figure shows is said in the page's caption and
its alternative text, so figures have no titles.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from uls.report.drawing import BLUE, GREY, ORANGE, as_svg, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "consistency_per_lesion",
    "dice_per_group",
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
