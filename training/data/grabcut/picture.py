"""A picture of what there was to choose from: the measurement, the ellipse, and every GrabCut.

A row per lesion, a panel per candidate with its error, the chosen one framed (after figure 2 of the
challenge's paper, de Grauw et al. 2025).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from evaluation.report.views import outline
from training.data.cases.case import Case, Measurement
from training.data.cases.case_image import read_case_image
from training.data.cases.images import hu_array
from training.data.cases.measured import dicom_windows, measured_slice
from training.data.grabcut.pseudo_mask import PseudoMask, pseudo_mask
from training.data.grabcut.recipe import GrabCutRecipe
from uls.workshop.beside import file_beside
from uls.workshop.errors import CallError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "Choice",
    "choices",
    "draw_candidates",
    "draw_choices",
    "draw_mask",
    "draw_measurement",
    "show_slice",
]

_MASK, _CHOSEN, _LONG, _SHORT = "#E69F00", "#56B4E9", "#F0E442", "#CC79A7"
"""Of Okabe and Ito's set (2008), which colour-blind readers tell apart."""

_PANEL_INCHES = 2.0
_ROOM = 1.6
"""A panel is this many times as wide as the long diameter."""

_LEAST_PIXELS = 24
_WINDOW = (-160.0, 240.0)
"""Soft tissue, where the data set gives no window."""


@dataclass(frozen=True, eq=False)
class Choice:
    """One measured slice and what was made of it."""

    name: str
    slice_hu: npt.NDArray[np.int16]
    measurement: Measurement
    made: PseudoMask


def draw_candidates(
    cases: Iterable[Case], recipe: GrabCutRecipe | None, path: Path, *, most: int
) -> Path:
    """Draw the candidates of the first lesions of some cases; they are cut anew for it."""
    return draw_choices(list(islice(choices(cases, recipe), most)), path)


def choices(cases: Iterable[Case], recipe: GrabCutRecipe | None) -> Iterator[Choice]:
    """Cut the measured lesions of some cases out, one after the other."""
    for case in cases:
        image, _ = read_case_image(case)
        hu = hu_array(image, case.name)
        for number, one in enumerate(case.measurements, 1):
            measurement = replace(one, windows_hu=one.windows_hu or dicom_windows(one))
            z = measured_slice(measurement, image, case.name)
            made = pseudo_mask(hu[z], measurement, recipe)
            yield Choice(f"{case.name}, lesion {number}", hu[z], measurement, made)


def draw_choices(rows: list[Choice], path: Path) -> Path:
    """Draw one row per lesion, and write the picture beside its place first.

    Raises:
        CallError: matplotlib is not installed, or there is nothing to draw.
        OutputError: the file cannot be written.
    """
    if not rows:
        raise CallError.about("--picture", expected="a measured lesion", found="none")
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415  (cutting needs no matplotlib)
    except ModuleNotFoundError as error:
        hint = "Install the extra `figures`, or leave --picture out."
        raise CallError.about(
            "--picture", expected="the package matplotlib", found="none", hint=hint
        ) from error
    columns = max(len(row.made.candidates) for row in rows) + 1
    size = (columns * _PANEL_INCHES, len(rows) * (_PANEL_INCHES + 0.4))
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(len(rows), columns, squeeze=False)
    for row, panels in zip(rows, grid, strict=True):
        _draw_row(row, list(panels))
    with file_beside(path) as part:
        figure.savefig(part, format="png", dpi=110, facecolor="white")
    return path


def _draw_row(row: Choice, panels: "list[Axes]") -> None:
    first, *others = panels
    show_slice(first, row)
    first.set_title(row.name, fontsize=7)
    draw_measurement(first, row)
    for axes in others[len(row.made.candidates) :]:
        axes.set_axis_off()
    for axes, (name, mask) in zip(others, row.made.candidates.items(), strict=False):
        show_slice(axes, row)
        chosen = name == row.made.source
        error = "failed" if mask is None else f"{row.made.errors[name]:.1f} %"
        axes.set_title(f"{name}: {error}", fontsize=7, weight="bold" if chosen else "normal")
        if mask is not None:
            draw_mask(axes, mask)
        if chosen:
            axes.spines[:].set(visible=True, color=_CHOSEN, linewidth=3)


def draw_measurement(axes: "Axes", row: Choice) -> None:
    """Draw the two measured diameters."""
    for line, colour in ((row.measurement.long, _LONG), (row.measurement.short, _SHORT)):
        (x0, y0), (x1, y1) = line
        axes.plot([x0, x1], [y0, y1], color=colour, linewidth=1.2)


def show_slice(axes: "Axes", row: Choice) -> None:
    """Show the slice around the lesion."""
    points = np.array([row.measurement.long, row.measurement.short]).reshape(-1, 2)
    x, y = (points.min(axis=0) + points.max(axis=0)) / 2
    half = max(np.ptp(points, axis=0).max() * _ROOM, _LEAST_PIXELS) / 2
    low, high = row.measurement.windows_hu[0] if row.measurement.windows_hu else _WINDOW
    axes.imshow(row.slice_hu, cmap="gray", vmin=low, vmax=high)
    axes.set(xlim=(x - half, x + half), ylim=(y + half, y - half), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def draw_mask(axes: "Axes", mask: npt.NDArray[Any]) -> None:
    """Draw the outline of a slice's mask."""
    from matplotlib.collections import LineCollection  # noqa: PLC0415

    segments = outline(mask, (1.0, 1.0)) - 0.5  # pixel centres lie on whole numbers
    axes.add_collection(LineCollection(list(segments), colors=_MASK, linewidths=1.2))
