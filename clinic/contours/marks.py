"""Graphics of a report or a presentation state → clicks, one for each lesion.

Of a lesion's graphics points are clicks as they are. Where it has none, closed contours give the
deepest voxel inside, circles and ellipses their centre, and lines (such as the two axes) the middle
of the longest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clinic.contours.belonging import first_header
from clinic.contours.document import Mark, MarkGroup, Marks
from clinic.contours.polygons import RasterError, volume_of
from clinic.contours.rois import deepest_voxel
from clinic.contours.structures import nearest_voxel
from clinic.dicom.header import Header
from clinic.scans.grid import Voxel
from clinic.scans.scan import Place
from uls.workshop.errors import InputError

__all__ = ["marked_voxels"]

_POINTS = ("POINT", "MULTIPOINT")
_LINES = ("POLYLINE", "POLYGON", "INTERPOLATED")
_AROUND = ("CIRCLE", "ELLIPSE", "ELLIPSOID")

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Placed:
    """A graphic in the scan: its points in mm, (n, 3)."""

    graphic: str
    points_mm: _Floats

    @property
    def is_closed(self) -> bool:
        """Whether it goes around something: it returns to its start, or has a corner too many."""
        if self.graphic not in _LINES or len(self.points_mm) < 4:
            return False
        ends_meet = np.allclose(self.points_mm[0], self.points_mm[-1], atol=1e-3)
        return self.graphic == "POLYGON" or bool(ends_meet)

    @property
    def length_mm(self) -> float:
        """The distance of its ends."""
        return float(np.linalg.norm(self.points_mm[-1] - self.points_mm[0]))


def marked_voxels(path: Path, found: Marks, place: Place) -> Iterator[tuple[str, Voxel]]:
    """Give the clicks of a report or a presentation state: a name by number, and a voxel (x, y, z).

    Raises:
        InputError: all graphics are on other images or in another frame of reference than the
            scan's, or one lies outside the scan.
    """
    header = first_header(place)
    slice_of = {one.sop_instance_uid: z for z, one in enumerate(place.slices)}
    n_left_out = 0
    n_found = 0
    for group in found.groups:
        placed = [_placed(mark, place, header, slice_of) for mark in group.marks]
        usable = [one for one in placed if one is not None]
        n_left_out += not usable
        for name, voxel in _clicks(f"{path}, mark {group.number}", group, usable, place):
            n_found += 1
            yield name, voxel
    if not n_found:
        raise InputError.about(
            path,
            expected="points, lines or contours on the scan's own slices, or in its frame of "
            "reference",
            found=f"{n_left_out} lesions that are elsewhere" if n_left_out else "none",
            hint="Choose the series that it was made on; a report without coordinates comes with "
            "a segmentation, which --clicks takes, too.",
        )


def _placed(
    mark: Mark, place: Place, header: Header | None, slice_of: dict[str, int]
) -> _Placed | None:
    """Give a graphic's points in mm; None where it is not on the scan, or of no use."""
    if not mark.images and mark.frame_uid:
        own = header is None or header.text("FrameOfReferenceUID") == mark.frame_uid.strip()
        if not own or len(mark.points) % 3 or not len(mark.points):
            return None
        return _Placed(mark.graphic, mark.points.reshape(-1, 3))
    on = [slice_of[uid] for uid in mark.images if uid in slice_of]
    if not on or len(mark.points) % 2 or not len(mark.points):
        return None
    x, y = (mark.points.reshape(-1, 2) - 0.5).T  # 0.5 is the middle of the first pixel
    indices = np.stack([x, y, np.full_like(x, on[0])], axis=1)
    return _Placed(mark.graphic, np.array([place.grid.to_mm(index) for index in indices]))


def _clicks(
    subject: str, group: MarkGroup, placed: Sequence[_Placed], place: Place
) -> Iterator[tuple[str, Voxel]]:
    points = [point for one in placed if one.graphic in _POINTS for point in one.points_mm]
    for n, point in enumerate(points, 1):
        name = f"mark {group.number}" + (f".{n}" if len(points) > 1 else "")
        yield name, nearest_voxel(subject, point, place.grid)
    if not points and (middle := _middle(subject, placed, place)) is not None:
        yield f"mark {group.number}", middle


def _middle(subject: str, placed: Sequence[_Placed], place: Place) -> Voxel | None:
    """Give the one click of graphics without a point; None where there are none of use."""
    closed = [one.points_mm for one in placed if one.is_closed]
    if closed:
        try:
            mask = volume_of(closed, place.grid)
        except RasterError as problem:
            raise InputError.about(
                subject, expected="contours along the scan's slices", found=str(problem)
            ) from problem
        if mask.voxels.size:
            return deepest_voxel(mask, place.grid)
        return nearest_voxel(subject, closed[0].mean(axis=0), place.grid)
    around = [one for one in placed if one.graphic in _AROUND]
    if around:
        first = around[0]
        at = first.points_mm[0] if first.graphic == "CIRCLE" else first.points_mm.mean(axis=0)
        return nearest_voxel(subject, at, place.grid)
    lines = [one for one in placed if one.graphic in _LINES]
    if not lines:
        return None
    longest = max(lines, key=lambda one: one.length_mm)
    return nearest_voxel(subject, longest.points_mm[[0, -1]].mean(axis=0), place.grid)
