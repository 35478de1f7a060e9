"""Figure 8: for each kind of lesion one component, its box, and both outlines in every cycle."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from clinic.follow_up.measure import read_axial
from clinic.follow_up.windows import ABDOMEN, windowed
from evaluation.report.views import outline
from training.paper.hcuch.components import Component, drawn_for
from training.paper.hcuch.cycles import Cycles, Scored, read_prediction
from uls.report.drawing import Plot, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["examples_plot", "middling"]

_REFERENCE, _PREDICTION, _BOX = "#56B4E9", "#E69F00", "#FF5CC8"
_MOST_KINDS = 5
_PANEL_INCHES = 1.9
_ROOM, _LEAST_PX = 1.2, 12
"""Of surroundings on every side: that many times the box, and at least that many pixels."""

Pixels = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Row:
    """One component in every cycle, on its slice in 8 bits."""

    scored: Scored
    pixels: npt.NDArray[np.uint8]
    spacing_yx_mm: tuple[float, float]
    drawn: tuple[Pixels, ...]


def examples_plot(cycles: Cycles) -> Plot | None:
    """Draw the examples; None where no series has an image.

    Raises:
        InputError: an image cannot be read.
    """
    rows = [_row(one, cycles) for one in middling(cycles.scored)]
    return _plot(rows, cycles.names) if rows else None


def middling(scored: Sequence[Scored]) -> list[Scored]:
    """Choose of each kind the component at the middle of the last cycle's Dice."""
    parts: dict[str, list[Scored]] = {}
    for one in scored:
        if one.series.image is not None:
            parts.setdefault(one.kind, []).append(one)
    ordered = sorted(parts, key=lambda kind: (-len(parts[kind]), kind))[:_MOST_KINDS]
    by_dice = [sorted(parts[kind], key=lambda one: one.dice[-1]) for kind in ordered]
    return [members[len(members) // 2] for members in by_dice]


def _row(one: Scored, cycles: Cycles) -> _Row:
    series = one.series
    if series.image is None:
        raise ValueError(f"{series.name} has no image")
    image = read_axial(series.image)
    x_mm, y_mm, _ = image.GetSpacing()
    hu = sitk.GetArrayFromImage(image)[one.component.slice_z]
    drawn = []
    for name in cycles.names:
        values, by_value = read_prediction(series, cycles.files[name][series.name])
        drawn.append(drawn_for(one.component, values, by_value=by_value))
    return _Row(one, windowed(hu, series.window or ABDOMEN), (y_mm, x_mm), tuple(drawn))


def _plot(rows: Sequence[_Row], names: Sequence[str]) -> Plot:
    def draw(figure: "Figure") -> None:
        from matplotlib.lines import Line2D  # noqa: PLC0415

        grid = figure.subplots(len(rows), len(names), squeeze=False)
        for places, row in zip(grid, rows, strict=True):
            for at, axes in enumerate(places):
                _draw(axes, row, at)
                axes.set_title(
                    f"cycle {short(names[at])}: Dice {row.scored.dice[at]:.2f}",
                    fontsize=8.5,
                    loc="left",
                )
            places[0].set_ylabel(short(row.scored.kind), fontsize=9.5)
        handles = [
            Line2D([], [], color=_REFERENCE, linewidth=2.4, label="reference"),
            Line2D([], [], color=_PREDICTION, linewidth=1.4, label="prediction"),
            Line2D([], [], color=_BOX, linewidth=1.2, linestyle="--", label="box"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3)

    return Plot(
        draw,
        width_inches=max(4.2, _PANEL_INCHES * len(names)),
        height_inches=(_PANEL_INCHES + 0.3) * len(rows) + 0.4,
    )


def _draw(axes: "Axes", row: _Row, at: int) -> None:
    from matplotlib.collections import LineCollection  # noqa: PLC0415
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    y_mm, x_mm = row.spacing_yx_mm
    component = row.scored.component
    extent: Any = (-0.5, row.pixels.shape[1] - 0.5, row.pixels.shape[0] - 0.5, -0.5)
    axes.imshow(row.pixels, cmap="gray", vmin=0, vmax=255, extent=extent, aspect=y_mm / x_mm)
    for mask, colour, width in (
        (component.pixels, _REFERENCE, 2.4),
        (row.drawn[at], _PREDICTION, 1.2),
    ):
        segments = outline(mask, (1.0, 1.0)) - 0.5  # pixel centres lie on whole numbers
        axes.add_collection(LineCollection(list(segments), colors=colour, linewidths=width))
    y, x = component.box_yx
    axes.add_patch(
        Rectangle(
            (x.start - 0.5, y.start - 0.5), x.stop - x.start, y.stop - y.start,
            fill=False, edgecolor=_BOX, linestyle="--", linewidth=1, zorder=5,
        )
    )  # fmt: skip
    (x0, x1), (y0, y1) = _around(component)
    axes.set(xlim=(x0, x1), ylim=(y1, y0), xticks=[], yticks=[], facecolor="black")
    axes.grid(visible=False)


def _around(component: Component) -> tuple[tuple[float, float], tuple[float, float]]:
    """Give the columns and rows that are shown: a square around the box."""
    y, x = component.box_yx
    side = max(y.stop - y.start, x.stop - x.start)
    half = side / 2 + max(_ROOM * side / 2, _LEAST_PX)
    middle_x, middle_y = (x.start + x.stop - 1) / 2, (y.start + y.stop - 1) / 2
    return (middle_x - half, middle_x + half), (middle_y - half, middle_y + half)
