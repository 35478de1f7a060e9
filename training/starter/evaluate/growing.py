"""Classical methods that grow a region from the click, on SimpleITK."""

from functools import partial

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from training.starter.evaluate.region import Region, opened

__all__ = ["adaptive_growing", "confidence_connected", "region_growing"]

Mask = npt.NDArray[np.bool_]

_NEIGHBOURHOOD = 2
"""Voxels around the click whose mean and deviation ConfidenceConnected starts with."""

_LEAK_MM = 1.0
"""Radius of the opening that cuts off what leaked through a thin bridge, where it is no setting."""

_TOLERANCES_HU = (15.0, 24.0, 38.0, 60.0, 95.0, 150.0, 250.0)
"""Tried by the adaptive method."""

_SMALLEST_VOXELS, _LARGEST_ML = 20, 1200.0
"""What the adaptive method takes for a lesion."""

_EDGE_HU_MM = 30.0
"""Added to the gradient inside a region: noise alone makes no region even."""

_NO_LESION = -1.0
"""Strength of what is no edge of a lesion: lower than any."""


def confidence_connected(region: Region, *, multiplier: float, iterations: int) -> Mask:
    """Grow by mean and deviation, which are updated (SimpleITK's ConfidenceConnected)."""
    z, y, x = region.click
    grown = sitk.ConfidenceConnected(
        region.image,
        [(x, y, z)],
        numberOfIterations=iterations,
        multiplier=multiplier,
        initialNeighborhoodRadius=_NEIGHBOURHOOD,
        replaceValue=1,
    )
    mask = sitk.GetArrayFromImage(grown) > 0
    return region.lesion(opened(mask, region.spacing_mm, radius_mm=_LEAK_MM))


def region_growing(region: Region, *, tolerance_hu: float, leak_mm: float = _LEAK_MM) -> Mask:
    """Keep what is connected to the click by voxels of about its HU, over no thin bridge."""
    mask = np.abs(region.hu - region.clicked_hu) < tolerance_hu
    return region.lesion(opened(mask, region.spacing_mm, radius_mm=leak_mm))


def adaptive_growing(region: Region) -> Mask:
    """Grow with several tolerances; keep the region with the strongest edge for its inside.

    The edge's strength is the mean gradient on the region's outermost voxels, divided by the mean
    gradient of the whole region.
    """
    gradient = sitk.GetArrayFromImage(sitk.GradientMagnitude(region.image))
    strength = partial(_edge_strength, gradient, region)
    candidates = [region_growing(region, tolerance_hu=hu) for hu in _TOLERANCES_HU]
    return max(candidates, key=strength)


def _edge_strength(gradient: npt.NDArray[np.float32], region: Region, voi_mask: Mask) -> float:
    mask = voi_mask[region.box][:, :: region.every, :: region.every]
    n_voxels = int(np.count_nonzero(mask))
    if n_voxels < _SMALLEST_VOXELS or n_voxels * np.prod(region.spacing_mm) > _LARGEST_ML * 1000:
        return _NO_LESION
    inner = sitk.BinaryErode(
        sitk.GetImageFromArray(mask.astype(np.uint8)), [1, 1, 1], sitk.sitkCross
    )
    edge = mask & (sitk.GetArrayFromImage(inner) == 0)
    if not edge.any():  # it fills all that was looked at
        return _NO_LESION
    return float(gradient[edge].mean() / (_EDGE_HU_MM + gradient[mask].mean()))
