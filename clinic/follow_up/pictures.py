"""Pictures of the tracked lesions: one row a lesion, one panel a study, in the series' window."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from itertools import groupby

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from clinic.follow_up.compare import lesion_of
from clinic.follow_up.dataset import Series
from clinic.follow_up.findings import Comparison, Findings, Lesion
from clinic.follow_up.measure import Measured, read_axial
from clinic.follow_up.windows import ABDOMEN, windowed
from uls.report.drawing import ORANGE, data_uri
from uls.report.page import Figure
from uls.report.text import millimetres

__all__ = ["Panel", "draw_panels", "pictures"]

_MARGIN_MM = 25.0
"""Of surroundings on every side of the lesion's box."""

_PANEL_INCHES = 1.7
_DPI = 90


@dataclass(frozen=True, eq=False)
class Panel:
    """One lesion in one study: a piece of its widest slice, with its box in that piece's pixels."""

    pixels: npt.NDArray[np.uint8]
    corners_yx: tuple[tuple[float, float], ...]
    spacing_yx_mm: tuple[float, float]
    study_date: date
    diameter_mm: float
    reported_mm: float | None


def pictures(findings: Findings, series: Sequence[Series]) -> list[Figure]:
    """Draw every lesion of the radiologists' table that has an image and a mask.

    Raises:
        InputError: an image cannot be read.
    """
    panels = _panels(findings, series)
    ordered = sorted(findings.comparisons, key=lambda c: (int(c.patient), c.alias, c.study_date))
    figures = []
    for (patient, alias), rows in groupby(ordered, key=lambda c: (c.patient, c.alias)):
        shown = [panels[key] for row in rows if (key := _key(row)) in panels]
        if shown:
            kind = _kind(findings, patient, alias)
            figures.append(_figure(f"Patient {patient}, lesion {alias}{kind}", shown))
    return figures


def _key(row: Comparison) -> tuple[str, int | None]:
    return row.series, row.value


def _kind(findings: Findings, patient: str, alias: str) -> str:
    labels = {
        f" ({c.type},{c.location})"
        for c in findings.comparisons
        if (c.patient, c.alias) == (patient, alias) and c.type
    }
    return min(labels, default="")


def _panels(findings: Findings, series: Sequence[Series]) -> dict[tuple[str, int | None], Panel]:
    """Cut the panels, reading each image once."""
    panels: dict[tuple[str, int | None], Panel] = {}
    for one in series:
        rows = [c for c in findings.comparisons if c.series == one.name and c.measured_mm]
        if rows and one.image is not None:
            of_series = tuple(x for x in findings.lesions if x.series == one.name)
            image = read_axial(one.image)
            for row in rows:
                lesion = lesion_of(row.value, Measured(one, of_series, 0))
                if lesion is not None:
                    panels[_key(row)] = cut_panel(image, one, lesion, row)
    return panels


def cut_panel(image: sitk.Image, series: Series, lesion: Lesion, row: Comparison) -> Panel:
    """Cut a lesion's surroundings out of its widest slice."""
    x_mm, y_mm, _ = image.GetSpacing()
    corners = np.array(lesion.corners_yx)
    margin = np.array([_MARGIN_MM / y_mm, _MARGIN_MM / x_mm])
    size = np.array(image.GetSize()[1::-1])
    low = np.clip(np.floor(corners.min(axis=0) - margin), 0, size - 1).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0) + margin) + 1, low + 1, size).astype(int)
    (y0, x0), (y1, x1) = low.tolist(), high.tolist()
    hu = sitk.GetArrayViewFromImage(image)[lesion.slice_z, y0:y1, x0:x1]
    return Panel(
        pixels=windowed(hu, series.window or ABDOMEN),
        corners_yx=tuple((y - y0, x - x0) for y, x in lesion.corners_yx),
        spacing_yx_mm=(y_mm, x_mm),
        study_date=row.study_date,
        diameter_mm=lesion.diameter_mm,
        reported_mm=row.reported_mm,
    )


def _figure(title: str, panels: Sequence[Panel]) -> Figure:
    return Figure(
        source=data_uri(draw_panels(panels), "png"),
        alt=f"{title}: its widest slice in {len(panels)} studies, with the smallest box around it",
        caption=f"{title}. Under each study: mask / reported diameter, mm.",
    )


def draw_panels(panels: Sequence[Panel]) -> bytes:
    """Draw panels side by side, to one scale, as a PNG."""
    from matplotlib.figure import Figure as Canvas  # noqa: PLC0415  (measuring needs none)

    canvas = Canvas(figsize=(_PANEL_INCHES * len(panels), _PANEL_INCHES * 1.25))
    row = canvas.subplots(1, len(panels), squeeze=False)[0]
    for panel, axes in zip(panels, row, strict=True):
        y_mm, x_mm = panel.spacing_yx_mm
        axes.imshow(panel.pixels, cmap="gray", vmin=0, vmax=255, aspect=y_mm / x_mm)
        y, x = zip(*panel.corners_yx, panel.corners_yx[0], strict=True)
        axes.plot(x, y, color=ORANGE, linewidth=1)
        axes.set_axis_off()
        lengths = f"{millimetres(panel.diameter_mm)} / {millimetres(panel.reported_mm)}"
        axes.set_title(f"{panel.study_date}\n{lengths}", fontsize=7, loc="left")
    file = BytesIO()
    canvas.savefig(file, format="png", dpi=_DPI, bbox_inches="tight")
    return file.getvalue()
