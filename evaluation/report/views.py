"""Three planes through a click, ready to be drawn: slices, masks' outlines and sizes in mm.

numpy only; knows no files and no matplotlib. Volumes are (z, y, x), spacings (x, y, z) in mm.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from uls.geometry.voi import CLICK_ZYX, Spacing

__all__ = ["View", "Window", "choose_window", "outline", "view_of"]

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Window:
    """The HU that are shown from black to white."""

    name: str
    centre: float
    width: float

    @property
    def limits(self) -> tuple[float, float]:
        """Black and white in HU."""
        return self.centre - self.width / 2, self.centre + self.width / 2


LUNG = Window("lung", -500.0, 1500.0)
SOFT_TISSUE = Window("soft tissue", 50.0, 350.0)
BONE = Window("bone", 400.0, 1800.0)

_LUNG_BELOW_HU, _BONE_ABOVE_HU = -350.0, 250.0

_ROOM = 1.8
"""A view is this many times as wide as what is outlined in it."""

_SMALLEST_VIEW_MM = 60.0


@dataclass(frozen=True)
class Slice:
    """One plane through the click. Row 0 is at the top if `rows_down`, else at the bottom.

    Lengths are in mm from the outer corner of voxel (0, 0), so voxel i begins at i times its size.
    """

    plane: str
    hu: npt.NDArray[Any]
    prediction: Mask
    reference: Mask | None
    voxel_mm: tuple[float, float]
    click_mm: tuple[float, float]
    centre_mm: tuple[float, float]
    rows_down: bool


@dataclass(frozen=True)
class View:
    """One VOI's three planes, the window they are shown in, and how wide the close view is."""

    slices: tuple[Slice, Slice, Slice]
    window: Window
    side_mm: float


def view_of(
    voi_hu: npt.NDArray[Any], prediction: Mask, reference: Mask | None, spacing: Spacing
) -> View:
    """Cut the axial, coronal and sagittal planes through the click.

    Args:
        voi_hu: (128, 256, 256), HU.
        prediction: the predicted mask, of the same shape; may be empty.
        reference: the reference mask, or None where there is none.
        spacing: voxel spacing (x, y, z), mm.
    """
    steps = np.asarray(spacing[::-1])
    low, high = _extent(prediction, reference)
    centre = (low + high) / 2 * steps
    side = _side_mm(
        ((high - low) * steps).max(), largest=float((np.asarray(voi_hu.shape) * steps)[1:].min())
    )
    z, y, x = CLICK_ZYX

    def cut(plane: str, index: tuple[Any, ...], rows: int, columns: int) -> Slice:
        click = (np.asarray(CLICK_ZYX) + 0.5) * steps
        return Slice(
            plane=plane,
            hu=voi_hu[index],
            prediction=prediction[index],
            reference=None if reference is None else reference[index],
            voxel_mm=(float(steps[rows]), float(steps[columns])),
            click_mm=(float(click[rows]), float(click[columns])),
            centre_mm=(float(centre[rows]), float(centre[columns])),
            rows_down=rows == 1,
        )

    everything = slice(None)
    slices = (
        cut("axial", (z, everything, everything), 1, 2),
        cut("coronal", (everything, y, everything), 0, 2),
        cut("sagittal", (everything, everything, x), 0, 1),
    )
    return View(slices, choose_window(voi_hu, side_mm=side, spacing=spacing), side)


def _side_mm(lesion_mm: float, *, largest: float) -> float:
    """Say how wide the close view is: with room around the lesion, no wider than the VOI."""
    return float(min(max(_SMALLEST_VIEW_MM, _ROOM * lesion_mm), largest))


def _extent(
    prediction: Mask, reference: Mask | None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Give the box (z, y, x) in voxel edges that holds the click and both masks."""
    low, high = np.asarray(CLICK_ZYX, float), np.asarray(CLICK_ZYX, float) + 1
    for mask in (prediction, reference):
        if mask is None or not mask.any():
            continue
        for axis in range(3):
            others = tuple(other for other in range(3) if other != axis)
            inside = np.flatnonzero(mask.any(axis=others))
            low[axis] = min(low[axis], inside[0])
            high[axis] = max(high[axis], inside[-1] + 1)
    return low, high


def choose_window(voi_hu: npt.NDArray[Any], *, side_mm: float, spacing: Spacing) -> Window:
    """Choose the window by the mean HU of a cube around the click, padding left out.

    The cube is `side_mm` wide. Padding is what equals the VOI's minimum: the scan's, less one.
    """
    reach = [max(1, round(side_mm / 2 / step)) for step in spacing[::-1]]
    cube = voi_hu[
        tuple(slice(max(0, c - r), c + r + 1) for c, r in zip(CLICK_ZYX, reach, strict=True))
    ]
    tissue = cube[cube > voi_hu.min()]
    mean = float(tissue.mean()) if tissue.size else 0.0
    if mean < _LUNG_BELOW_HU:
        return LUNG
    return BONE if mean > _BONE_ABOVE_HU else SOFT_TISSUE


def outline(mask: Mask, voxel_mm: tuple[float, float]) -> npt.NDArray[np.float64]:
    """Give the outline of a 2-D mask along its voxels' edges.

    Args:
        mask: (rows, columns).
        voxel_mm: height and width of a voxel.

    Returns:
        Line segments, (n, 2, 2): per segment two points (horizontal, vertical) in mm. What lies
        outside the array counts as background. An empty mask gives (0, 2, 2).
    """
    padded = np.pad(mask.astype(np.int8), 1)
    rows, columns = np.nonzero(np.diff(padded, axis=0)[:, 1:-1])
    level = np.stack([[columns, rows], [columns + 1, rows]])
    rows, columns = np.nonzero(np.diff(padded, axis=1)[1:-1])
    upright = np.stack([[columns, rows], [columns, rows + 1]])
    segments = np.concatenate([level, upright], axis=2).transpose(2, 0, 1)
    in_mm: npt.NDArray[np.float64] = segments * np.asarray(voxel_mm[::-1])
    return in_mm
