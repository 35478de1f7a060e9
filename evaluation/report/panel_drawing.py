"""One panel of a picture: a plane through the click, with both outlines.

Colours are two of Okabe and Ito's set (2008), which colour-blind readers tell apart; the reference
is drawn broad and the prediction narrow, so that both show where they agree.
"""

from typing import TYPE_CHECKING, Any

from evaluation.report.views import Slice, View, outline

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["CLICK_COLOUR", "PREDICTION_COLOUR", "REFERENCE_COLOUR", "draw_panel"]


REFERENCE_COLOUR, PREDICTION_COLOUR, CLICK_COLOUR = "#56B4E9", "#E69F00", "#F0E442"
_SCALE_BAR_MM = 20.0


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
