"""Scans and masks read from files, oriented to RAS, with HU as whole numbers."""

import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from uls.errors import InputError

__all__ = [
    "back_to",
    "check_same_grid",
    "hu_array",
    "image_like",
    "label_array",
    "oriented",
    "read_image",
]

_TURN_TOLERANCE = 1e-3
_VOXEL_TOLERANCE = 0.1
"""By how much direction cosines, and places in voxels, may differ: NIfTI holds single floats."""

_LOWEST_HU, _HIGHEST_HU = -32767, 32767
"""Of int16, with room below for the padding, which is the scan's minimum minus one."""


def read_image(path: Path) -> sitk.Image:
    """Read an image of 3 dimensions; one that lies alone in a `.zip` is unpacked on the way.

    Raises:
        InputError: the file is missing, damaged, or has other than 3 dimensions.
    """
    if path.suffix.lower() == ".zip":
        return _read_zipped(path)
    try:
        image = sitk.ReadImage(str(path))
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1].strip()
        raise InputError.about(path, expected="a readable image", found=reason) from error
    if image.GetDimension() != 3 or image.GetNumberOfComponentsPerPixel() != 1:
        found = f"{image.GetDimension()} of {image.GetNumberOfComponentsPerPixel()} values"
        raise InputError.about(path, expected="3 dimensions of one value a voxel", found=found)
    return image


def _read_zipped(path: Path) -> sitk.Image:
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
            names = [n for n in archive.namelist() if not n.endswith("/") and "__MACOSX" not in n]
            if len(names) != 1:
                raise InputError.about(path, expected="one image in it", found=f"{len(names)}")
            return read_image(Path(archive.extract(names[0], folder)))
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError.about(path, expected="a readable zip file", found=str(error)) from error


def oriented(image: sitk.Image) -> sitk.Image:
    """Turn an image so that x grows to the right, y to the front and z to the head (RAS).

    Axes are exchanged and reversed; nothing is resampled.
    """
    turned: sitk.Image = sitk.DICOMOrient(image, "RAS")
    return turned


def back_to(image: sitk.Image, like: sitk.Image) -> sitk.Image:
    """Turn an image as another one is turned: undoes `oriented`."""
    direction = like.GetDirection()
    axes = sitk.DICOMOrientImageFilter.GetOrientationFromDirectionCosines(direction)
    turned: sitk.Image = sitk.DICOMOrient(image, axes)
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
    if mask.GetSize() != image.GetSize():
        raise InputError.about(
            mask_path,
            expected=f"its image's {image.GetSize()} voxels (x, y, z)",
            found=f"{mask.GetSize()}",
        )
    if not (trust_grid or _in_one_place(image, mask)):
        raise InputError.about(
            mask_path,
            expected="its image's spacing, origin and direction",
            found=f"{_geometry(mask)} instead of {_geometry(image)}",
            hint="If you know that voxel lies on voxel all the same, say --trust-grid.",
        )
    mask.CopyInformation(image)
    return mask


def _in_one_place(a: sitk.Image, b: sitk.Image) -> bool:
    """Compare geometries; distances are judged in voxels, so that large scans have no harder time.

    A spacing that differs moves the last voxel by as much as all steps together.
    """
    spacing = np.array(a.GetSpacing())
    turned = np.abs(np.subtract(a.GetDirection(), b.GetDirection())).max()
    drift = np.abs(np.subtract(b.GetSpacing(), spacing)) / spacing * np.array(a.GetSize())
    moved = np.abs(np.subtract(a.GetOrigin(), b.GetOrigin())) / spacing.min()
    return bool(turned < _TURN_TOLERANCE and max(drift.max(), moved.max()) < _VOXEL_TOLERANCE)


def _geometry(image: sitk.Image) -> str:
    def text(values: tuple[float, ...]) -> str:
        return "(" + ", ".join(f"{value:.4g}" for value in values) + ")"

    return (
        f"spacing {text(image.GetSpacing())}, origin {text(image.GetOrigin())}, "
        f"direction {text(image.GetDirection())}"
    )


def hu_array(image: sitk.Image, subject: object) -> npt.NDArray[np.int16]:
    """Give a scan's HU as whole numbers, (z, y, x).

    Raises:
        InputError: values that are not finite, or beyond what int16 holds.
    """
    values = sitk.GetArrayFromImage(image)
    if values.dtype.kind == "f":
        if not np.isfinite(values).all():
            raise InputError.about(f"{subject}", expected="finite HU", found="NaN or infinity")
        values = np.rint(values)
    lowest, highest = float(values.min()), float(values.max())
    if lowest < _LOWEST_HU or highest > _HIGHEST_HU:
        raise InputError.about(
            f"{subject}",
            expected=f"HU from {_LOWEST_HU} to {_HIGHEST_HU}",
            found=f"{lowest:g} to {highest:g}",
            hint="Is it a CT in Hounsfield units?",
        )
    return np.ascontiguousarray(values, dtype=np.int16)


def label_array(image: sitk.Image, path: Path) -> npt.NDArray[np.int32]:
    """Give a mask's values, (z, y, x).

    Raises:
        InputError: values that are not whole, or negative.
    """
    values = sitk.GetArrayFromImage(image)
    whole = values.astype(np.int32)
    if values.dtype.kind == "f" and not np.array_equal(whole, values):
        raise InputError.about(path, expected="a mask of whole numbers", found="fractions in it")
    if whole.min() < 0:
        raise InputError.about(path, expected="values from 0", found=f"{whole.min()}")
    return whole
