"""Scans kept as DICOM files, one a slice: sorted by their places, and refused if one is missing."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from training.data.cases.dicom_header import DicomHeader, read_dicom_header
from training.data.cases.series import DicomSeries
from uls.images.grid import check_grid
from uls.workshop.errors import InputError

__all__ = ["read_dicom_series", "sorted_slices"]

_UNEVEN = 0.05
"""Part of the usual step between slices by which one may differ: positions are rounded."""

_TURN = 1e-3
_ASIDE_MM = 1.0


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
    _check_upright(headers, across)
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


def _check_upright(headers: Sequence[DicomHeader], across: npt.NDArray[np.float64]) -> None:
    """Refuse slices that do not lie above one another: a tilted gantry makes no box of voxels."""
    for header in headers[1:]:
        shift = np.subtract(header.position_mm or (), headers[0].position_mm or ())
        aside = float(np.linalg.norm(shift - across * np.dot(across, shift)))
        if aside > _ASIDE_MM:
            raise InputError.about(
                header.path,
                expected=f"a slice above {headers[0].path.name}",
                found=f"one {aside:g} mm aside",
                hint="Was the gantry tilted? Resample the series to upright slices first.",
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
    spacing = (*first.GetSpacing()[:2], step)
    direction = tuple(np.stack([rows, columns, across], axis=1).ravel().tolist())
    image.SetSpacing(spacing)
    image.SetOrigin(slices[0].position_mm or ())
    image.SetDirection(check_grid(spacing, direction, series.folder))
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
