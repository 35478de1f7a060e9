"""The key image of a lesion: its longest slice, with outline, both axes and the figures."""

from typing import Any

import numpy as np
import numpy.typing as npt

from clinic.dicom.quiet import dicom_package
from clinic.lesions.lesion import Lesion
from clinic.lesions.measurements import Measurements, turned_mask
from clinic.pictures.plane import Plane
from clinic.scans.grid import Grid
from clinic.scans.scan import Scan

__all__ = ["key_image"]

_SIDE_PX = 640
_TEXT_PX = 80
_LINE_PX = 22
_LEAST_SIDE_MM = 90.0
_AROUND = 3.0
"""How many times the long axis is shown at least."""

_BAR_MM = 20.0

_LUNG, _SOFT = (-1350.0, 150.0), (-160.0, 240.0)
_OUTLINE, _LONG, _SHORT = (230, 159, 0), (86, 180, 233), (240, 228, 66)
"""Colours that colour-blind readers tell apart (Okabe and Ito 2008)."""

_WHITE, _GREY = (255, 255, 255), (190, 190, 190)

_Pixels = npt.NDArray[np.uint8]


def key_image(scan: Scan, lesion: Lesion, number: int, model: str) -> _Pixels:
    """Draw a lesion's key image: (rows, columns, RGB). Nothing of the patient stands in it.

    Args:
        scan: the scan.
        lesion: one with measurements.
        number: which lesion of the scan, from 1.
        model: its name.
    """
    measured = lesion.measurements
    if measured is None:
        raise ValueError("a lesion without a mask has no key image")
    plane = _plane(scan, measured)
    hu = plane.hu()
    black, white = _window(hu)
    grey = np.nan_to_num((hu - black) / (white - black) * 255, nan=0.0)
    canvas = np.zeros((_SIDE_PX + _TEXT_PX, _SIDE_PX, 3), np.uint8)
    canvas[:_SIDE_PX] = np.clip(grey, 0, 255).astype(np.uint8)[..., None]
    picture = dicom_package("PIL.Image").fromarray(canvas)
    draw = dicom_package("PIL.ImageDraw").Draw(picture)
    _draw_lesion(draw, plane, lesion, measured)
    _draw_frame(draw, plane)
    _draw_text(draw, lesion, measured, number, model)
    pixels: _Pixels = np.array(picture)
    return pixels


def slice_in_turned(measured: Measurements, grid: Grid) -> int:
    """Give the longest slice's index in the array turned to axial slices."""
    axial = grid.axial
    backwards = 0 in axial.reversed_axes
    size = grid.shape_zyx[axial.order[0]]
    return size - 1 - measured.slice_index if backwards else measured.slice_index


def _plane(scan: Scan, measured: Measurements) -> Plane:
    z = slice_in_turned(measured, scan.grid)
    side_mm = max(_LEAST_SIDE_MM, _AROUND * measured.long_axis.length_mm)
    centred = Plane(scan, z, (0.0, 0.0), side_mm, _SIDE_PX)
    return Plane(scan, z, centred.middle_of(measured.long_axis.ends_xyz), side_mm, _SIDE_PX)


def _window(hu: npt.NDArray[Any]) -> tuple[float, float]:
    """Choose the lung window where the lesion's surroundings are mostly lung."""
    lung = int(np.count_nonzero((hu > -980) & (hu < -500)))
    return _LUNG if lung > 0.35 * np.count_nonzero(hu > -980) else _SOFT


def _draw_lesion(draw: Any, plane: Plane, lesion: Lesion, measured: Measurements) -> None:
    mask = turned_mask(lesion.mask, plane.scan.grid)
    z, y, x = mask.corner_zyx
    for piece in plane.outline_px(mask.voxels[plane.slice_z - z], (y, x)).tolist():
        draw.line([tuple(end) for end in piece], fill=_OUTLINE, width=2)
    for axis, colour in ((measured.long_axis, _LONG), (measured.short_axis, _SHORT)):
        ends = plane.ends_px(axis.ends_xyz).tolist()
        draw.line([tuple(end) for end in ends], fill=colour, width=2)


def _draw_frame(draw: Any, plane: Plane) -> None:
    """Write the patient's sides, and draw a bar that tells the scale."""
    draw.text((6, _SIDE_PX // 2 - 10), "R", fill=_WHITE, font=_font(20))
    draw.text((_SIDE_PX - 20, _SIDE_PX // 2 - 10), "L", fill=_WHITE, font=_font(20))
    length = _BAR_MM * plane.side_px / plane.side_mm
    right, bottom = _SIDE_PX - 16, _SIDE_PX - 14
    draw.line([(right - length, bottom), (right, bottom)], fill=_WHITE, width=3)
    draw.text((right - length, bottom - 24), f"{_BAR_MM:.0f} mm", fill=_WHITE, font=_font(15))


def _draw_text(draw: Any, lesion: Lesion, measured: Measurements, number: int, model: str) -> None:
    long, short = measured.long_axis.length_mm, measured.short_axis.length_mm
    figures = (
        f"Lesion {number}: {long:.1f} x {short:.1f} mm (border to border), "
        f"{measured.volume_ml:.2f} ml, mean {measured.mean_hu:.0f} HU"
    )
    n = len(lesion.warnings)
    warned = f"{n} warning{'s' * (n > 1)}, see results.json. " if n else ""
    lines = [
        (figures, _WHITE),
        (f"{warned}Not reviewed. NOT FOR DIAGNOSIS.", _SHORT if n else _WHITE),
        (f"uls23, {_printable(model)}", _GREY),
    ]
    for index, (line, colour) in enumerate(lines):
        place = (10, _SIDE_PX + 8 + index * _LINE_PX)
        draw.text(place, line, fill=colour, font=_font(16))


def _font(size: int) -> Any:
    return dicom_package("PIL.ImageFont").load_default(size)


def _printable(text: str) -> str:
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in text)[:60]
