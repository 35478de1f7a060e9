"""Scans and masks turned to RAS; they are read and checked in `uls`."""

from pathlib import Path
from typing import Any

import numpy.typing as npt
import SimpleITK as sitk

from uls.images import grid
from uls.images.scan_reading import read_image
from uls.images.voxels import hu_array, label_array

__all__ = ["check_same_grid", "hu_array", "image_like", "label_array", "oriented", "read_image"]


def oriented(image: sitk.Image) -> sitk.Image:
    """Turn an image so that x grows to the right, y to the front and z to the head (RAS).

    Axes are exchanged and reversed; nothing is resampled.
    """
    turned: sitk.Image = sitk.DICOMOrient(image, "RAS")
    return turned


def image_like(voxels: npt.NDArray[Any], image: sitk.Image) -> sitk.Image:
    """Make an image of an array (z, y, x) that lies where another one of its size lies."""
    made = sitk.GetImageFromArray(voxels)
    made.CopyInformation(image)
    return made


def check_same_grid(
    image: sitk.Image, mask: sitk.Image, mask_path: Path, *, trust_grid: bool
) -> sitk.Image:
    """Make sure that a mask lies on its image's voxels; give it with the image's geometry.

    Args:
        image: the scan, as in its file.
        mask: its mask, as in its file.
        mask_path: for the message.
        trust_grid: go by the voxels alone where the two files disagree on where they lie.

    Raises:
        InputError: another size, or (unless the grid is trusted) another place in space.
    """
    grid.check_same_grid(
        grid.Geometry.of(image), grid.Geometry.of(mask), mask_path, trust_grid=trust_grid
    )
    mask.CopyInformation(image)
    return mask
