"""Several small diagrams on one sheet: histograms, densities and counts of names."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from uls.report.drawing import BLUE, COLOURS, Plot, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Counts", "Histogram", "grid"]

_PANEL_INCHES = (2.9, 2.3)
_MOST_BARS = 12
"""Of names in one diagram; the rarest are added up as "other"."""


@dataclass(frozen=True, kw_only=True)
class Histogram:
    """How often values are in each bin; several series lie over each other.

    Attributes:
        title: above the diagram.
        label: of the values, with their unit.
        series: values by name; series without values are left out.
        what: is counted.
        bins: how many.
        limits: of what is shown; by default all values.
        density: outlines of shares, for series of unlike lengths.
    """

    title: str
    label: str
    series: Mapping[str, Sequence[float]]
    what: str
    bins: int = 20
    limits: tuple[float, float] | None = None
    density: bool = False


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How often names occur, the most frequent on top."""

    title: str
    counts: Mapping[str, int]
    what: str


def grid(panels: Sequence[Histogram | Counts], *, columns: int = 3) -> Plot:
    """Draw the panels row by row, with one legend of all series' names."""
    columns = min(columns, len(panels))
    rows = math.ceil(len(panels) / columns)
    names = list(
        dict.fromkeys(name for one in panels if isinstance(one, Histogram) for name in one.series)
    )

    def draw(figure: "Figure") -> None:
        places = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, panel in zip(places, panels, strict=False):
            if isinstance(panel, Histogram):
                _histogram(axes, panel, names)
            else:
                _bars(axes, panel)
            axes.set_title(panel.title, loc="left")
        for axes in places[len(panels) :]:
            axes.set_axis_off()
        if len(names) > 1:
            for name, colour in zip(names, _colours(names), strict=True):
                places[0].fill([], [], color=colour, alpha=0.6, label=short(name))
            figure.legend(
                *places[0].get_legend_handles_labels(), loc="outside lower center", ncols=4
            )

    width, height = _PANEL_INCHES
    return Plot(
        draw,
        width_inches=max(5.2, width * columns),
        height_inches=height * rows + 0.3 * math.ceil(len(names) / 4),
    )


def _colours(names: Sequence[str]) -> list[str]:
    return [COLOURS[place % len(COLOURS)] for place in range(len(names))]


def _histogram(axes: "Axes", panel: Histogram, names: Sequence[str]) -> None:
    values = {name: np.asarray(s, dtype=float) for name, s in panel.series.items() if len(s)}
    every = np.concatenate(list(values.values())) if values else np.zeros(1)
    low, high = panel.limits or (float(every.min()), float(every.max()))
    edges = np.linspace(low, high if high > low else low + 1, panel.bins + 1)
    for name, colour in zip(names, _colours(names), strict=True):
        if name not in values:
            continue
        counts, _ = np.histogram(values[name], edges)
        if panel.density:
            shares = 100 * counts / values[name].size
            axes.stairs(shares, edges, color=colour, linewidth=1.5)
        else:
            axes.stairs(counts, edges, fill=True, color=colour, alpha=0.5)
            axes.axvline(
                float(np.median(values[name])), color=colour, linestyle="--", linewidth=1.2
            )
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(bottom=0)
    axes.set_xlabel(panel.label)
    axes.set_ylabel(f"share of {panel.what} (%)" if panel.density else panel.what)
    if not panel.density:
        axes.locator_params(axis="y", integer=True, nbins=5)


def _bars(axes: "Axes", panel: Counts) -> None:
    ordered = sorted(panel.counts.items(), key=lambda item: (-item[1], item[0]))
    shown, rest = ordered[:_MOST_BARS], ordered[_MOST_BARS:]
    if rest:
        shown.append(("other", sum(count for _, count in rest)))
    places = range(len(shown))
    bars = axes.barh(places, [count for _, count in shown], color=BLUE, alpha=0.7)
    axes.bar_label(bars, padding=2, fontsize=9)
    axes.set_yticks(places, labels=[short(name) for name, _ in shown])
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set_xlabel(panel.what)
    axes.grid(visible=False, axis="y")
    axes.locator_params(axis="x", integer=True, nbins=5)
