"""What SimpleITK reads of a header, also where the file's suffix or axes are odd."""

import tempfile
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from uls.images.grid import TURN_TOLERANCE, Geometry, log_mended, not_perpendicular
from uls.images.nifti import nifti_header, perpendicular_header
from uls.images.pixel_source import PixelSource
from uls.workshop.errors import InputError

__all__ = ["NUMBER_TYPES", "geometry_by_itk", "itk_information"]

NUMBER_TYPES = {
    **{sitk.sitkInt8: "i1", sitk.sitkUInt8: "u1", sitk.sitkInt16: "i2", sitk.sitkUInt16: "u2"},
    **{sitk.sitkInt32: "i4", sitk.sitkUInt32: "u4", sitk.sitkInt64: "i8", sitk.sitkUInt64: "u8"},
    **{sitk.sitkFloat32: "f4", sitk.sitkFloat64: "f8"},
}
"""SimpleITK's pixel types of one real number a voxel, and numpy's names for them."""


def itk_information(path: Path) -> sitk.ImageFileReader:
    """Have SimpleITK read a header.

    Raises:
        InputError: it cannot, or the axes of a NIfTI file are not perpendicular.
    """
    try:
        return _information(path)
    except RuntimeError as error:
        if "orthonormal" not in str(error):
            raise _unreadable(path, error) from error
    return _nearly_perpendicular(path)


def _unreadable(path: Path, error: RuntimeError) -> InputError:
    reason = str(error).strip().splitlines()[-1].strip()
    return InputError.about(path, expected="a readable image header", found=reason)


def _information(path: Path) -> sitk.ImageFileReader:
    name = path.name
    suffix = next((s for s in (".nii.gz", ".nii") if name.lower().endswith(s)), "")
    if suffix and not name.endswith((suffix, suffix.upper())):
        return _header_alone(nifti_header(path))  # SimpleITK does not know a `.nii.GZ`
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    if name.lower().endswith((".mha", ".mhd")):
        reader.SetImageIO("MetaImageIO")  # which by itself takes small letters only
    reader.ReadImageInformation()
    return reader


def _header_alone(header: bytes) -> sitk.ImageFileReader:
    """Have SimpleITK read a NIfTI header that is in memory."""
    reader = sitk.ImageFileReader()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "header.nii"
        path.write_bytes(header)
        reader.SetFileName(str(path))
        reader.ReadImageInformation()
    return reader


def _nearly_perpendicular(path: Path) -> sitk.ImageFileReader:
    """Read the header of a NIfTI file whose axes are not perpendicular enough for ITK.

    ITK's own way (`ITK_NIFTI_SFORM_PERMISSIVE`) gives the inverse of the rotation in ITK 5.4.
    """
    header, off = perpendicular_header(path)
    if off > TURN_TOLERANCE:
        raise not_perpendicular(path, off)
    try:
        reader = _header_alone(header)
    except RuntimeError as error:
        raise _unreadable(path, error) from error
    log_mended(path, off)
    return reader


def geometry_by_itk(path: Path, pixels: PixelSource | None = None) -> Geometry:
    """Have SimpleITK read where an image lies, and compare with what we read of its voxels.

    Raises:
        InputError: it cannot be read, has other than 3 dimensions of single numbers, or the two
            understand it differently.
    """
    reader = itk_information(path)
    geometry = _geometry_of(reader, path)
    if pixels is not None:
        _check_agreement(path, reader, pixels)
    return geometry


def _geometry_of(reader: sitk.ImageFileReader, path: Path) -> Geometry:
    dimensions, values = reader.GetDimension(), reader.GetNumberOfComponents()
    if dimensions != 3 or values != 1:
        raise InputError.about(
            path,
            expected="3 dimensions, one value a voxel",
            found=f"{dimensions} dimensions, {values} values per voxel",
        )
    if reader.GetPixelID() not in NUMBER_TYPES:
        found = f"voxels of type {sitk.GetPixelIDValueAsString(reader.GetPixelID())}"
        raise InputError.about(path, expected="whole numbers or floats", found=found)
    return Geometry.of(reader)


def _check_agreement(path: Path, reader: sitk.ImageFileReader, pixels: PixelSource) -> None:
    """Refuse a header that SimpleITK and we understand differently."""
    theirs = (_drop_ones(reader.GetSize()), np.dtype(NUMBER_TYPES[reader.GetPixelID()]))
    ours = (_drop_ones(pixels.size_xyz), pixels.dtype)
    if theirs != ours:
        (size, dtype), (our_size, our_dtype) = theirs, ours
        raise InputError.about(
            path,
            expected=f"a header that says {our_size} voxels of {our_dtype} to every program",
            found=f"that SimpleITK reads {size} of {dtype}",
            hint="Save the image anew.",
        )


def _drop_ones(size: tuple[int, ...]) -> tuple[int, ...]:
    """Drop what follows the third axis where it is 1."""
    return size[:3] if all(n == 1 for n in size[3:]) else size
