"""What SimpleITK reads of a header, also where the file's suffix or axes are odd."""

import tempfile
from pathlib import Path

import SimpleITK as sitk

from uls.errors import InputError
from uls.grid import TURN_TOLERANCE, log_mended, not_perpendicular
from uls.nifti import nifti_header, perpendicular_header

__all__ = ["itk_information"]


def itk_information(path: Path) -> sitk.ImageFileReader:
    """Have SimpleITK read a header.

    Raises:
        InputError: it cannot, or the axes of a NIfTI file are not perpendicular.
    """
    try:
        return _information(path)
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1].strip()
        if "orthonormal" not in reason:
            raise InputError.about(
                path, expected="a readable image header", found=reason
            ) from error
    return _nearly_perpendicular(path)


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
    log_mended(path, off)
    return _header_alone(header)
