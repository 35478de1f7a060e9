"""Table 4, figures 7 and 8: how good box-prompted masks are, cycle by cycle."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from clinic.follow_up.dataset import Series
from evaluation.compare.paired import signed_rank
from training.paper.hcuch.components import JITTER_PX, SMALLEST_PX
from training.paper.hcuch.cycle_examples import examples_plot
from training.paper.hcuch.cycles import Scored, read_cycles
from training.paper.kit.items import Item
from uls.report.drawing import COLOURS, Plot, short
from uls.report.page import UNKNOWN, Table
from uls.statistics.holm import holm

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["cycle_items"]

_TITLES = {
    "table-4": "Table 4: Dice of box-prompted masks by cycle",
    "figure-7": "Figure 7: Dice of box-prompted masks, histograms and densities",
    "figure-8": "Figure 8: examples of box-prompted masks",
}
_COMPONENTS = (
    f"2D components of at least {SMALLEST_PX} pixels; counted is what a cycle drew in a "
    f"component's box, made {JITTER_PX} pixels wider on each side."
)
_PUBLISHED = "Published: MedSAM's median rose from 0.88 to 0.90 over three cycles."
_BINS = 20
_FEWEST_FOR_DENSITY = 5
_PANEL_INCHES = (3.0, 2.4)


def cycle_items(folders: Sequence[tuple[str, Path]], series: Sequence[Series]) -> list[Item]:
    """Make the three items; without predictions each says what it needs.

    Raises:
        CallError, InputError: what `read_cycles` raises.
    """
    if not folders:
        needs = "needs --cycle NAME=FOLDER, the masks of each cycle"
        return [Item(key=key, title=title, not_made=needs) for key, title in _TITLES.items()]
    cycles = read_cycles(folders, series)
    if not cycles.scored:
        reason = f"no 2D component of at least {SMALLEST_PX} pixels"
        return [Item(key=key, title=title, not_made=reason) for key, title in _TITLES.items()]
    kinds = _by_kind(cycles.scored)
    table, histograms, examples = _TITLES.items()
    shown = examples_plot(cycles)
    return [
        Item(
            key=table[0],
            title=table[1],
            caption=f"{_COMPONENTS} p: Wilcoxon's signed-rank test against cycle "
            f"{cycles.names[0]}, two-sided, Holm-corrected for the table; it takes components as "
            f"independent. {_PUBLISHED}",
            tables={"": _table(cycles.names, kinds)},
        ),
        Item(
            key=histograms[0],
            title=histograms[1],
            caption=f"{_COMPONENTS} Lines: Gaussian kernel densities, Scott's rule.",
            plots={"": _plot(cycles.names, kinds)},
        ),
        Item(
            key=examples[0],
            title=examples[1],
            caption="Per kind the component at the middle of the last cycle's Dice. Dashed: the "
            "box.",
            plots={"": shown},
        )
        if shown
        else Item(key=examples[0], title=examples[1], not_made="needs the data set's images"),
    ]


Kinds = Mapping[str, npt.NDArray[np.float64]]
"""By kind the Dice, (components, cycles)."""


def _by_kind(scored: Sequence[Scored]) -> Kinds:
    parts: dict[str, list[tuple[float, ...]]] = {}
    for one in scored:
        parts.setdefault(one.kind, []).append(one.dice)
    every = {"all": [one.dice for one in scored], **dict(sorted(parts.items()))}
    return {kind: np.array(dice) for kind, dice in every.items()}


def _table(names: Sequence[str], kinds: Kinds) -> Table:
    p = [
        signed_rank(dice[:, at], dice[:, 0]).p
        for dice in kinds.values()
        for at in range(1, len(names))
    ]
    corrected = iter(holm(p))
    rows = [
        (
            *(kind, name, f"{len(dice)}"),
            *_figures(dice[:, at]),
            f"{next(corrected):.2g}" if at else UNKNOWN,
        )
        for kind, dice in kinds.items()
        for at, name in enumerate(names)
    ]
    headings = ("lesions", "cycle", "components", "mean ± SD", "median (5th to 95th)", "p (Holm)")
    return Table(headings=headings, rows=rows, words=2)


def _figures(dice: npt.NDArray[np.float64]) -> tuple[str, str]:
    sd = f" ± {dice.std(ddof=1):.3f}" if dice.size > 1 else ""
    low, median, high = np.percentile(dice, [5, 50, 95])
    return f"{dice.mean():.3f}{sd}", f"{median:.3f} ({low:.3f} to {high:.3f})"


def _plot(names: Sequence[str], kinds: Kinds) -> Plot:
    columns = min(3, len(kinds))
    rows = -(-len(kinds) // columns)

    def draw(figure: "Figure") -> None:
        places = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes in places[len(kinds) :]:
            axes.set_axis_off()
        for axes, (kind, dice) in zip(places, kinds.items(), strict=False):
            _panel(axes, dice)
            axes.set_title(f"{short(kind)} ({len(dice)})", loc="left")
        for place, name in enumerate(names):
            colour = COLOURS[place % len(COLOURS)]
            places[0].fill([], [], color=colour, alpha=0.5, label=f"cycle {short(name)}")
        handles = places[0].get_legend_handles_labels()
        figure.legend(*handles, loc="outside lower center", ncols=4)

    width, height = _PANEL_INCHES
    return Plot(draw, width_inches=max(5.2, width * columns), height_inches=height * rows + 0.4)


def _panel(axes: "Axes", dice: npt.NDArray[np.float64]) -> None:
    from scipy.stats import gaussian_kde  # noqa: PLC0415  (--help needs none of it)

    edges = np.linspace(0, 1, _BINS + 1)
    places = np.linspace(0, 1, 201)
    for at in range(dice.shape[1]):
        colour, values = COLOURS[at % len(COLOURS)], dice[:, at]
        shares = 100 * np.histogram(values, edges)[0] / values.size
        axes.stairs(shares, edges, fill=True, color=colour, alpha=0.25)
        if values.size >= _FEWEST_FOR_DENSITY and np.ptp(values) > 0:
            density = gaussian_kde(values)(places) * 100 / _BINS
            axes.plot(places, density, color=colour, linewidth=1.5)
    axes.set_xlim(0, 1)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("Dice")
    axes.set_ylabel("share of components (%)")
