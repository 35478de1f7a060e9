"""Read a case's scan, whatever it is made of: one file, PNG slices, or DICOM slices."""

from pathlib import Path

import SimpleITK as sitk

from training.data.cases.case import Case, PngSeries
from training.data.cases.dicom_series import read_dicom_series
from training.data.cases.images import read_image
from training.data.cases.png_series import read_png_series
from uls.images.grid import check_grid

__all__ = ["read_case_image"]


def read_case_image(case: Case) -> tuple[sitk.Image, Path]:
    """Read the scan with one set of checks.

    Returns:
        The image, and the file or folder that it was read from.

    Raises:
        InputError: it cannot be read, or its grid is none that a scan can have.
    """
    if isinstance(case.image, Path):
        return read_image(case.image), case.image
    folder = case.image.folder
    if isinstance(case.image, PngSeries):
        image = read_png_series(case.image)
    else:
        image = read_dicom_series(case.image)
    image.SetDirection(check_grid(image.GetSpacing(), image.GetDirection(), folder))
    return image, folder
