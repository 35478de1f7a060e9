"""Scans kept as 16-bit PNG slices: DeepLesion."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from training.data.cases.case import PngSeries
from uls.workshop.errors import InputError

__all__ = ["DEEPLESION_OFFSET_HU", "read_png_series"]

DEEPLESION_OFFSET_HU = 32768
"""DeepLesion's PNG values less this are HU."""


def read_png_series(series: PngSeries) -> sitk.Image:
    """Read a scan of PNG slices as HU, in int32.

    Raises:
        InputError: a slice is missing or damaged, no 16-bit grey image, or of another size.
    """
    slices = [_read_png(path) for path in series.slices]
    for path, slice_hu in zip(series.slices, slices, strict=True):
        if slice_hu.shape != slices[0].shape:
            expected = f"{slices[0].shape} rows and columns, as {series.slices[0].name}"
            raise InputError.about(path, expected=expected, found=f"{slice_hu.shape}")
    image = sitk.GetImageFromArray(np.stack(slices))
    image.SetSpacing(series.spacing_mm)
    image.SetDirection((1, 0, 0, 0, 1, 0, 0, 0, -1))
    return image


def _read_png(path: Path) -> npt.NDArray[np.int32]:
    try:
        image = sitk.ReadImage(str(path), imageIO="PNGImageIO")
    except RuntimeError as error:
        found = "no file" if not path.exists() else "one that cannot be read"
        raise InputError.about(path, expected="a PNG image", found=found) from error
    values = sitk.GetArrayFromImage(image)
    if values.ndim != 2 or values.dtype != np.uint16:
        raise InputError.about(
            path, expected="a 16-bit grey image", found=f"{values.shape} of {values.dtype}"
        )
    return values.astype(np.int32) - DEEPLESION_OFFSET_HU
