"""Figure 6: tracked lesions over time, all panels at one scale, with both axes of the box drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from clinic.follow_up.dataset import Series
from clinic.follow_up.findings import Comparison, Findings, Lesion
from clinic.follow_up.measure import read_axial
from clinic.follow_up.windows import ABDOMEN, windowed
from training.paper.kit.items import Item
from uls.report.drawing import BLUE, ORANGE, Plot
from uls.report.text import millimetres

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["over_time_item"]

_KEY, _TITLE = "figure-6", "Figure 6: lesions over time"
_MOST_ROWS, _MOST_STUDIES = 6, 5
_MARGIN_MM, _LEAST_SIDE_MM, _BAR_MM = 12.0, 40.0, 10.0
_PANEL_INCHES = 1.8

Points = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Panel:
    """A lesion's widest slice in one study; pixels lie at their place in mm."""

    pixels: npt.NDArray[np.uint8]
    spacing_yx_mm: tuple[float, float]
    corners_yx_mm: Points
    title: str


def over_time_item(findings: Findings, series: Sequence[Series]) -> Item:
    """Show the lesions with the most studies, from the first to the last.

    Raises:
        InputError: an image cannot be read.
    """
    rows = _rows(findings, {one.name: one for one in series if one.image is not None})
    if not rows:
        return Item(
            key=_KEY,
            title=_TITLE,
            not_made="needs recist_measurements.csv and images of a lesion in two studies",
        )
    return Item(
        key=_KEY,
        title=_TITLE,
        caption="All panels at one scale. Drawn are both axes of the smallest box on the widest "
        "slice; above each panel their lengths.",
        plots={"": _plot(rows)},
    )


def _rows(findings: Findings, series: dict[str, Series]) -> dict[str, list[_Panel]]:
    by_size = sorted(findings.lesions, key=lambda lesion: lesion.diameter_mm)
    lesions = {(lesion.series, lesion.value): lesion for lesion in by_size}  # the largest stays
    ordered = sorted(findings.comparisons, key=lambda c: (int(c.patient), c.alias, c.study_date))
    tracked: dict[str, list[tuple[Comparison, Lesion]]] = {}
    for (patient, alias), rows in groupby(ordered, key=lambda c: (c.patient, c.alias)):
        there = [
            (row, lesions[row.series, row.value])
            for row in rows
            if row.value is not None and row.series in series and (row.series, row.value) in lesions
        ]
        if len(there) > 1:
            tracked[f"patient {patient}, {alias}"] = there[:_MOST_STUDIES]
    longest = sorted(tracked, key=lambda name: -len(tracked[name]))[:_MOST_ROWS]
    return {
        name: [_panel(series[row.series], row, lesion) for row, lesion in tracked[name]]
        for name in longest
    }


def _panel(series: Series, row: Comparison, lesion: Lesion) -> _Panel:
    if series.image is None:
        raise ValueError(f"{series.name} has no image")
    image = read_axial(series.image)
    x_mm, y_mm, _ = image.GetSpacing()
    hu = sitk.GetArrayViewFromImage(image)[lesion.slice_z]
    lengths = f"{millimetres(lesion.major_mm)} × {millimetres(lesion.minor_mm)} mm"
    return _Panel(
        pixels=windowed(hu, series.window or ABDOMEN),
        spacing_yx_mm=(y_mm, x_mm),
        # a pixel's centre lies half a pixel inside its edge
        corners_yx_mm=(np.array(lesion.corners_yx) + 0.5) * np.array([y_mm, x_mm]),
        title=f"{row.study_date}\n{lengths}",
    )


def _plot(rows: dict[str, list[_Panel]]) -> Plot:
    columns = max(map(len, rows.values()))
    every = [panel for panels in rows.values() for panel in panels]
    extents = [np.ptp(panel.corners_yx_mm, axis=0).max() for panel in every]
    side = max(_LEAST_SIDE_MM, float(max(extents)) + 2 * _MARGIN_MM)

    def draw(figure: "Figure") -> None:
        grid = figure.subplots(len(rows), columns, squeeze=False)
        for places, (name, panels) in zip(grid, rows.items(), strict=True):
            for axes in places[len(panels) :]:
                axes.set_axis_off()
            for axes, panel in zip(places, panels, strict=False):
                _draw(axes, panel, side)
            places[0].set_ylabel(name, fontsize=9)

    return Plot(
        draw,
        width_inches=max(4.0, _PANEL_INCHES * columns),
        height_inches=(_PANEL_INCHES + 0.45) * len(rows),
    )


def _draw(axes: "Axes", panel: _Panel, side: float) -> None:
    y_mm, x_mm = panel.spacing_yx_mm
    height, width = panel.pixels.shape[0] * y_mm, panel.pixels.shape[1] * x_mm
    axes.imshow(panel.pixels, cmap="gray", vmin=0, vmax=255, extent=(0, width, height, 0))
    corners = panel.corners_yx_mm
    middles = (corners + np.roll(corners, -1, axis=0)) / 2
    lines = sorted(
        ((middles[0], middles[2]), (middles[1], middles[3])),
        key=lambda line: -float(np.hypot(*(line[1] - line[0]))),
    )
    for (start, end), colour in zip(lines, (ORANGE, BLUE), strict=True):
        axes.plot([start[1], end[1]], [start[0], end[0]], color=colour, linewidth=1.4)
    y, x = corners.mean(axis=0)
    axes.set(xlim=(x - side / 2, x + side / 2), ylim=(y + side / 2, y - side / 2))
    axes.set(xticks=[], yticks=[], facecolor="black")
    axes.grid(visible=False)
    axes.set_title(panel.title, fontsize=8, loc="left")
    left, low = x + side * 0.45 - _BAR_MM, y + side * 0.44
    axes.plot([left, left + _BAR_MM], [low, low], color="white", linewidth=2)
    axes.text(
        left + _BAR_MM / 2, low - side * 0.02, f"{_BAR_MM:g} mm", color="white", fontsize=7,
        ha="center", va="bottom",
    )  # fmt: skip
