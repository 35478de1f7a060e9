"""Figures 2 and 5, and the table of correlations: how dense and how large lesions are."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from clinic.follow_up.findings import Findings, Lesion
from clinic.follow_up.groups import GROUPS
from training.paper.hcuch.intensities import EDGES_HU, Intensities, key_of
from training.paper.hcuch.kinds import by_kind
from training.paper.kit.items import Item
from uls.report.drawing import COLOURS, GREY, Plot, one_axes
from uls.report.page import UNKNOWN, Table
from uls.statistics.spearman import spearman_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["correlation_item", "density_item", "size_item"]

_DENSITY = ("figure-2", "Figure 2: HU in lesions by kind")
_SIZE = ("figure-5", "Figure 5: volume, diameter and mean HU")
_CORRELATION = ("figure-5-correlation", "Figure 5, in figures: Spearman's correlations")
_NO_IMAGES = "needs the data set's images"
_FEWEST_RANKED = 3
_SMALLEST_BOX = 5


def density_item(intensities: Intensities) -> Item:
    """Draw what share of the voxels of each kind of lesion lies in each bin of HU."""
    key, title = _DENSITY
    if not intensities.counts:
        return Item(key=key, title=title, not_made=_NO_IMAGES)

    def draw(axes: "Axes") -> None:
        for colour, (kind, counts) in zip(COLOURS, intensities.counts.items(), strict=False):
            shares = 100 * counts / counts.sum()
            label = f"{kind} ({counts.sum() / 1000:.0f} thousand voxels)"
            axes.stairs(shares, EDGES_HU, color=colour, linewidth=1.5, label=label)
        axes.set_xlabel("HU")
        axes.set_ylabel("share of the kind's voxels (%)")
        axes.set_ylim(bottom=0)
        axes.figure.legend(loc="outside lower center", ncols=2)

    caption = f"Bins of {EDGES_HU[1] - EDGES_HU[0]} HU; what lies beyond counts in the outermost."
    plot = one_axes(draw, height_inches=4.2)
    return Item(key=key, title=title, caption=caption, plots={"": plot})


def size_item(findings: Findings, intensities: Intensities) -> Item:
    """Draw volume over diameter coloured by mean HU, and box plots of the three by kind."""
    key, title = _SIZE
    if not findings.lesions:
        return Item(key=key, title=title, not_made="no lesion in the masks")
    return Item(
        key=key,
        title=title,
        caption="Diameter: the longer axis of tumours, the shorter one of adenopathies. Box: "
        "quartiles, with the median (from 5 lesions on).",
        plots={"": _plot(findings.lesions, intensities)},
    )


def _plot(lesions: Sequence[Lesion], intensities: Intensities) -> Plot:
    mean_hu = intensities.mean_hu
    measures: Mapping[str, Callable[[Lesion], float | None]] = {
        "diameter (mm)": lambda lesion: lesion.diameter_mm,
        "volume (ml)": lambda lesion: lesion.volume_ml,
        **({"mean HU": lambda lesion: mean_hu.get(key_of(lesion))} if mean_hu else {}),
    }

    def draw(figure: "Figure") -> None:
        scatter, *others = figure.subplots(2, 2).ravel()
        _scatter(scatter, lesions, mean_hu)
        for axes, (label, measure) in zip(others, measures.items(), strict=False):
            _boxes(axes, lesions, measure, label)
        for axes in others[len(measures) :]:
            axes.set_axis_off()

    return Plot(draw, width_inches=9.0, height_inches=6.6)


def _scatter(axes: "Axes", lesions: Sequence[Lesion], mean_hu: Mapping[Any, float]) -> None:
    shown = [lesion for lesion in lesions if not mean_hu or key_of(lesion) in mean_hu]
    points = axes.scatter(
        [lesion.diameter_mm for lesion in shown],
        [lesion.volume_ml for lesion in shown],
        c=[mean_hu[key_of(lesion)] for lesion in shown] if mean_hu else COLOURS[0],
        cmap="viridis",
        s=14,
        alpha=0.8,
        linewidths=0,
    )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("diameter (mm)")
    axes.set_ylabel("volume (ml)")
    if mean_hu:
        axes.figure.colorbar(points, ax=axes, label="mean HU")


def _boxes(
    axes: "Axes", lesions: Sequence[Lesion], measure: Callable[[Lesion], float | None], label: str
) -> None:
    kinds = by_kind(lesions)
    random = np.random.default_rng(23)
    names = []
    for row, (kind, part) in enumerate(kinds.items()):
        values = np.array([value for x in part if (value := measure(x)) is not None], dtype=float)
        names.append(f"{kind} ({values.size})")
        jitter = random.uniform(-0.2, 0.2, values.size)
        axes.plot(values, row + jitter, "o", color=COLOURS[row], markersize=3, alpha=0.5, mew=0)
        if values.size >= _SMALLEST_BOX:
            axes.boxplot(
                [values],
                positions=[row],
                orientation="horizontal",
                widths=0.6,
                showfliers=False,
                medianprops={"color": "black", "linewidth": 1.8},
                boxprops={"color": GREY},
                manage_ticks=False,
            )
    axes.set_yticks(range(len(names)), labels=names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlabel(label)
    axes.grid(visible=False, axis="y")
    if "HU" not in label:
        axes.set_xscale("log")


def correlation_item(findings: Findings, intensities: Intensities) -> Item:
    """Correlate volume with diameter, and both with mean HU, over all and by group."""
    key, title = _CORRELATION
    pairs: Mapping[str, tuple[Callable[[Lesion], float | None], Callable[[Lesion], float | None]]]
    pairs = {
        "volume, diameter": (lambda x: x.volume_ml, lambda x: x.diameter_mm),
        "volume, mean HU": (lambda x: x.volume_ml, lambda x: intensities.mean_hu.get(key_of(x))),
        "diameter, mean HU": (
            lambda x: x.diameter_mm,
            lambda x: intensities.mean_hu.get(key_of(x)),
        ),
    }
    rows = []
    for name, (first, second) in pairs.items():
        for group in GROUPS:
            known = [
                (a, b)
                for x in findings.lesions
                if group.holds(x) and (a := first(x)) is not None and (b := second(x)) is not None
            ]
            published = group.published_spearman if name == "volume, diameter" else None
            shown = UNKNOWN if published is None else f"{published:.2f}"
            if row := _correlation(known):
                rows.append((name, group.name, f"{len(known)}", *row, shown))
    if not rows:
        return Item(key=key, title=title, not_made="fewer than three lesions of any group")
    headings = ("of", "lesions", "count", "ρ", "95 %", "p", "ρ (published)")
    return Item(
        key=key,
        title=title,
        caption="Intervals by Bonett and Wright (2000); p two-sided, not corrected, and too small "
        "where patients have several lesions.",
        tables={"": Table(headings=headings, rows=rows, words=2)},
    )


def _correlation(pairs: Sequence[tuple[float, float]]) -> tuple[str, str, str] | None:
    """Say rho, its interval and p; None for too few pairs, or where one side is all equal."""
    from scipy.stats import spearmanr  # noqa: PLC0415  (--help needs none of it)

    if len(pairs) < _FEWEST_RANKED or any(len(set(side)) == 1 for side in zip(*pairs, strict=True)):
        return None
    found = spearmanr(*zip(*pairs, strict=True))
    interval = spearman_interval(float(found.statistic), len(pairs))
    shown = UNKNOWN if interval is None else f"{interval[0]:.2f} to {interval[1]:.2f}"
    return f"{found.statistic:.2f}", shown, f"{found.pvalue:.2g}"
