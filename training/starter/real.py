"""Samples of real lesions: clicked anywhere, at any zoom, turned and gently bent."""

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F  # noqa: N812

from algorithm.models.zoom_patch import PATCH_SIZE
from training.starter.recipe import Samples
from training.starter.resample import GRID, cut_scan
from training.starter.samples import Sample, clicked_part
from training.starter.scans import Lesion, Scan

__all__ = ["draw_real", "draw_step_mm"]

Floats = npt.NDArray[np.float32]


def draw_step_mm(
    size_mm: float, recipe: Samples, rng: np.random.Generator, *, fitted: bool
) -> float:
    """Draw a patch's step: to fit a lesion of this size, or as a first look would choose it."""
    if not fitted and rng.random() < recipe.any_step_share:
        return _log_uniform(recipe.any_step_mm, rng)
    fill = _log_uniform(recipe.fitted_fill if fitted else recipe.any_fill, rng)
    return float(np.clip(size_mm / (fill * PATCH_SIZE), *recipe.step_mm))


def _log_uniform(limits: tuple[float, float], rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(*np.log(limits))))


def draw_real(
    scan: Scan, recipe: Samples, rng: np.random.Generator, *, difficulty: float
) -> Sample | None:
    """Draw a patch of one of a scan's lesions; None where its click fell out of it."""
    lesion = scan.lesions[rng.integers(len(scan.lesions))]
    fitted = bool(rng.random() < recipe.fitted_share)
    step_mm = draw_step_mm(lesion.size_mm, recipe, rng, fitted=fitted)
    voxel = _click(lesion, recipe, rng, fitted=fitted, difficulty=difficulty)
    spacing = np.asarray(scan.spacing)
    centre = voxel + rng.uniform(-0.5, 0.5, 3)
    if fitted:
        centre = lesion.centre + rng.normal(0, 0.08 * lesion.size_mm, 3) / spacing
    offsets_mm = (GRID + _bend(rng)) @ (step_mm * _turn(rng).T).astype(np.float32)
    goes_on = bool(rng.random() < recipe.ends.mirrored_share)
    patch = cut_scan(scan, centre, offsets_mm, step_mm, lesion=lesion, goes_on=goes_on)
    click = _nearest(patch.at, voxel, spacing) if fitted else (PATCH_SIZE // 2,) * 3
    mask = clicked_part(patch.mask, click)
    if not mask[click]:
        return None
    return Sample(patch.hu, mask, click, step_mm, scan.spacing[0], real=True, fitted=fitted)


def _click(
    lesion: Lesion,
    recipe: Samples,
    rng: np.random.Generator,
    *,
    fitted: bool,
    difficulty: float,
) -> npt.NDArray[np.intp]:
    """Draw a voxel of the lesion: early in training a deep one, later any."""
    if fitted and rng.random() < recipe.deepest_click_share:
        return lesion.deepest
    tries = rng.integers(len(lesion.voxels), size=1 + round(3 * (1 - difficulty)))
    voxel: npt.NDArray[np.intp] = lesion.voxels[tries[lesion.depths_mm[tries].argmax()]]
    return voxel


def _turn(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Draw a turn about z, as thick slices stay slices, and another stretch along each axis."""
    angle = rng.uniform(-np.pi, np.pi)
    cos, sin = np.cos(angle), np.sin(angle)
    stretch = np.exp(rng.normal(0, 0.1, 3))
    turn = np.array([[1.0, 0.0, 0.0], [0.0, cos, -sin], [0.0, sin, cos]])
    return np.asarray(turn * (stretch / stretch.prod() ** (1 / 3)))


def _bend(rng: np.random.Generator) -> Floats:
    """Draw a smooth displacement, (z, y, x, 3) in patch voxels; none at the patch's centre."""
    strength = rng.uniform(0, 2.0) if rng.random() < 0.6 else 0.0
    coarse = torch.from_numpy(rng.normal(0, strength, (1, 3, 4, 4, 4)).astype(np.float32))
    if strength == 0:
        return np.zeros((PATCH_SIZE,) * 3 + (3,), dtype=np.float32)
    fine = F.interpolate(coarse, size=(PATCH_SIZE,) * 3, mode="trilinear", align_corners=True)[0]
    middle = PATCH_SIZE // 2
    bent = fine - fine[:, middle, middle, middle][:, None, None, None]
    return bent.permute(1, 2, 3, 0).numpy()


def _nearest(
    at: Floats, voxel: npt.NDArray[np.intp], spacing: npt.NDArray[np.float64]
) -> tuple[int, int, int]:
    """Find the patch voxel that lies nearest to a voxel of the scan."""
    z, y, x = (
        (at[..., axis] - np.float32(voxel[axis])) * np.float32(spacing[axis]) for axis in range(3)
    )
    squared = z * z + y * y + x * x
    nearest = np.unravel_index(int(squared.argmin()), squared.shape)
    return int(nearest[0]), int(nearest[1]), int(nearest[2])
