"""Box plots of a figure per group of lesions, submissions side by side.

After figures 4 and 5 of de Grauw et al. 2025: the errors of both axes per lesion type, and of types
with full (FSUP) and with partial training labels (PSUP).
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from uls.report.drawing import COLOURS, GREY, Plot, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["MOST_BOXES", "grouped_boxes"]

MOST_BOXES = len(COLOURS)
"""More submissions than there are colours cannot be told apart."""

_SMALLEST_BOX = 5
"""Fewer lesions have no quartiles to speak of: points only."""

_INCHES_PER_BOX, _INCHES_PER_GROUP, _ROOM_INCHES = 0.24, 0.2, 1.1
_JITTER_SEED = 23

Groups = Mapping[str, Mapping[str, Sequence[float]]]


def grouped_boxes(groups: Groups, *, label: str, rules_before: Sequence[str] = ()) -> Plot:
    """Draw a box per group and submission, with every lesion as a point.

    Args:
        groups: by the group's name, from top to bottom, the values by submission; none is empty.
        label: of the axis, with its unit.
        rules_before: groups before which a line is drawn, as they part the lesions anew.

    Raises:
        ValueError: there are more submissions than can be told apart.
    """
    submissions = list(dict.fromkeys(name for of_group in groups.values() for name in of_group))
    if len(submissions) > MOST_BOXES:
        raise ValueError(f"{len(submissions)} submissions, of at most {MOST_BOXES}")
    step = _INCHES_PER_BOX * len(submissions) + _INCHES_PER_GROUP

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        random = np.random.default_rng(_JITTER_SEED)
        for row, of_group in enumerate(groups.values()):
            for name, values in of_group.items():
                place = submissions.index(name)
                at = row * step + (place - (len(submissions) - 1) / 2) * _INCHES_PER_BOX
                _box(axes, np.asarray(values, dtype=float), at, COLOURS[place], random)
        _rows(axes, groups, step, rules_before)
        axes.set_xlabel(label)
        axes.grid(visible=False, axis="y")
        axes.set_xlim(left=0)
        if len(submissions) > 1:
            for name, colour in zip(submissions, COLOURS, strict=False):
                axes.fill([], [], color=colour, alpha=0.45, label=short(name))
            figure.legend(loc="outside lower center", ncols=min(3, len(submissions)))

    return Plot(draw, height_inches=_ROOM_INCHES + step * len(groups))


def _box(axes: "Axes", values: Any, at: float, colour: str, random: Any) -> None:
    jitter = random.uniform(-0.06, 0.06, values.size)
    axes.plot(values, at + jitter, "o", color=colour, markersize=2.6, alpha=0.45, mew=0, zorder=3)
    if values.size < _SMALLEST_BOX:
        return
    line = {"color": GREY, "linewidth": 1}
    axes.boxplot(
        [values],
        positions=[at],
        orientation="horizontal",
        widths=_INCHES_PER_BOX * 0.85,
        showfliers=False,
        patch_artist=True,
        boxprops={"facecolor": colour, "alpha": 0.3, "edgecolor": GREY},
        medianprops={"color": "black", "linewidth": 1.8},
        whiskerprops=line,
        capprops=line,
        manage_ticks=False,
    )


def _rows(axes: "Axes", groups: Groups, step: float, rules_before: Sequence[str]) -> None:
    names = list(groups)
    counts = [len(next(iter(of_group.values()))) for of_group in groups.values()]
    labels = [f"{short(name)} ({count})" for name, count in zip(names, counts, strict=True)]
    axes.set_yticks([row * step for row in range(len(names))], labels=labels)
    axes.set_ylim((len(names) - 0.5) * step, -0.5 * step)
    for name in rules_before:
        if name in names:
            axes.axhline((names.index(name) - 0.5) * step, color=GREY, linewidth=0.8)
