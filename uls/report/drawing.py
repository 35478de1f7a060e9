"""How all figures are drawn: one style, as an SVG that stands alone, or as a PDF for a paper."""

import logging
import warnings
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "BLUE",
    "COLOURS",
    "GREY",
    "ORANGE",
    "VERMILLION",
    "Plot",
    "as_svg",
    "data_uri",
    "one_axes",
    "short",
]

BLUE, ORANGE, VERMILLION = "#0072B2", "#E69F00", "#D55E00"
COLOURS = (BLUE, ORANGE, "#009E73", "#CC79A7", VERMILLION, "#56B4E9")
"""Colours that colour-blind readers tell apart (Okabe and Ito 2008)."""

GREY = "#595959"

_WIDTH_INCHES = 5.2
"""Narrow, so that text of 10 points can still be read when a phone shrinks the figure."""

_LONGEST_NAME = 24

_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same everywhere
    "font.size": 10.5,
    "axes.titlesize": 10.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "svg.hashsalt": "uls23",  # else its ids, and so the file, differ from run to run
    "pdf.fonttype": 42,  # TrueType, which journals ask for, in place of Type 3
    "text.parse_math": False,  # a name from a CSV may hold dollar signs
}


@dataclass(frozen=True)
class Plot:
    """A figure that is not drawn yet.

    Attributes:
        draw: fills an empty figure.
        width_inches: by default narrow, so that a phone shows its text.
        height_inches: its height.
    """

    draw: Callable[["Figure"], None]
    width_inches: float = _WIDTH_INCHES
    height_inches: float = 3.4

    def svg(self) -> str:
        """Draw it as an SVG document, its letters as outlines."""
        return self._saved("svg", {"Date": None, "Creator": None}).decode()

    def pdf(self) -> bytes:
        """Draw it as a PDF document, the same bytes each time."""
        return self._saved("pdf", {"CreationDate": None, "Creator": None, "Producer": None})

    def png(self) -> bytes:
        """Draw it as a PNG image."""
        return self._saved("png", {"Software": None})

    def _saved(self, kind: str, metadata: dict[str, None]) -> bytes:
        with _style():
            from matplotlib.figure import Figure  # noqa: PLC0415  (scoring needs no matplotlib)

            size = (self.width_inches, self.height_inches)
            figure = Figure(figsize=size, layout="constrained")
            self.draw(figure)
            for axes in figure.axes:
                _plain_powers(axes)
            file = BytesIO()
            figure.savefig(file, format=kind, metadata=metadata)
        return file.getvalue()


def one_axes(draw: Callable[["Axes"], None], *, height_inches: float = 3.4) -> Plot:
    """Return a figure of a single diagram, which `draw` draws."""
    return Plot(lambda figure: draw(figure.subplots()), height_inches=height_inches)


def as_svg(draw: Callable[["Axes"], None], *, height_inches: float = 3.4) -> str:
    """Return the diagram that `draw` draws as an SVG document."""
    return one_axes(draw, height_inches=height_inches).svg()


def _plain_powers(axes: "Axes") -> None:
    """Write 0.1, 1, 10 at a logarithmic axis, of which matplotlib would write powers in TeX."""
    from matplotlib.ticker import LogFormatter  # noqa: PLC0415

    class Plain(LogFormatter):
        """Labels the ticks that its parent labels, as plain numbers."""

        def __call__(self, x: float, pos: int | None = None) -> str:
            return f"{x:g}" if super().__call__(x, pos) else ""

    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_scale() == "log":
            axis.set_major_formatter(Plain())
            axis.set_minor_formatter(Plain(minor_thresholds=(1, 0.4)))


@contextmanager
def _style() -> Iterator[None]:
    import matplotlib as mpl  # noqa: PLC0415

    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        # A letter that the font lacks is drawn as a box; no reason to fail or to warn
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from")
        # which letters it embeds in a PDF: two hundred lines a figure
        logging.getLogger("fontTools").setLevel(logging.WARNING)
        yield


def data_uri(content: str | bytes, kind: str) -> str:
    """Give an image as an address that holds the image itself; `kind` as in `svg+xml`, `jpeg`."""
    data = content.encode() if isinstance(content, str) else content
    return f"data:image/{kind};base64,{b64encode(data).decode()}"


def short(name: str) -> str:
    """Cut a long name, and replace what cannot be drawn."""
    printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
    return printable if len(printable) <= _LONGEST_NAME else f"{printable[: _LONGEST_NAME - 1]}…"
