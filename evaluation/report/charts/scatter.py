"""Overlap against measurement: an axis' error over Dice, lesions coloured by a group.

After figures A.9 and A.10 of de Grauw et al. 2025: long and short axis side by side, per lesion
type and per training group.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from uls.report.drawing import COLOURS, Plot, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Errors", "errors_against_dice"]

_MARKERS = "os^Dvp"
_SIZE_INCHES = (7.4, 3.9)


@dataclass(frozen=True, eq=False)
class Errors:
    """Some lesions: Dice, and the symmetric errors of both axes as fractions."""

    dice: Sequence[float]
    long: Sequence[float]
    short: Sequence[float]


def errors_against_dice(groups: Mapping[str, Errors]) -> Plot:
    """Draw both axes' errors over Dice, a colour and a shape per group."""

    def draw(figure: "Figure") -> None:
        panels = figure.subplots(1, 2, sharey=True)
        for axes, which in zip(panels, ("long", "short"), strict=True):
            for place, (name, errors) in enumerate(groups.items()):
                axes.plot(
                    errors.dice,
                    100 * np.asarray(getattr(errors, which), dtype=float),
                    linestyle="",
                    marker=_MARKERS[place // len(COLOURS) % len(_MARKERS)],
                    color=COLOURS[place % len(COLOURS)],
                    markersize=4.2,
                    alpha=0.6,
                    mew=0,
                    clip_on=False,
                    label=f"{short(name)} ({len(errors.dice)})",
                )
            axes.set_xlim(0, 1)
            axes.set_ylim(0, 100)
            axes.set_xlabel("Dice")
            axes.set_ylabel(f"error of the {which} axis (SAPE, %)")
            axes.tick_params(labelleft=True)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=min(4, len(groups)))

    width, height = _SIZE_INCHES
    return Plot(draw, width_inches=width, height_inches=height + 0.22 * (len(groups) // 4))
