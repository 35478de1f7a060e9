"""One picture of a whole job: a row per VOI, the planes through its click, both outlines.

Colours are two of Okabe and Ito's set (2008), which colour-blind readers tell apart; the reference
is drawn broad and the prediction narrow, so that both show where they agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.report.views import Slice, View, outline
from uls.workshop.atomic import write_file
from uls.workshop.errors import CallError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Row", "draw", "draw_legend", "draw_panel"]

REFERENCE_COLOUR, PREDICTION_COLOUR, CLICK_COLOUR = "#56B4E9", "#E69F00", "#F0E442"

_PANEL_INCHES = 2.3
_TITLE_INCHES = 0.3
_HEAD_INCHES, _FOOT_INCHES = 0.3, 0.35
_GAP_INCHES = 0.04
_DPI = 110
_SCALE_BAR_MM = 20.0


@dataclass(frozen=True)
class Row:
    """One VOI's place in the picture."""

    title: str
    view: View


def draw(rows: Sequence[Row], path: Path, *, headline: str = "") -> Path:
    """Draw a picture and write it as PNG, whole or not at all.

    Each row shows the whole axial slice with a frame, and what the frame holds in three planes.

    Args:
        rows: one per VOI, from top to bottom.
        path: the PNG to write; its folder is made.
        headline: one line above the rows.

    Raises:
        CallError: matplotlib is not installed, or there is nothing to draw.
        OutputError: the file cannot be written.
    """
    if not rows:
        raise CallError.about("picture", expected="at least one VOI", found="none")
    figure = _figure(rows, headline)
    png = BytesIO()
    figure.savefig(png, format="png", dpi=_DPI, facecolor="white")
    return write_file(path, png.getvalue(), make_folder=True)


def _figure(rows: Sequence[Row], headline: str) -> "Figure":
    """Lay the panels out by hand, in inches: every panel is a square, whatever the spacing."""
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415  (scoring needs no matplotlib)
    except ModuleNotFoundError as error:
        raise CallError.about(
            "picture",
            expected="the package matplotlib",
            found="it is not installed",
            hint="Install the extra `figures`.",
        ) from error
    row_inches = _TITLE_INCHES + _PANEL_INCHES + _GAP_INCHES
    width = 4 * (_PANEL_INCHES + _GAP_INCHES) + _GAP_INCHES
    head = _HEAD_INCHES if headline else 0.0
    height = head + len(rows) * row_inches + _FOOT_INCHES
    figure = Figure(figsize=(width, height))
    left = _GAP_INCHES / width
    figure.text(left, 1 - 0.2 / height, headline, fontsize=11, weight="bold", va="center")
    for index, row in enumerate(rows):
        bottom = height - head - (index + 1) * row_inches + _GAP_INCHES
        top = (bottom + _PANEL_INCHES + 0.07) / height
        figure.text(left, top, row.title, fontsize=9.5, va="bottom")
        for column, panel in enumerate((row.view.slices[0], *row.view.slices)):
            x = _GAP_INCHES + column * (_PANEL_INCHES + _GAP_INCHES)
            place = (x / width, bottom / height, _PANEL_INCHES / width, _PANEL_INCHES / height)
            draw_panel(figure.add_axes(place), panel, row.view, whole=column == 0)
    draw_legend(figure, with_reference=rows[0].view.slices[0].reference is not None)
    return figure


def draw_panel(axes: "Axes", panel: Slice, view: View, *, whole: bool) -> None:
    """Draw one plane with both outlines: the whole of it, or what lies around the lesion."""
    black, white = view.window.limits
    rows, columns = panel.hu.shape
    height, width = rows * panel.voxel_mm[0], columns * panel.voxel_mm[1]
    axes.imshow(
        panel.hu,
        cmap="gray",
        vmin=black,
        vmax=white,
        interpolation="bilinear",
        origin="upper" if panel.rows_down else "lower",
        extent=(0, width, height, 0) if panel.rows_down else (0, width, 0, height),
    )
    axes.set_facecolor("black")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    _outline(axes, panel, thin=whole)
    if whole:
        _frame(axes, panel, view.side_mm)
        _label(axes, f"{view.window.name} window")
    else:
        for colour, width in (("black", 2.6), (CLICK_COLOUR, 1.3)):
            place = panel.click_mm[::-1]
            axes.plot(*place, "+", color=colour, markersize=9, markeredgewidth=width)
        _look_at(axes, panel, view.side_mm)
        _label(axes, panel.plane)


def _outline(axes: "Axes", panel: Slice, *, thin: bool) -> None:
    from matplotlib.collections import LineCollection  # noqa: PLC0415

    masks: list[tuple[Any, str, float]] = [(panel.prediction, PREDICTION_COLOUR, 1.1)]
    if panel.reference is not None:
        masks.insert(0, (panel.reference, REFERENCE_COLOUR, 2.4))
    for mask, colour, points in masks:
        lines = LineCollection(
            list(outline(mask, panel.voxel_mm)),
            colors=colour,
            linewidths=0.5 * points if thin else points,
            capstyle="projecting",
            antialiaseds=False,
        )
        axes.add_collection(lines, autolim=False)


def _look_at(axes: "Axes", panel: Slice, side_mm: float) -> None:
    """Show a square of `side_mm` around the lesion, with a bar that tells its scale."""
    (row, column), half = panel.centre_mm, side_mm / 2
    axes.set_xlim(column - half, column + half)
    axes.set_ylim(*((row + half, row - half) if panel.rows_down else (row - half, row + half)))
    length = _SCALE_BAR_MM / side_mm
    bar, level = (0.95 - length, 0.95), (0.05, 0.05)
    for colour, points in (("black", 4), ("white", 2)):
        axes.plot(bar, level, color=colour, linewidth=points, transform=axes.transAxes)
    _label(axes, f"{_SCALE_BAR_MM:.0f} mm", at=(0.95 - length / 2, 0.07), ha="center", va="bottom")


def _frame(axes: "Axes", panel: Slice, side_mm: float) -> None:
    """Show the whole slice, with a frame around what the other panels show."""
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    (row, column), half = panel.centre_mm, side_mm / 2
    corner = (column - half, row - half)
    axes.add_patch(
        Rectangle(corner, side_mm, side_mm, fill=False, color="white", linewidth=0.8, alpha=0.8)
    )


def _label(
    axes: "Axes",
    text: str,
    *,
    at: tuple[float, float] = (0.03, 0.97),
    ha: str = "left",
    va: str = "top",
) -> None:
    """Write into a panel: white with a black rim, which reads on air and on bone."""
    from matplotlib.patheffects import withStroke  # noqa: PLC0415

    rim = [withStroke(linewidth=2, foreground="black")]
    axes.text(
        *at,
        text,
        color="white",
        fontsize=8,
        ha=ha,
        va=va,
        path_effects=rim,
        transform=axes.transAxes,
    )


def draw_legend(figure: "Figure", *, with_reference: bool, laid_out: bool = False) -> None:
    """Say at the lower edge which outline is which; a figure that lays itself out makes room."""
    from matplotlib.lines import Line2D  # noqa: PLC0415

    handles = [Line2D([], [], color=PREDICTION_COLOUR, linewidth=1.8, label="prediction")]
    if with_reference:
        broad = Line2D([], [], color=REFERENCE_COLOUR, linewidth=3, label="reference")
        handles.insert(0, broad)
    handles.append(
        Line2D([], [], color="#B8A800", linestyle="", marker="+", markersize=9, label="click")
    )
    shared: dict[str, Any] = {"ncols": len(handles), "frameon": False, "fontsize": 9}
    if laid_out:
        figure.legend(handles=handles, loc="outside lower center", **shared)
    else:
        place = {"bbox_to_anchor": (0.5, 0.0), "borderaxespad": 0.3}
        figure.legend(handles=handles, loc="lower center", **shared, **place)
