"""Figure 2: pseudo-masks beside the two diameters that they were made of.

Shown are lesions of a `grabcut` folder; their scans are read again where the manifest found them.
"""

import logging
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.data.grabcut.picture import Choice, choices, draw_mask, draw_measurement, show_slice
from training.data.grabcut.pseudo_mask import ELLIPSE
from training.data.grabcut.recipe import GrabCutRecipe
from training.data.prepare.manifest import Manifest
from training.data.readers import READERS, Source
from training.paper.kit.items import Item
from uls.report.drawing import Plot
from uls.workshop.errors import UserError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["pseudo_mask_item"]

_log = logging.getLogger(__name__)

_KEY, _TITLE = "figure-2", "Figure 2: pseudo-masks beside the measurements"
_SHOWN = 6
_PANEL_INCHES = 1.9


def pseudo_mask_item(manifests: Sequence[Manifest]) -> Item:
    """Show measured lesions, the measurement to the left and the chosen mask to the right."""
    measured = [one for one in manifests if any(lesion.measured for lesion in one.lesions)]
    if not measured:
        return Item(key=_KEY, title=_TITLE, not_made="needs --manifest of a folder of grabcut")
    try:
        shown = list(islice(_choices(measured), _SHOWN))
    except (UserError, OSError) as error:
        _log.warning("%s: %s", _TITLE, error)
        return Item(key=_KEY, title=_TITLE, not_made=f"the scans are not there any more: {error}")
    if not shown:
        return Item(key=_KEY, title=_TITLE, not_made="no measured lesion was found in the sources")
    return Item(
        key=_KEY,
        title=_TITLE,
        caption="Left: both measured diameters on their slice. Right: the mask that was chosen, "
        "and how far its axes are from the measurement.",
        plots={"": _plot(shown)},
    )


def _choices(manifests: Sequence[Manifest]) -> Iterator[Choice]:
    for manifest in manifests:
        told = manifest.settings.get("recipe")
        recipe = (
            GrabCutRecipe(**{key: _fixed(value) for key, value in told.items()}) if told else None
        )
        for said in manifest.settings["sources"]:
            source = Source(**{key: _of_source(key, said[key]) for key in said if key != "reader"})
            yield from choices(READERS[said["reader"]].find(source).cases, recipe)


def _of_source(key: str, value: Any) -> Any:
    if key in ("root", "labels"):
        return None if value is None else Path(value)
    return _fixed(value)


def _fixed(value: Any) -> Any:
    """Give a list of JSON as the tuple that it was."""
    return tuple(map(_fixed, value)) if isinstance(value, list) else value


def _plot(shown: Sequence[Choice]) -> Plot:
    columns = 2 if len(shown) > 1 else 1
    rows = -(-len(shown) // columns)

    def draw(figure: "Figure") -> None:
        grid = figure.subplots(rows, 2 * columns, squeeze=False).ravel()
        for axes in grid[2 * len(shown) :]:
            axes.set_axis_off()
        for left, right, one in zip(grid[::2], grid[1::2], shown, strict=False):
            for axes in (left, right):
                show_slice(axes, one)
                axes.grid(visible=False)
            draw_measurement(left, one)
            left.set_title("measured", fontsize=9, loc="left")
            mask = one.made.candidates[one.made.source]
            if mask is not None:
                draw_mask(right, mask)
            right.set_title(_said(one), fontsize=9, loc="left")

    return Plot(
        draw,
        width_inches=2 * columns * _PANEL_INCHES,
        height_inches=rows * (_PANEL_INCHES + 0.25),
    )


def _said(one: Choice) -> str:
    """Name the mask; an ellipse is laid through the measurement, and its error is its handicap."""
    if one.made.source == ELLIPSE:
        return "ellipse"
    return f"GrabCut: {one.made.errors[one.made.source]:.1f} %"
