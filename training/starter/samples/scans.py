"""The scans that samples are cut from, each at several resolutions, with its lesions if known."""

import fnmatch
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cc3d
import numpy as np
import numpy.typing as npt
import SimpleITK as sitk
import torch
from torch.nn import functional as F  # noqa: N812

from algorithm.models.zoom_patch import AIR_HU, Point
from training.starter.samples.places import far_from, find_places

if TYPE_CHECKING:
    from training.starter.settings.recipe import Samples

__all__ = ["Lesion", "Scan", "make_scan"]

_LEVELS = 3

_LEAST_PART = 4
"""Voxels of a lesion: a smaller part of a mask is a slip of the pen."""


@dataclass(frozen=True)
class Lesion:
    """A lesion known in a scan: its voxels (n, 3) in (z, y, x) and their depth in mm."""

    voxels: npt.NDArray[np.intp]
    depths_mm: npt.NDArray[np.float32]
    deepest: npt.NDArray[np.intp]
    centre: npt.NDArray[np.float64]
    size_mm: float
    masks: tuple[torch.Tensor, ...]


@dataclass(frozen=True)
class Scan:
    """HU at several resolutions, (z, y, x) int16 each with its spacing (z, y, x) in mm.

    Attributes:
        name: of the case.
        levels: its HU, the finest first.
        spacings: of the levels.
        lesions: that are known.
        places: where more may be implanted, by kind (`places`).
        healthy: what is none of its lesions is known to be none, but for places that are kept away.
        keep_away: middles (z, y, x) in voxels and radii in mm of lesions without masks.
    """

    name: str
    levels: tuple[torch.Tensor, ...]
    spacings: tuple[Point, ...]
    lesions: tuple[Lesion, ...]
    places: dict[str, npt.NDArray[np.intp]]
    healthy: bool = True
    keep_away: tuple[tuple[Point, float], ...] = ()

    @property
    def spacing(self) -> Point:
        """The scan's own, (z, y, x) mm."""
        return self.spacings[0]


def make_scan(
    name: str,
    hu: npt.NDArray[np.int16],
    spacing: Point,
    masks: Sequence[npt.NDArray[np.bool_]] = (),
    *,
    settings: "Samples",
    keep_away: Sequence[tuple[Point, float]] = (),
    seed: int,
) -> Scan:
    """Make a scan of HU (z, y, x), its spacing (z, y, x) in mm, and the masks of its lesions.

    What does not hang together in a mask, by faces, edges or corners, is several lesions.

    Args:
        name: of the case.
        hu: of the scan.
        spacing: its own.
        masks: of its lesions.
        settings: what counts as a place for a lesion.
        keep_away: lesions without masks: middles in voxels, radii in mm.
        seed: chooses the voxels looked at.
    """
    levels, spacings = _pyramid(torch.from_numpy(np.clip(hu, int(AIR_HU), 3071)), spacing)
    lesions = tuple(_lesion(part, spacing) for mask in masks for part in _parts(mask))
    free = ~np.any(masks, axis=0) if masks else np.ones(hu.shape, dtype=bool)
    free &= far_from(hu.shape, spacing, [at for at, _ in keep_away], [mm for _, mm in keep_away])
    rng = np.random.default_rng(seed)
    places = find_places(
        levels[1].numpy(), levels[-1], spacings[-1], free, settings=settings.places, rng=rng
    )
    healthy = not any(fnmatch.fnmatch(name, one) for one in settings.clicks.no_healthy)
    return Scan(name, levels, spacings, lesions, places, healthy, tuple(keep_away))


def _pyramid(
    volume: torch.Tensor, spacing: Point
) -> tuple[tuple[torch.Tensor, ...], tuple[Point, ...]]:
    """Halve the resolution in plane, and along z where slices are no thicker than pixels."""
    levels, spacings = [volume], [spacing]
    for _ in range(_LEVELS - 1):
        z, y, x = spacings[-1]
        kernel = (2 if z <= 1.4 * y else 1, 2, 2)
        dtype = levels[-1].dtype
        pooled = F.avg_pool3d(levels[-1].float()[None, None], kernel, ceil_mode=True)[0, 0]
        levels.append(pooled.round().to(dtype))
        spacings.append((z * kernel[0], y * 2, x * 2))
    return tuple(levels), tuple(spacings)


def _parts(mask: npt.NDArray[np.bool_]) -> Iterator[npt.NDArray[np.bool_]]:
    """Give a mask's components of `_LEAST_PART` voxels and more; the mask where there is none."""
    labels, count = cc3d.connected_components(mask, connectivity=26, return_N=True)
    sizes = np.bincount(labels.ravel())
    kept = [n for n in range(1, count + 1) if sizes[n] >= _LEAST_PART]
    yield from (labels == n for n in kept) if kept else [mask]


def _lesion(mask: npt.NDArray[np.bool_], spacing: Point) -> Lesion:
    voxels = np.argwhere(mask)
    image = sitk.GetImageFromArray(np.pad(mask, 1).astype(np.uint8))
    image.SetSpacing(spacing[::-1])
    inside = sitk.SignedMaurerDistanceMap(image, insideIsPositive=True, useImageSpacing=True)
    depth = sitk.GetArrayFromImage(inside)[1:-1, 1:-1, 1:-1][mask]
    extent = (voxels.max(0) - voxels.min(0) + 1) * np.asarray(spacing)
    volume = len(voxels) * float(np.prod(spacing))
    masks, _ = _pyramid(torch.from_numpy(mask.astype(np.uint8) * 255), spacing)
    return Lesion(
        voxels=voxels,
        depths_mm=np.maximum(depth, 0).astype(np.float32),
        deepest=voxels[int(depth.argmax())],
        centre=(voxels.max(0) + voxels.min(0)) / 2,
        size_mm=max(1.24 * volume ** (1 / 3), 0.62 * float(extent.max())),
        masks=masks,
    )
