"""One picture of a whole job: a row per VOI, the planes through its click, both outlines."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.report.panel_drawing import PREDICTION_COLOUR, REFERENCE_COLOUR, draw_panel
from evaluation.report.views import View
from uls.workshop.atomic import write_file
from uls.workshop.errors import CallError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Row", "draw", "draw_legend"]


_PANEL_INCHES = 2.3
_TITLE_INCHES = 0.3
_HEAD_INCHES, _FOOT_INCHES = 0.3, 0.35
_GAP_INCHES = 0.04
_DPI = 110


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
