"""The lesions of a scan that several readers drew: LIDC's outlines, LNDb's masks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from training.data.cases.case import DicomSeries, Readings
from training.data.cases.contours import Outline, Reading, drawn, read_readings
from training.data.cases.dicom_series import sorted_slices
from training.data.cases.images import image_like, oriented
from uls.workshop.errors import InputError

__all__ = ["outlined"]


def outlined(readings: Readings, series: DicomSeries, image: sitk.Image) -> list[npt.NDArray[Any]]:
    """Return per reader a mask (z, y, x), oriented to RAS, with another value for every nodule.

    Raises:
        InputError: the annotations are damaged, or are of other slices.
    """
    if readings.outlines is None:
        raise ValueError("readings without outlines")
    slice_of = {header.instance: z for z, header in enumerate(sorted_slices(series))}
    path = readings.outlines
    return [
        sitk.GetArrayFromImage(oriented(image_like(_drawn(path, one, slice_of, image), image)))
        for one in read_readings(path)
    ]


def _drawn(
    path: Path, reading: Reading, slice_of: dict[str, int], image: sitk.Image
) -> npt.NDArray[np.int32]:
    """Draw a reader's nodules, on the slices as the files have them."""
    x, y, z = image.GetSize()
    labels = np.zeros((z, y, x), dtype=np.int32)
    for number, outlines in enumerate(reading.nodules, 1):
        for at, inside in _by_slice(path, outlines, slice_of, (y, x)).items():
            labels[at][inside] = number
    return labels


def _by_slice(
    path: Path, outlines: Sequence[Outline], slice_of: dict[str, int], shape_yx: tuple[int, int]
) -> dict[int, npt.NDArray[np.bool_]]:
    """Return a nodule's pixels by slice; holes are taken out last."""
    slices: dict[int, npt.NDArray[np.bool_]] = {}
    for outline in sorted(outlines, key=lambda one: not one.inclusion):
        if len(outline.points_xy) < 3:  # a nodule under 3 mm is a point
            continue
        subject = f"{path}, outline on {outline.instance}"
        if outline.instance not in slice_of:
            raise InputError.about(
                subject, expected="a slice of its series", found="one that is not there"
            )
        try:
            inside = drawn(outline, shape_yx)
        except ValueError as error:
            expected = f"pixels of a slice of {shape_yx[1]}×{shape_yx[0]} (x×y)"
            raise InputError.about(subject, expected=expected, found=str(error)) from error
        at = slice_of[outline.instance]
        whole = slices.setdefault(at, np.zeros(shape_yx, dtype=np.bool_))
        slices[at] = whole | inside if outline.inclusion else whole & ~inside
    return slices
