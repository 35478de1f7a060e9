"""A structure set's ROIs → masks on a scan's grid, and the clicks in them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clinic.contours.belonging import check_frames, first_header
from clinic.contours.document import Contour, Structure, StructureSet
from clinic.contours.polygons import RasterError, volume_of
from clinic.contours.rois import Roi, deepest_voxel
from clinic.scans.grid import Grid, Voxel
from clinic.scans.scan import Place
from uls.geometry.cropped import CroppedMask
from uls.workshop.errors import InputError

__all__ = ["structure_rois"]

_CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
_OUTSIDE = 0.5


def structure_rois(path: Path, found: StructureSet, place: Place) -> Iterator[Roi]:
    """Lay the ROIs of a structure set on a scan, one after the other.

    Raises:
        InputError: one lies outside the scan or in another frame of reference, has neither closed
            contours nor points, or contours that do not lie along the slices.
    """
    check_frames(path, [roi.frame_uid for roi in found.structures], first_header(place))
    for structure in found.structures:
        subject = f"{path}, ROI {structure.number}"
        closed = [c for c in structure.contours if c.kind in _CLOSED and len(c.points) >= 9]
        if closed:
            yield _of_contours(subject, structure, closed, place.grid)
        else:
            yield _of_point(subject, structure, place.grid)


def _of_contours(subject: str, roi: Structure, closed: Sequence[Contour], grid: Grid) -> Roi:
    polygons = [contour.points.reshape(-1, 3) for contour in closed]
    outside = _outside(np.concatenate(polygons), grid)
    if outside.all():
        raise _beyond(subject)
    try:
        mask = volume_of(polygons, grid)
    except RasterError as problem:
        raise InputError.about(
            subject, expected="contours along the scan's slices", found=str(problem)
        ) from problem
    n_left_out = len(roi.contours) - len(closed)
    warnings = []
    if n_left_out:
        warnings.append(f"{n_left_out} of {len(roi.contours)} contours left out: not closed")
    if outside.any():
        warnings.append("it reaches beyond the scan: that part is left out")
    if mask.voxels.size:
        return Roi(roi.number, roi.name, mask, deepest_voxel(mask, grid), tuple(warnings))
    warnings.append("it holds no voxel's centre: the click is at its middle")
    middle = max(polygons, key=len).mean(axis=0)
    return Roi(roi.number, roi.name, mask, nearest_voxel(subject, middle, grid), tuple(warnings))


def _of_point(subject: str, roi: Structure, grid: Grid) -> Roi:
    points = [c.points for c in roi.contours if c.kind == "POINT" and len(c.points) == 3]
    if len(points) != 1:
        raise InputError.about(
            subject,
            expected="closed contours, or one point",
            found=f"{len(points)} points" if points else "neither",
        )
    empty = CroppedMask(np.zeros((0, 0, 0), np.bool_), (0, 0, 0), grid.shape_zyx)
    return Roi(roi.number, roi.name, empty, nearest_voxel(subject, points[0], grid))


def nearest_voxel(subject: str, place_mm: Any, grid: Grid) -> Voxel:
    """Give the voxel (x, y, z) at a place.

    Raises:
        InputError: it lies outside the scan.
    """
    if _outside(np.asarray(place_mm).reshape(1, 3), grid).any():
        raise _beyond(subject)
    index = np.rint(grid.to_index(place_mm)).astype(int)
    x, y, z = np.clip(index, 0, np.array(grid.shape_zyx[::-1]) - 1).tolist()
    return x, y, z


def _outside(points_mm: npt.NDArray[np.float64], grid: Grid) -> npt.NDArray[np.bool_]:
    away = points_mm - np.asarray(grid.origin_mm)
    index = away @ grid.directions / np.asarray(grid.spacing_mm)
    far = np.array(grid.shape_zyx[::-1]) - 1 + _OUTSIDE
    beyond: npt.NDArray[np.bool_] = ((index < -_OUTSIDE) | (index > far)).any(axis=1)
    return beyond


def _beyond(subject: str) -> InputError:
    return InputError.about(subject, expected="places in the scan", found="places outside it")
