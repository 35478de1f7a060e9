"""Two submissions against each other, lesion by lesion: the sorted differences of a score.

After figures A.11 and A.12 of de Grauw et al. 2025: all lesions, and each training group apart,
with a line at half of the lesions and the place where the differences cross zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from uls.report.drawing import BLUE, GREY, VERMILLION, Plot, short
from uls.report.text import signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Pair", "sorted_differences"]

_PANEL_INCHES = (3.4, 2.9)
_LEAST_WIDTH_INCHES = 5.2


@dataclass(frozen=True, eq=False)
class Pair:
    """A score, higher being better, of two submissions on the same lesions in the same order."""

    a: Sequence[float]
    b: Sequence[float]

    def __post_init__(self) -> None:
        if len(self.a) != len(self.b) or not len(self.a):
            raise ValueError(f"not the same lesions: {len(self.a)} and {len(self.b)}")

    @property
    def sorted(self) -> npt.NDArray[np.float64]:
        """The differences a − b, the largest first."""
        return np.sort(np.asarray(self.a, dtype=float) - np.asarray(self.b, dtype=float))[::-1]


def sorted_differences(
    panels: Mapping[str, Pair], *, names: tuple[str, str], what: str = "Dice"
) -> Plot:
    """Draw a − b over the share of lesions, the largest first; a panel for each group.

    Args:
        panels: groups of lesions by name, from left to right.
        names: of the two submissions.
        what: name of the score.
    """

    def draw(figure: "Figure") -> None:
        row = figure.subplots(1, len(panels), squeeze=False, sharey=True)[0]
        for axes, (name, pair) in zip(row, panels.items(), strict=True):
            _draw(axes, pair.sorted, names)
            axes.set_title(f"{short(name)} ({len(pair.a)})", loc="left")
        row[0].set_ylabel(f"{what}: {short(names[0])} − {short(names[1])}")
        for colour, name in ((BLUE, names[0]), (VERMILLION, names[1])):
            row[0].fill([], [], color=colour, label=f"{short(name)} better")
        row[0].plot([], [], ":", color=GREY, label="half of the lesions")
        row[0].plot([], [], "v", color="black", label="zero crossing")
        figure.legend(loc="outside lower center", ncols=4 if len(panels) > 1 else 2)

    width, height = _PANEL_INCHES
    return Plot(
        draw, width_inches=max(_LEAST_WIDTH_INCHES, width * len(panels)), height_inches=height + 0.7
    )


def _draw(axes: "Axes", difference: npt.NDArray[np.float64], names: tuple[str, str]) -> None:
    edges = np.linspace(0, 100, difference.size + 1)
    for side, colour in ((difference > 0, BLUE), (difference < 0, VERMILLION)):
        axes.stairs(np.where(side, difference, 0), edges, fill=True, color=colour)
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.axvline(50, color=GREY, linewidth=1.2, linestyle=":")
    better, worse = (100 * float(side.mean()) for side in (difference > 0, difference < 0))
    axes.plot([(better + 100 - worse) / 2], [0], "v", color="black", markersize=7, clip_on=False)
    axes.set_xlim(0, 100)
    axes.set_xticks([0, 25, 50, 75], labels=["0", "25", "50", "75"])  # 100 would meet the next 0
    reach = max(0.05, float(np.abs(difference).max()) * 1.1)
    axes.set_ylim(-reach, reach)
    axes.set_xlabel("share of lesions (%)")
    white = {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85}
    for line, text in enumerate(
        (
            f"{short(names[0])} better: {better:.0f} %",
            f"{short(names[1])} better: {worse:.0f} %",
            f"mean {signed(float(difference.mean()), 3)}",
        )
    ):
        place = (0.98, 0.97 - 0.08 * line)
        axes.text(
            *place, text, ha="right", va="top", fontsize=9, transform=axes.transAxes, bbox=white
        )
