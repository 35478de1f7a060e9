"""Scans kept as DICOM files, one a slice: sorted by their places, and refused if one is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from training.prepare.case import DicomSeries
from uls.errors import InputError

__all__ = ["DicomHeader", "read_dicom_header", "read_dicom_series", "sorted_slices"]

_SERIES, _INSTANCE, _PATIENT, _MODALITY = "0020|000e", "0008|0018", "0010|0020", "0008|0060"
_POSITION, _ORIENTATION = "0020|0032", "0020|0037"
"""DICOM tags: Series Instance UID, SOP Instance UID, Patient ID, Modality, Image Position and
Orientation (Patient) (PS3.6)."""

_UNEVEN = 0.05
"""Part of the usual step between slices by which one may differ: positions are rounded."""

_TURN = 1e-3


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
    reader = _opened(path)
    tags = set(reader.GetMetaDataKeys())

    def text(tag: str) -> str:
        return str(reader.GetMetaData(tag)).strip("\0 ") if tag in tags else ""

    return DicomHeader(
        path=path,
        series=text(_SERIES),
        instance=text(_INSTANCE),
        patient=text(_PATIENT),
        modality=text(_MODALITY),
        position_mm=_numbers(path, text(_POSITION), 3),
        orientation=_numbers(path, text(_ORIENTATION), 6),
    )


def _opened(path: Path) -> sitk.ImageFileReader:
    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        found = "no file" if not path.exists() else "one that cannot be read"
        raise InputError.about(path, expected="a DICOM image", found=found) from error
    return reader


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


def sorted_slices(series: DicomSeries) -> list[DicomHeader]:
    """Return the headers of a series' slices, from the one whose place comes first.

    Raises:
        InputError: a file is no slice of it, or slices are missing, double, turned or uneven.
    """
    headers = [read_dicom_header(path) for path in series.files]
    first = headers[0]
    for header in headers:
        _check_of_one_series(header, first, series)
    across = _across(first)
    places = [float(np.dot(across, header.position_mm or ())) for header in headers]
    order = np.argsort(places, kind="stable")
    _check_even(np.asarray(places)[order], [headers[n].path for n in order])
    return [headers[n] for n in order]


def _check_of_one_series(header: DicomHeader, first: DicomHeader, series: DicomSeries) -> None:
    if header.series != series.uid:
        raise InputError.about(
            header.path,
            expected=f"a slice of the series {series.uid}",
            found=f"one of {header.series or 'no series'}",
            hint="Keep each series in a folder of its own.",
        )
    if header.position_mm is None or header.orientation is None:
        raise InputError.about(header.path, expected="its place in the patient", found="none")
    if np.abs(np.subtract(header.orientation, first.orientation or ())).max() > _TURN:
        raise InputError.about(
            header.path, expected=f"slices turned as {first.path.name}", found="another direction"
        )


def _across(header: DicomHeader) -> npt.NDArray[np.float64]:
    """Return the direction across the slices."""
    rows, columns = np.reshape(header.orientation or (), (2, 3))
    return np.cross(rows, columns)


def _check_even(places_mm: npt.NDArray[np.float64], paths: Sequence[Path]) -> None:
    """Refuse a series with a gap: the slices behind it would lie in the wrong place."""
    if len(places_mm) < 2:
        raise InputError.about(
            paths[0].parent, expected="several slices", found=f"{len(places_mm)}"
        )
    steps = np.diff(places_mm)
    usual = float(np.median(steps))
    off = np.flatnonzero(np.abs(steps - usual) > _UNEVEN * max(usual, 0.01))
    if usual <= 0 or off.size:
        at = int(off[0]) if off.size else 0
        raise InputError.about(
            paths[0].parent,
            expected=f"slices that lie {usual:g} mm apart",
            found=f"{steps[at]:g} mm between {paths[at].name} and {paths[at + 1].name}",
            hint="A slice is missing or double, or these are several series.",
        )


def read_dicom_series(series: DicomSeries) -> sitk.Image:
    """Read a scan in HU.

    Raises:
        InputError: what `sorted_slices` raises, or slices are of different sizes or damaged.
    """
    slices = sorted_slices(series)
    first = _pixels(slices[0].path)
    arrays = [sitk.GetArrayFromImage(first)[0]]
    for header in slices[1:]:
        one = _pixels(header.path)
        if one.GetSize() != first.GetSize() or one.GetSpacing()[:2] != first.GetSpacing()[:2]:
            raise InputError.about(
                header.path,
                expected=f"pixels as in {slices[0].path.name}",
                found=f"{one.GetSize()[:2]} of {one.GetSpacing()[:2]} mm",
            )
        arrays.append(sitk.GetArrayFromImage(one)[0])
    image = sitk.GetImageFromArray(np.stack(arrays))
    across = _across(slices[0])
    ends = [np.dot(across, header.position_mm or ()) for header in (slices[0], slices[-1])]
    step = float(ends[1] - ends[0]) / (len(slices) - 1)
    rows, columns = np.reshape(slices[0].orientation or (), (2, 3))
    image.SetSpacing((*first.GetSpacing()[:2], step))
    image.SetOrigin(slices[0].position_mm or ())
    image.SetDirection(np.stack([rows, columns, across], axis=1).ravel().tolist())
    return image


def _pixels(path: Path) -> sitk.Image:
    try:
        image = sitk.ReadImage(str(path), imageIO="GDCMImageIO")
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1].strip()
        raise InputError.about(path, expected="a readable DICOM image", found=reason) from error
    if image.GetDimension() != 3 or image.GetSize()[2] != 1:
        raise InputError.about(
            path, expected="one slice a file", found=f"{image.GetSize()} voxels (x, y, z)"
        )
    return image
