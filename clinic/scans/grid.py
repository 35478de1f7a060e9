"""Where a scan's voxels lie in the patient: the grid, its checks, and turning it to axial."""

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from uls.geometry.voi import SPACING_LIMITS_MM, Spacing, is_plausible_spacing
from uls.images.grid import TURN_TOLERANCE, Geometry, nearest_perpendicular, off_perpendicular
from uls.workshop.errors import InputError

__all__ = ["Axial", "Grid", "Matrix", "Point", "Voxel"]

Point = tuple[float, float, float]
"""A place (x, y, z): in mm (DICOM's LPS: to the left, to the back, to the head), or in voxels."""

Voxel = tuple[int, int, int]

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Grid:
    """A checked grid: voxel (0, 0, 0) lies with its centre at the origin.

    Attributes:
        shape_zyx: voxels along the array's axes.
        spacing_mm: between voxel centres along (x, y, z), the order of indices from here on.
        origin_mm: the first voxel's centre, LPS.
        directions: 3×3; column i is the unit vector (LPS) along which index i grows.
    """

    shape_zyx: Voxel
    spacing_mm: Spacing
    origin_mm: Point
    directions: Matrix

    @classmethod
    def checked(
        cls, subject: str, shape_zyx: Voxel, spacing: Any, origin: Any, directions: Any
    ) -> "Grid":
        """Make a grid of numbers that a file holds.

        Args:
            subject: what it is the grid of, for the error.
            shape_zyx: voxels along (z, y, x).
            spacing: three numbers, (x, y, z), mm.
            origin: three numbers, LPS, mm.
            directions: nine numbers, one axis' direction a column.

        Raises:
            InputError: numbers that are none, spacings that no CT has, axes not at right angles.
        """
        turn = np.asarray(directions, dtype=np.float64).reshape(3, 3)
        x_mm, y_mm, z_mm = (float(step) for step in spacing)
        x, y, z = (float(place) for place in origin)
        if not all(map(is_plausible_spacing, (x_mm, y_mm, z_mm))):
            least, most = SPACING_LIMITS_MM
            raise InputError.about(
                subject,
                expected=f"voxels of {least:g} to {most:g} mm",
                found=f"{x_mm:g} × {y_mm:g} × {z_mm:g} mm (x, y, z)",
            )
        if not (np.isfinite(turn).all() and np.isfinite([x, y, z]).all()):
            raise InputError.about(
                subject, expected="a place and directions that are numbers", found="NaN or infinity"
            )
        if off_perpendicular(turn) > TURN_TOLERANCE:
            raise InputError.about(
                subject,
                expected="axes at right angles",
                found="sheared ones, as of a tilted gantry",
                hint="Resample the scan to a right-angled grid first.",
            )
        return cls(
            shape_zyx,
            (x_mm, y_mm, z_mm),
            (x, y, z),
            np.asarray(nearest_perpendicular(turn), dtype=np.float64),
        )

    @classmethod
    def of(cls, subject: str, geometry: Geometry) -> "Grid":
        """Give the grid of an image file."""
        x, y, z = geometry.size_xyz
        spacing, origin = geometry.spacing_xyz, geometry.origin_xyz
        return cls.checked(subject, (z, y, x), spacing, origin, geometry.direction)

    @cached_property
    def _steps(self) -> Matrix:
        steps: Matrix = self.directions * np.asarray(self.spacing_mm)
        return steps

    @property
    def voxel_mm3(self) -> float:
        """Volume of a voxel."""
        return math.prod(self.spacing_mm)

    def to_mm(self, index_xyz: Any) -> Point:
        """Give the place, LPS in mm, of a place in voxels (x, y, z), whole or not."""
        x, y, z = (self._steps @ np.asarray(index_xyz, float) + self.origin_mm).tolist()
        return x, y, z

    def to_index(self, place_mm: Any) -> Point:
        """Give the place in voxels (x, y, z), not rounded, of one in mm, LPS."""
        away = np.asarray(place_mm, float) - np.asarray(self.origin_mm)
        x, y, z = (self.directions.T @ away / np.asarray(self.spacing_mm)).tolist()
        return x, y, z

    def copied_to(self, image: sitk.Image) -> sitk.Image:
        """Lay an image of the grid's size where the grid lies; returns it."""
        image.SetSpacing(self.spacing_mm)
        image.SetOrigin(self.origin_mm)
        image.SetDirection(self.directions.ravel().tolist())
        return image

    @cached_property
    def axial(self) -> "Axial":
        """Say how the array is turned so that its slices are axial."""
        return Axial.of(self)


@dataclass(frozen=True)
class Axial:
    """How arrays of a grid are turned to axial slices: axes exchanged, some reversed.

    A scan whose slices are axial stays as it is stored, so that a VOI cut from it is the one that
    anybody cuts from the file. Any other is turned to DICOM's order: x to the left, y to the back,
    z to the head.

    Attributes:
        order: array axis of the scan that becomes axis 0, 1, 2 (z, y, x).
        reversed_axes: of the turned array, those along which it runs the other way.
        shape_zyx: of the scan as it is stored.
        spacing_mm: of the turned array, along (x, y, z).
    """

    order: Voxel
    reversed_axes: tuple[int, ...]
    shape_zyx: Voxel
    spacing_mm: Spacing

    @classmethod
    def of(cls, grid: Grid) -> "Axial":
        """Find the axes of a grid that come nearest to the patient's."""
        along_lps = grid.directions[::-1, ::-1]  # rows z, y, x of the patient; columns likewise
        fits = {p: sum(abs(along_lps[row, p[row]]) for row in range(3)) for p in _ORDERS}
        order = max(fits, key=lambda p: (fits[p], p == (0, 1, 2)))
        stored = order[0] == 0
        if stored:
            order = (0, 1, 2)
        backwards = (
            () if stored else tuple(row for row in range(3) if along_lps[row, order[row]] < 0)
        )
        z_mm, y_mm, x_mm = (grid.spacing_mm[::-1][axis] for axis in order)
        return cls(order, backwards, grid.shape_zyx, (x_mm, y_mm, z_mm))

    def view(self, stored: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Give the turned view of an array on the scan's grid; what is written to it stays."""
        return np.flip(stored.transpose(self.order), self.reversed_axes)

    def index(self, stored_zyx: Voxel) -> Voxel:
        """Give the index in the turned array of a voxel of the scan."""
        z, y, x = (round(at) for at in self.turned(stored_zyx))
        return z, y, x

    def turned(self, stored_zyx: Any) -> Point:
        """Give the place in the turned array of one in the scan's array (z, y, x), whole or not."""
        z, y, x = (
            float(self.shape_zyx[axis] - 1 - stored_zyx[axis])
            if row in self.reversed_axes
            else float(stored_zyx[axis])
            for row, axis in enumerate(self.order)
        )
        return z, y, x

    def stored(self, turned_zyx: Any) -> Point:
        """Give the place in the scan's array (z, y, x) of one in the turned array, whole or not."""
        place = [0.0, 0.0, 0.0]
        for row, axis in enumerate(self.order):
            at = float(turned_zyx[row])
            place[axis] = self.shape_zyx[axis] - 1 - at if row in self.reversed_axes else at
        return place[0], place[1], place[2]


_ORDERS: tuple[Voxel, ...] = tuple(permutations((0, 1, 2)))  # type: ignore[arg-type]
