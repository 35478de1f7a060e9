"""Where the voxels of an image file lie, and what number each of them stands for.

SimpleITK reads the headers (geometry, voxel type); the voxels we read (`uls.images.voxel_stream`),
and scale, as ITK's readers make 0 of what is NaN or infinite in a NIfTI file.
"""

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from uls.images.metaimage import locate_meta
from uls.images.nifti import locate_nifti
from uls.images.pixel_source import PixelSource
from uls.workshop.errors import InputError

__all__ = ["as_floats_if_scaled", "locate"]

_HEADER_ERRORS = (
    *(OSError, EOFError, ValueError, KeyError, OverflowError),
    *(struct.error, zlib.error),
)
"""What a damaged header can raise."""


def locate(path: Path) -> PixelSource:
    """Find the voxels of a `.mha`, `.mhd`, `.nii` or `.nii.gz` file.

    Raises:
        InputError: the header is not one we can read.
        PermissionError: the file may not be read.
    """
    is_nifti = path.name.lower().endswith((".nii", ".nii.gz"))
    try:
        return locate_nifti(path) if is_nifti else locate_meta(path)
    except PermissionError:
        raise  # the caller says whose it is
    except _HEADER_ERRORS as error:
        kind = "NIfTI" if is_nifti else "MetaImage"
        is_ours = type(error) is ValueError
        raise InputError.about(
            path,
            expected=f"a readable {kind} header",
            found=str(error) if is_ours else f"{type(error).__name__}: {error}",
        ) from error


def as_floats_if_scaled(voxels: npt.NDArray[Any], source: PixelSource) -> npt.NDArray[Any]:
    """Apply NIfTI's `scl_slope` and `scl_inter`; without them return the voxels in native order."""
    if not source.is_scaled:
        return voxels.astype(voxels.dtype.newbyteorder("="), copy=False)
    # To a float, in double precision, and then rounded once, as ITK does.
    floats = voxels.astype(source.dtype).astype(np.float64)
    return (floats * source.slope + source.intercept).astype(source.dtype)
