"""Sampling a scan on the grid of a patch, as sharp as inference shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F  # noqa: N812

from algorithm.models.zoom_patch import AIR_HU, PATCH_SIZE, Point
from training.starter.samples.scans import Lesion, Scan

__all__ = ["GRID", "ScanPatch", "blend", "cut_scan", "mirrored", "sample"]

GRID = (np.indices((PATCH_SIZE,) * 3).transpose(1, 2, 3, 0) - PATCH_SIZE // 2).astype(np.float32)
"""Offsets (z, y, x) of a patch's voxels from its centre."""

_HALF = 127
"""Masks are stored as 0 and 255."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ScanPatch:
    """What a patch shows of a scan.

    Attributes:
        hu: on the patch's grid.
        masks: the lesions there.
        at: where the patch's voxels lie, (z, y, x) in voxels of the scan, beyond its ends, too.
    """

    hu: Floats
    masks: tuple[npt.NDArray[np.bool_], ...]
    at: Floats


def cut_scan(
    scan: Scan,
    centre: npt.NDArray[np.float64],
    offsets_mm: Floats,
    step_mm: float,
    *,
    lesions: Sequence[Lesion] = (),
    goes_on: bool = False,
) -> ScanPatch:
    """Sample a scan around a point.

    Args:
        scan: the scan.
        centre: the point, (z, y, x) in voxels.
        offsets_mm: of the patch's voxels from it, (z, y, x, 3).
        step_mm: about how far apart they are: the farther, the smoother.
        lesions: whose masks are sampled, too.
        goes_on: beyond its ends the scan goes on in a mirror; else there is air.
    """
    spacing = np.asarray(scan.spacing, dtype=np.float32)
    at = offsets_mm / spacing + centre.astype(np.float32)
    within = mirrored(at, tuple(scan.levels[0].shape)) if goes_on else at
    sums = np.zeros((1 + len(lesions), *at.shape[:3]), dtype=np.float32)
    for level, share in blend(step_mm, scan.spacings).items():
        ratio = spacing / np.asarray(scan.spacings[level], dtype=np.float32)
        volumes = [scan.levels[level], *(lesion.masks[level] for lesion in lesions)]
        there = np.asarray((within + 0.5) * ratio - 0.5, dtype=np.float32)
        fills = [AIR_HU, *(0.0 for _ in lesions)]
        sums += np.float32(share) * np.stack(sample(volumes, there, fills=fills))
    return ScanPatch(sums[0], tuple(one > _HALF for one in sums[1:]), at)


def mirrored(at: Floats, shape: tuple[int, ...]) -> Floats:
    """Fold coordinates beyond a volume's ends back into it.

    Args:
        at: (…, 3) in its voxels, in the order of `shape`.
        shape: the volume's.
    """
    size = np.asarray(shape, dtype=np.float32)
    along = np.mod(at + np.float32(0.5), 2 * size)
    return np.asarray(np.minimum(along, 2 * size - along) - 0.5, dtype=np.float32)


def blend(step_mm: float, spacings: Sequence[Point]) -> dict[int, float]:
    """Give the levels of resolution to sample, each with its share of the result.

    Inference averages with a triangle whose half-width is the patch's step
    (`algorithm.models.zoom_patch.cut_patch`). Two neighbouring levels, sampled linearly and mixed,
    blur within a slice as much: the variance of a mixture of filters is the mixture of theirs.

    Args:
        step_mm: of the patch.
        spacings: of the levels, (z, y, x) in mm, the finest first; each twice the one before in
            plane.
    """
    pixel_mm = spacings[0][1]
    wanted = max(step_mm / pixel_mm, 1.0) ** 2 / 6
    variances = [_variance(spacing[1] / pixel_mm) for spacing in spacings]
    for level in range(len(spacings) - 1):
        if wanted < variances[level + 1]:
            here, there = variances[level : level + 2]
            share = min(max((wanted - here) / (there - here), 0.0), 1.0)
            return {n: part for n, part in ((level, 1 - share), (level + 1, share)) if part > 0}
    return {len(spacings) - 1: 1.0}


def _variance(pooled: float) -> float:
    """Give the variance of a mean over so many pixels, then interpolated linearly, in pixels²."""
    return (pooled**2 - 1) / 12 + pooled**2 / 6


def sample(
    volumes: Sequence[torch.Tensor], at: npt.NDArray[np.float32], *, fills: Sequence[float]
) -> list[npt.NDArray[np.float32]]:
    """Interpolate volumes of one shape linearly at the same coordinates.

    Args:
        volumes: (z, y, x) each.
        at: coordinates (z, y, x) in their voxels, float32, (z, y, x, 3).
        fills: what lies beyond each volume.
    """
    bounds = [(float(at[..., axis].min()), float(at[..., axis].max())) for axis in range(3)]
    low = [max(int(np.floor(first)) - 1, 0) for first, _ in bounds]
    high = [
        min(int(np.ceil(last)) + 2, size)
        for (_, last), size in zip(bounds, volumes[0].shape, strict=True)
    ]
    if any(stop <= start for start, stop in zip(low, high, strict=True)):
        return [np.full(at.shape[:3], fill, dtype=np.float32) for fill in fills]
    box = tuple(slice(start, stop) for start, stop in zip(low, high, strict=True))
    pairs = zip(volumes, fills, strict=True)
    parts = torch.stack([volume[box].float() - fill for volume, fill in pairs])
    scale = (2 / np.subtract(high, low)).astype(np.float32)
    grid = at * scale
    grid += (0.5 - np.asarray(low, dtype=np.float32)) * scale - 1
    flipped = torch.from_numpy(grid).flip(-1)
    values = F.grid_sample(parts[None], flipped[None], align_corners=False)[0]
    return [value.numpy() + np.float32(fill) for value, fill in zip(values, fills, strict=True)]
