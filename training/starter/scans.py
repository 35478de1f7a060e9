"""The scans that samples are cut from, each at several resolutions, with its lesions if known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cc3d
import numpy as np
import numpy.typing as npt
import SimpleITK as sitk
import torch
from torch.nn import functional as F  # noqa: N812

from algorithm.models.zoom_patch import AIR_HU, Point
from training.starter.case_files import IMAGE, NIFTI, masks_of_images
from training.starter.case_images import axial_image, voxels_of
from uls.errors import InputError
from uls.folder_scan import listed, shown
from uls.voxels import hu_array

__all__ = ["TISSUES", "Bank", "Lesion", "Scan", "make_scan", "read_bank"]

TISSUES = ("lung", "fat", "soft", "bone")
_TISSUE_HU = ((-980, -500), (-150, -40), (-20, 160), (200, 2000))

_PLACES = 60_000
"""Voxels looked at per scan for places where a lesion may be implanted."""

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
    """HU at several resolutions, (z, y, x) int16 each with its spacing (z, y, x) in mm."""

    name: str
    levels: tuple[torch.Tensor, ...]
    spacings: tuple[Point, ...]
    lesions: tuple[Lesion, ...]
    places: dict[str, npt.NDArray[np.intp]]

    @property
    def spacing(self) -> Point:
        """The scan's own, (z, y, x) mm."""
        return self.spacings[0]


@dataclass(frozen=True)
class Bank:
    """All scans; those with lesions also serve as backgrounds, away from their lesions."""

    scans: tuple[Scan, ...]

    @property
    def with_lesions(self) -> tuple[Scan, ...]:
        """The scans in which lesions are known."""
        return tuple(scan for scan in self.scans if scan.lesions)

    @property
    def without_lesions(self) -> tuple[Scan, ...]:
        """The scans in which none are known: backgrounds."""
        return tuple(scan for scan in self.scans if not scan.lesions)


def read_bank(folders: Sequence[Path], *, seed: int) -> Bank:
    """Read every `<case>_image.nii.gz` with its `<case>_<lesion>.nii.gz`.

    Args:
        folders: where the files are. In a folder without any `_image`, every file is a scan in
            which no lesions are known.
        seed: chooses the voxels looked at for places to implant lesions.

    Raises:
        InputError: a folder holds no scan, or something that is none; a mask is empty or does not
            fit its scan.
    """
    return Bank(tuple(s for folder in folders for s in _read_folder(folder, seed)))


def _read_folder(folder: Path, seed: int) -> Iterator[Scan]:
    files = listed(folder, (NIFTI,)) if folder.is_dir() else []
    if not files:
        raise InputError.about(folder, expected="scans (*.nii.gz)", found=f"none ({shown(folder)})")
    masks = masks_of_images(files)
    for path in masks or files:
        name = path.name.removesuffix(NIFTI).removesuffix(IMAGE)
        yield _read_scan(name, path, masks.get(path, []), seed)


def _read_scan(name: str, path: Path, mask_files: Sequence[Path], seed: int) -> Scan:
    image = axial_image(path)
    hu = hu_array(image, path)
    if hu.min() >= 0:
        raise InputError.about(
            path,
            expected="a CT scan in HU, some of it below 0",
            found=f"values from {hu.min()} to {hu.max()}",
            hint=f"A mask? Scans beside masks are named <case>{IMAGE}{NIFTI}.",
        )
    x, y, z = image.GetSpacing()
    masks = [voxels_of(file, image, path.name) for file in mask_files]
    return make_scan(name, hu, (z, y, x), masks, seed=seed)


def make_scan(
    name: str,
    hu: npt.NDArray[np.int16],
    spacing: Point,
    masks: Sequence[npt.NDArray[np.bool_]] = (),
    *,
    seed: int,
) -> Scan:
    """Make a scan of HU (z, y, x), its spacing (z, y, x) in mm, and the masks of its lesions.

    What does not hang together in a mask, by faces, edges or corners, is several lesions.
    """
    levels, spacings = _pyramid(torch.from_numpy(np.clip(hu, int(AIR_HU), 3071)), spacing)
    lesions = tuple(_lesion(part, spacing) for mask in masks for part in _parts(mask))
    free = ~np.any(masks, axis=0) if masks else np.ones(hu.shape, dtype=bool)
    places = _places(levels[1].numpy(), free, np.random.default_rng(seed))
    return Scan(name, levels, spacings, lesions, places)


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


def _places(
    smooth: npt.NDArray[Any], free: npt.NDArray[np.bool_], rng: np.random.Generator
) -> dict[str, npt.NDArray[np.intp]]:
    """List voxels of the body by the tissue that they lie in, judged at half the resolution."""
    points = np.stack([rng.integers(0, size, _PLACES) for size in free.shape], axis=1)
    points = points[free[tuple(points.T)]]
    ratio = [round(full / half) for full, half in zip(free.shape, smooth.shape, strict=True)]
    at = tuple(np.minimum(points // ratio, np.subtract(smooth.shape, 1)).T)
    values, inside = smooth[at], _body(smooth)[at]
    return {
        tissue: points[inside & (values > low) & (values < high)]
        for tissue, (low, high) in zip(TISSUES, _TISSUE_HU, strict=True)
    }


def _body(smooth: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Mark the body: the largest solid on the scan, with the air that it encloses in its slices."""
    solid = sitk.GetImageFromArray((smooth > -300).astype(np.uint8))
    opened = sitk.BinaryMorphologicalOpening(solid, (2, 2, 0))
    largest = sitk.RelabelComponent(sitk.ConnectedComponent(opened), sortByObjectSize=True) == 1
    slices = [sitk.BinaryFillhole(largest[:, :, z]) for z in range(largest.GetDepth())]
    return np.stack([sitk.GetArrayFromImage(one) > 0 for one in slices])
