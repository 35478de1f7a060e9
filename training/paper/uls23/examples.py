"""Figure 6: lesions with both outlines, for each type a bad, a middling and a good one by Dice."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.report.panel_drawing import draw_panel
from evaluation.report.panels import find_files, views_of
from evaluation.report.picture import draw_legend
from evaluation.report.views import View
from evaluation.results.metrics import Lesion
from evaluation.results.metrics_file import read_metrics
from training.paper.kit.items import Item
from uls.report.drawing import Plot, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Stacks", "chosen", "example_item"]

_KEY, _TITLE = "figure-6", "Figure 6: examples"
_QUANTILES = (0.1, 0.5, 0.9)
_MOST_TYPES = 9
_PANEL_INCHES, _LEAST_INCHES = 2.1, 3.8


@dataclass(frozen=True)
class Stacks:
    """Files and folders of the stacks that are shown."""

    images: tuple[Path, ...] = ()
    predictions: tuple[Path, ...] = ()
    references: tuple[Path, ...] = ()


def example_item(metrics: Sequence[Path], stacks: Stacks) -> Item:
    """Show lesions of the first metrics.json.

    Raises:
        CallError: images are given without masks, or the other way round.
        InputError: a stack is damaged, or is not of the lesions.
    """
    files = find_files(stacks.images, stacks.predictions, stacks.references)
    if files is None or not metrics:
        return Item(key=_KEY, title=_TITLE, not_made="needs --metrics, --images and --predictions")
    wanted = chosen(read_metrics(metrics[0]).lesions)
    views = {lesion.fn: view for lesion, view in views_of(wanted, files)}
    shown = [(lesion, views[lesion.fn]) for lesion in wanted if lesion.fn in views]
    if not shown:
        return Item(key=_KEY, title=_TITLE, not_made="no stack of --images is one of --metrics")
    return Item(
        key=_KEY,
        title=_TITLE,
        caption="Per type the lesions at the tenth, half and nine tenths of their Dice; the axial "
        "slice through the click.",
        plots={"": _plot(shown)},
    )


def chosen(lesions: Sequence[Lesion]) -> list[Lesion]:
    """Choose three lesions of each type, fewer where there are fewer; the worst first."""
    by_type: dict[str, list[Lesion]] = {}
    for lesion in lesions:
        by_type.setdefault(lesion.attributes.get("type", ""), []).append(lesion)
    picked = []
    for members in [by_type[name] for name in sorted(by_type)][:_MOST_TYPES]:
        ordered = sorted(members, key=lambda lesion: lesion.dice)
        places = {round(share * (len(ordered) - 1)) for share in _QUANTILES}
        picked += [ordered[place] for place in sorted(places)]
    return picked


def _plot(shown: Sequence[tuple[Lesion, View]]) -> Plot:
    rows: dict[str, list[tuple[Lesion, View]]] = {}
    for lesion, view in shown:
        rows.setdefault(lesion.attributes.get("type", ""), []).append((lesion, view))
    columns = max(map(len, rows.values()))

    def draw(figure: "Figure") -> None:
        grid = figure.subplots(len(rows), columns, squeeze=False)
        for places, (name, members) in zip(grid, rows.items(), strict=True):
            for axes in places[len(members) :]:
                axes.set_axis_off()
            for axes, (lesion, view) in zip(places, members, strict=False):
                draw_panel(axes, view.slices[0], view, whole=False)
                kind = f"{short(name)}, " if name else ""
                axes.set_title(f"{kind}Dice {lesion.dice:.2f}", fontsize=9, loc="left")
        known = shown[0][1].slices[0].reference is not None
        draw_legend(figure, with_reference=known, laid_out=True)

    return Plot(
        draw,
        width_inches=max(_LEAST_INCHES, _PANEL_INCHES * columns),
        height_inches=(_PANEL_INCHES + 0.25) * len(rows) + 0.4,
    )
