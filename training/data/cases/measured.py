"""On which slice and in which window a lesion was measured, and how long its diameters are."""

from pathlib import Path

import numpy as np
import SimpleITK as sitk

from training.data.cases.case import Measurement
from training.data.cases.dicom_header import POSITION, read_tags
from training.data.cases.records import Measured
from uls.workshop.errors import InputError

__all__ = ["diameters", "dicom_windows", "measured_slice"]

_WINDOW_CENTRE, _WINDOW_WIDTH = "0028|1050", "0028|1051"
"""DICOM tags: Window Center, Window Width (PS3.6)."""

_OFF_SLICE = 0.5
"""In slices: a position further from every slice's centre belongs to no slice of the scan."""


def measured_slice(measurement: Measurement, image: sitk.Image, name: str) -> int:
    """Give the index of the measured slice along the file's third axis.

    Raises:
        InputError: the slice is not one of the image's.
    """
    if measurement.slice_index is not None:
        index = float(measurement.slice_index)
    elif measurement.slice_file is not None:
        place = _numbers(measurement.slice_file, POSITION)
        index = image.TransformPhysicalPointToContinuousIndex(place)[2]
    else:
        raise ValueError(f"{name}: a measurement without a slice")
    nearest = round(index)
    if not 0 <= nearest < image.GetSize()[2] or abs(index - nearest) > _OFF_SLICE:
        raise InputError.about(
            f"{name}, measured slice",
            expected=f"one of its scan's {image.GetSize()[2]} slices",
            found=f"slice {index:g}",
        )
    return nearest


def dicom_windows(measurement: Measurement) -> tuple[tuple[float, float], ...]:
    """List the windows that the measured slice's DICOM file gives, as lowest and highest HU."""
    file = measurement.slice_file
    if file is None or _WINDOW_CENTRE not in read_tags(file):
        return ()
    centres, widths = _numbers(file, _WINDOW_CENTRE), _numbers(file, _WINDOW_WIDTH)
    pairs = zip(centres, widths, strict=False)
    return tuple((centre - width / 2, centre + width / 2) for centre, width in pairs)


def _numbers(path: Path, tag: str) -> list[float]:
    text = read_tags(path).get(tag, "")
    try:
        return [float(number) for number in text.split("\\")]
    except ValueError as error:
        raise InputError.about(
            f"{path}, tag ({tag})", expected="numbers", found=repr(text)
        ) from error


def diameters(measurement: Measurement, spacing_mm: tuple[float, ...]) -> Measured:
    """Return how long the two diameters are; the longer one is the long one."""
    (long_px, long_mm), (short_px, short_mm) = sorted(
        (
            (_length(line, (1.0, 1.0)), _length(line, spacing_mm))
            for line in (measurement.long, measurement.short)
        ),
        reverse=True,
    )
    return Measured(long_px=long_px, short_px=short_px, long_mm=long_mm, short_mm=short_mm)


def _length(line: tuple[tuple[float, float], ...], spacing: tuple[float, ...]) -> float:
    (x0, y0), (x1, y1) = line
    return float(np.hypot((x1 - x0) * spacing[0], (y1 - y0) * spacing[1]))
