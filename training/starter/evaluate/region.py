"""The part of a VOI that classical methods look at: around the click, and no finer than needed."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from uls.geometry.lesion import bounding_box, clicked
from uls.geometry.voi import CLICK_ZYX, Spacing

__all__ = ["Region", "around_click", "opened"]

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]

_REACH_MM = 65.0
"""How far around the click is looked where a VOI holds too much of a scan to look at all of it."""

_MOST_VOXELS = 4_000_000
"""A VOI with more voxels of the scan is limited to `_REACH_MM`; smaller crops are seen whole."""

_COARSE_VOXELS = 800_000
"""A region with more voxels is looked at with every second pixel of a slice."""

_SMOOTHING_MM = 0.8
"""Standard deviation of the Gaussian before anything is grown."""

_HU_RANGE = (-1000.0, 500.0)
"""What lies beyond is no soft tissue and no lung: how far beyond says nothing about a lesion."""


@dataclass(frozen=True, eq=False)
class Region:
    """A part of a VOI.

    Attributes:
        hu: smoothed, limited to `_HU_RANGE`, (z, y, x).
        click: in it, (z, y, x).
        spacing_mm: of it, along (x, y, z).
        clicked_hu: the median of the 3x3x3 voxels around the click.
        box: where it lies in the VOI.
        every: 1, or 2 for every second row and column of the box.
    """

    hu: Floats
    click: tuple[int, int, int]
    spacing_mm: Spacing
    clicked_hu: float
    box: tuple[slice, slice, slice]
    every: int

    @property
    def image(self) -> sitk.Image:
        """The HU as an image with its spacing."""
        return _image(self.hu, self.spacing_mm)

    def lesion(self, mask: Mask) -> Mask:
        """Give a mask of the region as the VOI's: its clicked component, without holes."""
        kept = clicked(mask, spacing_mm=self.spacing_mm, click_zyx=self.click).mask
        filled = sitk.BinaryFillhole(sitk.GetImageFromArray(kept.astype(np.uint8)))
        fine = sitk.GetArrayFromImage(filled).repeat(self.every, 1).repeat(self.every, 2) > 0
        voi = np.zeros(_VOI_SHAPE, dtype=np.bool_)
        inside = voi[self.box]
        z, y, x = (slice(0, size) for size in inside.shape)
        inside[...] = fine[z, y, x]
        return voi


_VOI_SHAPE = tuple(2 * centre for centre in CLICK_ZYX)


def around_click(voi_hu: npt.NDArray[np.int16], spacing_mm: Spacing) -> Region:
    """Cut the part of a VOI that is looked at, and smooth it.

    Args:
        voi_hu: the VOI, (z, y, x), padded with one value below all of its scan.
        spacing_mm: along (x, y, z).
    """
    box = _looked_at(voi_hu, spacing_mm)
    every = 2 if voi_hu[box].size > _COARSE_VOXELS else 1
    # The click's row and column are among every second one.
    y, x = (
        slice(part.start + (at - part.start) % every, part.stop)
        for part, at in zip(box[1:], CLICK_ZYX[1:], strict=True)
    )
    box = (box[0], y, x)
    step_x, step_y, step_z = spacing_mm
    coarse = (step_x * every, step_y * every, step_z)
    part = voi_hu[box][:, ::every, ::every]
    hu = _smoothed(np.clip(part, *_HU_RANGE).astype(np.float32), coarse)
    offsets = [at - part.start for at, part in zip(CLICK_ZYX, box, strict=True)]
    click = (offsets[0], offsets[1] // every, offsets[2] // every)
    return Region(hu, click, coarse, _median_around(hu, click), box, every)


def _looked_at(voi_hu: npt.NDArray[np.int16], spacing_mm: Spacing) -> tuple[slice, slice, slice]:
    """Give the box of what is not padding, limited where that is a large part of a scan."""
    scanned = bounding_box(voi_hu > voi_hu.min())
    if scanned is None:
        scanned = (slice(0, _VOI_SHAPE[0]), slice(0, _VOI_SHAPE[1]), slice(0, _VOI_SHAPE[2]))
    if voi_hu[scanned].size <= _MOST_VOXELS:
        return scanned
    z, y, x = (
        slice(max(part.start, at - reach), min(part.stop, at + reach + 1))
        for part, at, reach in zip(
            scanned, CLICK_ZYX, (int(_REACH_MM / step) for step in spacing_mm[::-1]), strict=True
        )
    )
    return z, y, x


def _smoothed(hu: Floats, spacing_mm: Spacing) -> Floats:
    variance = [_SMOOTHING_MM**2] * 3
    smooth = sitk.DiscreteGaussian(_image(hu, spacing_mm), variance, 16, 0.01, True)
    smoothed: Floats = sitk.GetArrayFromImage(smooth)
    return smoothed


def _image(hu: Floats, spacing_mm: Spacing) -> sitk.Image:
    image = sitk.GetImageFromArray(hu)
    image.SetSpacing(spacing_mm)
    return image


def _median_around(hu: Floats, click: tuple[int, int, int]) -> float:
    z, y, x = (slice(max(at - 1, 0), at + 2) for at in click)
    return float(np.median(hu[z, y, x]))


def opened(mask: Mask, spacing_mm: Spacing, *, radius_mm: float) -> Mask:
    """Cut bridges thinner than a ball off a mask (morphological opening), to whole voxels."""
    radius = [round(radius_mm / step) for step in spacing_mm]
    if not any(radius):
        return mask
    image = sitk.GetImageFromArray(mask.astype(np.uint8))
    result: Mask = sitk.GetArrayFromImage(sitk.BinaryMorphologicalOpening(image, radius)) > 0
    return result
