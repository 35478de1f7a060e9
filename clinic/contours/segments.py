"""A segmentation's segments → masks on a scan's grid, and the clicks in them.

On the scan's own grid the voxels are the segmentation's; on another one of the same frame of
reference each of the scan's voxels takes the nearest of the segmentation's.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clinic.contours.belonging import check_frames, first_header
from clinic.contours.document import Named, Segmentation
from clinic.contours.rois import Roi, deepest_voxel
from clinic.scans.grid import Grid
from clinic.scans.scan import Place
from uls.geometry.cropped import CroppedMask, cropped
from uls.workshop.errors import InputError

__all__ = ["segment_rois"]

_OFF_STEP = 0.05
_MOST_VOXELS = 1 << 30
_Bits = npt.NDArray[np.bool_]


def segment_rois(path: Path, found: Segmentation, place: Place) -> Iterator[Roi]:
    """Lay the segments of a segmentation on a scan, one after the other.

    Raises:
        InputError: a segment is empty or outside the scan, or the segmentation is cut short, in
            another frame of reference, or has frames at uneven places.
    """
    check_frames(path, [found.frame_uid], first_header(place))
    for segment in found.segments:
        subject = f"{path}, segment {segment.number}"
        mask = _on_scan(_own_mask(path, subject, found, segment), place.grid)
        if not mask.voxels.size:
            raise InputError.about(
                subject, expected="voxels in the scan", found="that it is empty, or outside it"
            )
        yield Roi(segment.number, segment.name, mask, deepest_voxel(mask, place.grid))


def _own_mask(
    path: Path, subject: str, found: Segmentation, segment: Named
) -> tuple[_Bits, Grid] | None:
    """Give a segment on the grid of its own frames; None where it has none."""
    numbers = [n for n, f in enumerate(found.frames) if f.segment in (0, segment.number)]
    if not numbers:
        return None
    places = np.array([found.frames[n].position for n in numbers])
    right, down = np.array(found.orientation[:3]), np.array(found.orientation[3:])
    along = places @ np.cross(right, down)
    indices, step_mm = _steps(subject, along, found.slice_mm)
    shape = (int(indices.max()) + 1, found.rows, found.columns)
    if np.prod(shape, dtype=float) > _MOST_VOXELS:
        raise InputError.about(subject, expected=f"at most {_MOST_VOXELS:,} voxels", found="more")
    grid = Grid.checked(
        subject,
        shape,
        (found.column_mm, found.row_mm, step_mm),
        places[int(np.argmin(along))],
        np.stack([right, down, np.cross(right, down)], axis=1),
    )
    voxels = np.zeros(shape, np.bool_)
    for number, index in zip(numbers, indices, strict=True):
        voxels[index] |= _frame(path, found, number, segment.number)
    return voxels, grid


def _steps(subject: str, along: Any, slice_mm: float) -> tuple[Any, float]:
    """Give the number of the slice that each frame is, and the distance of slices."""
    distinct = np.unique(np.round(along, 3))
    step_mm = float(np.diff(distinct).min()) if len(distinct) > 1 else slice_mm or 1.0
    if slice_mm and len(distinct) > 1 and abs(step_mm / slice_mm - 1) < _OFF_STEP:
        step_mm = slice_mm  # as it is told, where differences only round it
    exact = (along - along.min()) / step_mm
    if abs(exact - np.rint(exact)).max() > 2 * _OFF_STEP or exact.max() > 1 << 14:
        raise InputError.about(
            subject, expected="frames at even distances", found="frames at uneven ones"
        )
    return np.rint(exact).astype(int), step_mm


def _frame(path: Path, found: Segmentation, number: int, segment: int) -> _Bits:
    """Read the voxels of a segment in one frame, from the file.

    Raises:
        InputError: the file ends before.
    """
    n = found.rows * found.columns
    first_bit, bits = number * n * found.bits, n * found.bits
    begin, stop = first_bit // 8, -(-(first_bit + bits) // 8)
    with path.open("rb") as file:
        file.seek(found.pixels_at + begin)
        raw = np.frombuffer(file.read(min(stop, found.pixels_bytes) - begin), np.uint8)
    if len(raw) < stop - begin:
        raise InputError.about(path, expected="all frames that it tells of", found="fewer")
    if found.bits == 1:
        start = first_bit - 8 * begin
        flat = np.unpackbits(raw, bitorder="little")[start : start + n].view(np.bool_)
    else:
        values = raw.view("<u2") if found.bits == 16 else raw
        least = (found.most + 1) // 2
        flat = values == segment if found.encoding == "LABELMAP" else values >= least
    return flat.reshape(found.rows, found.columns)


def _on_scan(own: tuple[_Bits, Grid] | None, grid: Grid) -> CroppedMask:
    """Lay a mask on the scan's grid: each voxel takes the nearest one of the mask's grid."""
    empty = CroppedMask(np.zeros((0, 0, 0), np.bool_), (0, 0, 0), grid.shape_zyx)
    if own is None or not own[0].any():
        return empty
    part, mask_grid = cropped(own[0]), own[1]
    first = np.array(part.corner_zyx)[::-1] - 0.5
    last = first + part.voxels.shape[::-1]
    corners = [mask_grid.to_mm(np.where(pick, last, first)) for pick in np.ndindex(2, 2, 2)]
    index = np.array([grid.to_index(corner) for corner in corners])[:, ::-1]
    low = np.clip(np.floor(index.min(axis=0)).astype(int), 0, grid.shape_zyx)
    high = np.clip(np.ceil(index.max(axis=0)).astype(int) + 1, 0, grid.shape_zyx)
    if (low >= high).any():
        return empty
    box = np.zeros(high - low, np.bool_)
    y, x = np.mgrid[low[1] : high[1], low[2] : high[2]]
    for z in range(low[0], high[0]):
        box[z - low[0]] = _nearest(part, mask_grid, grid, (z, y, x))
    found = cropped(box)
    if not found.voxels.size:
        return empty
    z, y, x = (int(a + b) for a, b in zip(found.corner_zyx, low, strict=True))
    return CroppedMask(found.voxels, (z, y, x), grid.shape_zyx)


def _nearest(part: CroppedMask, own: Grid, grid: Grid, zyx: Any) -> _Bits:
    """Look up the voxels of a slice of the scan in a mask on another grid."""
    z, y, x = zyx
    index = np.stack([x, y, np.full_like(x, z)], axis=-1) * np.asarray(grid.spacing_mm)
    away = index @ grid.directions.T + np.asarray(grid.origin_mm) - np.asarray(own.origin_mm)
    there = np.rint(np.round(away @ own.directions / np.asarray(own.spacing_mm), 3)).astype(int)
    at = there[..., ::-1] - np.array(part.corner_zyx)
    valid = ((at >= 0) & (at < part.voxels.shape)).all(axis=-1)
    voxels = np.zeros(x.shape, np.bool_)
    voxels[valid] = part.voxels[tuple(at[valid].T)]
    return voxels
