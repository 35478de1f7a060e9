"""Reading a scan and the masks of its lesions: axial slices, one grid, HU in int16."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from uls.errors import InputError

__all__ = ["axial_image", "hu_of", "voxels_of"]

_SAME_SPACING = 1e-3
"""Relative difference up to which a scan's and its mask's spacing count as equal."""


def axial_image(path: Path) -> sitk.Image:
    """Read a volume, turned so that its slices are axial: array axes are (z, y, x).

    Raises:
        InputError: the file cannot be read, or is not three-dimensional with one value a voxel.
    """
    try:
        image = sitk.ReadImage(str(path))
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise InputError.about(path, expected="a readable image", found=reason) from error
    if image.GetDimension() != 3 or image.GetNumberOfComponentsPerPixel() != 1:
        found = f"{image.GetDimension()} with {image.GetNumberOfComponentsPerPixel()} values each"
        raise InputError.about(path, expected="3 dimensions of single values", found=found)
    axial: sitk.Image = sitk.DICOMOrient(image, "LPS")
    return axial


def hu_of(image: sitk.Image) -> npt.NDArray[np.int16]:
    """Give a scan's HU (z, y, x), rounded; the lowest int16 stays free for padding."""
    limits = np.iinfo(np.int16)
    values = sitk.GetArrayFromImage(image).astype(np.float32)
    rounded = np.rint(np.nan_to_num(values, nan=limits.min + 1))
    hu: npt.NDArray[np.int16] = np.clip(rounded, limits.min + 1, limits.max).astype(np.int16)
    return hu


def voxels_of(path: Path, scan: sitk.Image, scan_name: str) -> npt.NDArray[np.bool_]:
    """Read a lesion's mask, (z, y, x); any value but 0 counts.

    Args:
        path: of the mask.
        scan: that it belongs to, axial.
        scan_name: for the error.

    Raises:
        InputError: it cannot be read, does not lie on the scan's grid, or is empty.
    """
    mask = axial_image(path)
    same_size = mask.GetSize() == scan.GetSize()
    if not same_size or not np.allclose(mask.GetSpacing(), scan.GetSpacing(), rtol=_SAME_SPACING):
        raise InputError.about(
            path,
            expected=f"the grid of {scan_name}: {_grid(scan)}",
            found=_grid(mask),
            hint="Resample the mask to the scan's grid.",
        )
    voxels: npt.NDArray[np.bool_] = sitk.GetArrayFromImage(mask) != 0
    if not voxels.any():
        raise InputError.about(path, expected="a lesion", found="no voxel of one")
    return voxels


def _grid(image: sitk.Image) -> str:
    spacing = " x ".join(f"{step:.4g}" for step in image.GetSpacing())
    return f"{' x '.join(map(str, image.GetSize()))} voxels of {spacing} mm (x, y, z)"
