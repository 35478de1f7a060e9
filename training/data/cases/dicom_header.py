"""What one DICOM file of a series says of itself."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from uls.workshop.errors import InputError

__all__ = ["POSITION", "DicomHeader", "read_dicom_header", "read_tags"]

_SERIES, _INSTANCE, _PATIENT, _MODALITY = "0020|000e", "0008|0018", "0010|0020", "0008|0060"
POSITION, _ORIENTATION = "0020|0032", "0020|0037"
"""DICOM tags: Series Instance UID, SOP Instance UID, Patient ID, Modality, Image Position and
Orientation (Patient) (PS3.6)."""


@dataclass(frozen=True)
class DicomHeader:
    """What one file of a series says of itself.

    Attributes:
        path: the file.
        series: the UID of its series.
        instance: its own UID.
        patient: the patient's ID.
        modality: such as `CT`.
        position_mm: of its first pixel, (x, y, z); None where it does not say.
        orientation: directions of its rows and columns, six numbers; None where it does not say.
    """

    path: Path
    series: str
    instance: str
    patient: str
    modality: str
    position_mm: tuple[float, ...] | None
    orientation: tuple[float, ...] | None


def read_dicom_header(path: Path) -> DicomHeader:
    """Return a DICOM file's header.

    Raises:
        InputError: it is none, or its place is not told in numbers.
    """
    tags = read_tags(path)
    return DicomHeader(
        path=path,
        series=tags.get(_SERIES, ""),
        instance=tags.get(_INSTANCE, ""),
        patient=tags.get(_PATIENT, ""),
        modality=tags.get(_MODALITY, ""),
        position_mm=_numbers(path, tags.get(POSITION, ""), 3),
        orientation=_numbers(path, tags.get(_ORIENTATION, ""), 6),
    )


def read_tags(path: Path) -> dict[str, str]:
    """Return the tags of a DICOM file that are text, such as `0008|0060`, without their padding.

    Raises:
        InputError: it is none.
    """
    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        found = "no file" if not path.exists() else "one that cannot be read"
        raise InputError.about(path, expected="a DICOM image", found=found) from error
    return {tag: reader.GetMetaData(tag).strip("\0 ") for tag in reader.GetMetaDataKeys()}


def _numbers(path: Path, text: str, count: int) -> tuple[float, ...] | None:
    if not text:
        return None
    try:
        numbers = tuple(float(number) for number in text.split("\\"))
    except ValueError:
        numbers = ()
    if len(numbers) != count or not np.isfinite(numbers).all():
        raise InputError.about(path, expected=f"a place of {count} numbers", found=repr(text))
    return numbers
