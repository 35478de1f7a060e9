"""Scans and masks of any size and format, read whole, with one set of checks for every command.

The voxels of MetaImage and NIfTI are streamed by us: SimpleITK makes 0 HU of what is NaN or
infinite in a NIfTI file, and takes one that is cut off for whole.
"""

import tempfile
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from uls.images.grid import check_grid
from uls.images.image_header import IMAGE_SUFFIXES, read_image_header, reading
from uls.images.itk_header import NUMBER_TYPES
from uls.images.pixels import as_floats_if_scaled
from uls.workshop.errors import InputError

__all__ = ["read_image"]

_HALF_FILES = (".hdr", ".img", ".hdr.gz", ".img.gz", ".nia")
"""Analyze and NIfTI in two files, where SimpleITK makes 0 of what is NaN."""


def read_image(path: Path) -> sitk.Image:
    """Read an image; one that lies alone in a `.zip` is unpacked on the way.

    Axes a hair off perpendicular are mended, with a line in the log.

    Raises:
        InputError: the file is missing, damaged or cut off; it has other than 3 dimensions, several
            or complex values per voxel, values that are NaN or infinite, implausible spacings, or
            axes that are not perpendicular.
    """
    name = path.name.lower()
    if name.endswith(".zip"):
        return _read_zipped(path)
    return _read_streamed(path) if name.endswith(IMAGE_SUFFIXES) else _read_by_itk(path)


def _read_zipped(path: Path) -> sitk.Image:
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
            names = [n for n in archive.namelist() if not n.endswith("/") and "__MACOSX" not in n]
            if len(names) != 1:
                raise InputError.about(path, expected="one image in it", found=f"{len(names)}")
            return read_image(Path(archive.extract(names[0], folder)))
    except (OSError, RuntimeError, zipfile.BadZipFile) as error:
        raise InputError.about(path, expected="a readable zip file", found=str(error)) from error


def _read_streamed(path: Path) -> sitk.Image:
    header = read_image_header(path)
    geometry, pixels = header.geometry, header.pixels
    direction = check_grid(geometry.spacing_xyz, geometry.direction, path)
    try:
        stored = np.empty(geometry.size_xyz[::-1], dtype=pixels.stored_dtype)
    except MemoryError as error:
        size = "×".join(map(str, geometry.size_xyz))
        raise InputError.about(
            path, expected="an image that fits into memory", found=f"{size} voxels"
        ) from error
    with reading(header) as stream:
        if stream.readinto(stored.reshape(-1).view(np.uint8).data) != stored.nbytes:
            raise EOFError("the voxels end before the image does")
        stream.finish()
    voxels = as_floats_if_scaled(stored, pixels)
    _check_finite(voxels, path)
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing(geometry.spacing_xyz)
    image.SetOrigin(geometry.origin_xyz)
    image.SetDirection(direction)
    return image


def _read_by_itk(path: Path) -> sitk.Image:
    if path.name.lower().endswith(_HALF_FILES):
        raise InputError.about(
            path,
            expected="NIfTI in one file (.nii or .nii.gz)",
            found="Analyze or half of a pair of files",
            hint="Convert it to .nii.gz.",
        )
    if not path.exists():
        raise InputError.about(path, expected="a readable image", found="no file")
    try:
        image = sitk.ReadImage(str(path))
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1].strip()
        raise InputError.about(path, expected="a readable image", found=reason) from error
    values = image.GetNumberOfComponentsPerPixel()
    if image.GetDimension() != 3 or values != 1:
        found = f"{image.GetDimension()} dimensions, {values} values per voxel"
        raise InputError.about(path, expected="3 dimensions, one value a voxel", found=found)
    if image.GetPixelID() not in NUMBER_TYPES:
        found = f"voxels of type {image.GetPixelIDTypeAsString()}"
        raise InputError.about(path, expected="whole numbers or floats", found=found)
    image.SetDirection(check_grid(image.GetSpacing(), image.GetDirection(), path))
    _check_finite(sitk.GetArrayViewFromImage(image), path)
    return image


def _check_finite(voxels: npt.NDArray[np.generic], path: Path) -> None:
    if voxels.dtype.kind != "f" or np.isfinite(voxels).all():
        return
    bad = int(np.count_nonzero(~np.isfinite(voxels)))
    raise InputError.about(
        path,
        expected="finite values",
        found=f"{bad} voxels NaN or infinite",
        hint="They are no HU: write what they stand for (air is -1000) and save the image anew.",
    )
