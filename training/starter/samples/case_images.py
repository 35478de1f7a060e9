"""Reading a scan and the masks of its lesions: axial slices, one grid, HU in int16."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from uls.images.grid import Geometry, check_same_grid
from uls.images.scan_reading import read_image
from uls.workshop.errors import InputError

__all__ = ["axial_image", "voxels_of"]


def axial_image(path: Path) -> sitk.Image:
    """Read a volume, turned so that its slices are axial: array axes are (z, y, x).

    Raises:
        InputError: what `uls.images.scan_reading.read_image` raises.
    """
    axial: sitk.Image = sitk.DICOMOrient(read_image(path), "LPS")
    return axial


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
    check_same_grid(Geometry.of(scan), Geometry.of(mask), path)
    voxels: npt.NDArray[np.bool_] = sitk.GetArrayFromImage(mask) != 0
    if not voxels.any():
        raise InputError.about(path, expected="a lesion", found=f"no voxel of one in {scan_name}")
    return voxels
