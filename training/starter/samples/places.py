"""Where in a scan lesions may be implanted: voxels of the body by the tissue that they lie in."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk
import torch
from torch.nn import functional as F  # noqa: N812

from algorithm.models.zoom_patch import Point
from training.starter.settings.sample_settings import KINDS, Places

__all__ = ["far_from", "find_places"]

Bools = npt.NDArray[np.bool_]


def find_places(
    smooth: npt.NDArray[Any],
    coarse: torch.Tensor,
    coarse_spacing: Point,
    free: Bools,
    *,
    settings: Places,
    rng: np.random.Generator,
) -> dict[str, npt.NDArray[np.intp]]:
    """List voxels of the body by kind.

    Args:
        smooth: the scan at half the resolution.
        coarse: the same at a quarter, on which organs and strands are told apart.
        coarse_spacing: its spacing (z, y, x) in mm.
        free: where something may be implanted, on the scan's own voxels.
        settings: what counts as which kind.
        rng: chooses the voxels that are looked at.
    """
    points = np.stack([rng.integers(0, size, settings.looked_at) for size in free.shape], axis=1)
    points = points[free[tuple(points.T)]]
    at, coarse_at = (
        _same_places(points, free.shape, smooth),
        _same_places(points, free.shape, coarse),
    )
    values, inside = smooth[at], body(smooth, settings.body_hu)[at]
    ranges = {
        "lung": settings.lung_hu,
        "fat": settings.fat_hu,
        "soft": settings.soft_hu,
        "bone": settings.bone_hu,
    }
    chosen = {
        kind: inside & (values > low) & (values < high) for kind, (low, high) in ranges.items()
    }
    mean, sd = _moments(coarse, coarse_spacing, settings.window_mm)
    chosen["organ"] = chosen["soft"] & _organs(mean, sd, coarse_spacing, settings)[coarse_at]
    strands = (mean > settings.node_hu[0]) & (mean < settings.node_hu[1])
    chosen["node"] = chosen["fat"] & (strands & (sd > settings.node_sd_hu))[coarse_at]
    return {kind: points[chosen[kind]] for kind in KINDS}


def _same_places(
    points: npt.NDArray[np.intp], shape: Sequence[int], other: npt.NDArray[Any] | torch.Tensor
) -> tuple[npt.NDArray[np.intp], ...]:
    ratio = [round(full / small) for full, small in zip(shape, other.shape, strict=True)]
    return tuple(np.minimum(points // ratio, np.subtract(other.shape, 1)).T)


def _moments(
    coarse: torch.Tensor, spacing: Point, window_mm: float
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Give the mean and standard deviation over a cube around each voxel."""
    half = [
        min(max(1, round(window_mm / step / 2)), (size - 1) // 2)
        for step, size in zip(spacing, coarse.shape, strict=True)
    ]
    size = tuple(2 * steps + 1 for steps in half)

    def averaged(values: torch.Tensor) -> torch.Tensor:
        return F.avg_pool3d(
            values[None, None], size, stride=1, padding=tuple(half), count_include_pad=False
        )[0, 0]

    values = coarse.float()
    mean = averaged(values)
    return mean.numpy(), (averaged(values**2) - mean**2).clamp(min=0).sqrt().numpy()


def _organs(
    mean: npt.NDArray[np.float32], sd: npt.NDArray[np.float32], spacing: Point, settings: Places
) -> Bools:
    """Mark large even regions of an organ's HU."""
    low, high = settings.organ_hu
    even = (mean > low) & (mean < high) & (sd < settings.organ_sd_hu)
    image = sitk.GetImageFromArray(even.astype(np.uint8))
    fewest = max(1, round(1000 * settings.organ_least_ml / float(np.prod(spacing))))
    parts = sitk.RelabelComponent(sitk.ConnectedComponent(image), minimumObjectSize=fewest)
    marked: Bools = sitk.GetArrayFromImage(parts) > 0
    return marked


def body(smooth: npt.NDArray[Any], least_hu: float) -> Bools:
    """Mark the body: the largest solid on the scan, with the air that it encloses in its slices."""
    solid = sitk.GetImageFromArray((smooth > least_hu).astype(np.uint8))
    opened = sitk.BinaryMorphologicalOpening(solid, (2, 2, 0))
    largest = sitk.RelabelComponent(sitk.ConnectedComponent(opened), sortByObjectSize=True) == 1
    slices = [sitk.BinaryFillhole(largest[:, :, z]) for z in range(largest.GetDepth())]
    return np.stack([sitk.GetArrayFromImage(one) > 0 for one in slices])


def far_from(
    shape: Sequence[int], spacing: Point, middles: Sequence[Point], radii_mm: Sequence[float]
) -> Bools:
    """Mark the voxels of a scan that lie farther from each of some places than its radius.

    Args:
        shape: of the scan.
        spacing: its own, (z, y, x) mm.
        middles: of the places, in its voxels.
        radii_mm: one for each.
    """
    free = np.ones(tuple(shape), dtype=bool)
    for middle, radius in zip(middles, radii_mm, strict=True):
        z, y, x = (
            ((np.arange(size) - at) * step) ** 2
            for size, at, step in zip(shape, middle, spacing, strict=True)
        )
        free &= z[:, None, None] + y[:, None] + x > radius**2
    return free
