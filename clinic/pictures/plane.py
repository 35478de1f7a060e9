"""A square of an axial slice as radiologists see it: the patient's right is left, front on top."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clinic.lesions.border_axes import outline
from clinic.scans.grid import Grid, Point
from clinic.scans.scan import Scan

__all__ = ["Plane"]

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Plane:
    """Where a square picture lies in an axial slice of a scan.

    Attributes:
        scan: the scan.
        slice_z: of its array turned to axial slices.
        middle_yx: the picture's middle, in voxels of that slice.
        side_mm: the length of its sides.
        side_px: the same in pixels.
    """

    scan: Scan
    slice_z: int
    middle_yx: tuple[float, float]
    side_mm: float
    side_px: int

    @property
    def _step(self) -> _Floats:
        x_mm, y_mm, _ = self.scan.grid.axial.spacing_mm
        return np.array([y_mm, x_mm])

    def hu(self) -> _Floats:
        """Give the picture's HU, (rows, columns), interpolated; NaN beyond the scan."""
        right, down = _screen_axes(self.scan.grid)
        at = (np.arange(self.side_px) - (self.side_px - 1) / 2) * self.side_mm / self.side_px
        mm = at[None, :, None] * right + at[:, None, None] * down
        yx = mm / self._step + np.array(self.middle_yx)
        return _sampled(self.scan.grid.axial.view(self.scan.hu)[self.slice_z], yx)

    def to_px(self, yx: Any) -> _Floats:
        """Give the place in the picture, (right, down), of places (…, (y, x)) in the slice."""
        right, down = _screen_axes(self.scan.grid)
        mm = (np.asarray(yx, float) - np.array(self.middle_yx)) * self._step
        px = np.stack([mm @ right, mm @ down], axis=-1) * self.side_px / self.side_mm
        placed: _Floats = px + (self.side_px - 1) / 2
        return placed

    def ends_px(self, ends_xyz: tuple[Point, Point]) -> _Floats:
        """Give the ends in the picture of a line in voxels of the scan."""
        return self.to_px([self._turned_yx(end) for end in ends_xyz])

    def middle_of(self, ends_xyz: tuple[Point, Point]) -> tuple[float, float]:
        """Give the middle, (y, x) in the slice, of a line in voxels of the scan."""
        (y0, x0), (y1, x1) = (self._turned_yx(end) for end in ends_xyz)
        return (y0 + y1) / 2, (x0 + x1) / 2

    def _turned_yx(self, place_xyz: Point) -> tuple[float, float]:
        _, y, x = self.scan.grid.axial.turned(place_xyz[::-1])
        return y, x

    def outline_px(self, mask_slice: npt.NDArray[np.bool_], corner_yx: Any) -> _Floats:
        """Give the pieces of a mask's outline in the picture: (n, 2 ends, (right, down))."""
        return self.to_px(outline(mask_slice) + np.asarray(corner_yx, float))


def _screen_axes(grid: Grid) -> tuple[_Floats, _Floats]:
    """Give the directions in a turned slice, (y, x), that are right and down on the screen.

    Right is to the patient's left, down to the back: whichever of the slice's axes comes nearest.
    """
    axial = grid.axial
    y_lps, x_lps = (
        grid.directions[:, 2 - axial.order[row]] * (-1 if row in axial.reversed_axes else 1)
        for row in (1, 2)
    )
    y_axis, x_axis = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    if abs(x_lps[0]) >= abs(y_lps[0]):
        return np.sign(x_lps[0]) * x_axis, np.sign(y_lps[1]) * y_axis
    return np.sign(y_lps[0]) * y_axis, np.sign(x_lps[1]) * x_axis


def _sampled(image: npt.NDArray[Any], yx: _Floats) -> _Floats:
    """Sample an image at places (…, (y, x)), linearly; NaN beyond its pixels."""
    last = np.array(image.shape) - 1
    inside = ((yx > -0.5) & (yx < last + 0.5)).all(axis=-1)
    clipped = np.clip(yx, 0, last)
    low = np.minimum(clipped.astype(np.intp), np.maximum(last - 1, 0))
    part = clipped - low
    high = np.minimum(low + 1, last)
    (y0, x0), (y1, x1) = np.moveaxis(low, -1, 0), np.moveaxis(high, -1, 0)
    down, right = np.moveaxis(part, -1, 0)
    top = image[y0, x0] * (1 - right) + image[y0, x1] * right
    bottom = image[y1, x0] * (1 - right) + image[y1, x1] * right
    values: _Floats = np.where(inside, top * (1 - down) + bottom * down, np.nan)
    return values
