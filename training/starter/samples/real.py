"""Samples of real lesions: clicked anywhere, at any zoom, turned and gently bent."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional as F  # noqa: N812

from algorithm.models.zoom_patch import PATCH_SIZE
from training.starter.lesions.reader_shapes import ShapeBank
from training.starter.samples.accompany import accompanied
from training.starter.samples.bank import Bank
from training.starter.samples.resample import GRID, cut_scan
from training.starter.samples.samples import Scene
from training.starter.samples.scans import Lesion, Scan
from training.starter.settings.recipe import Samples
from training.starter.settings.sample_settings import RealLesions

__all__ = ["draw_real", "draw_step_mm", "healthy_mm"]

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
    bank: Bank,
    settings: Samples,
    rng: np.random.Generator,
    *,
    shapes: ShapeBank | None,
    difficulty: float,
    scan: Scan | None = None,
) -> Scene | None:
    """Draw a patch of one of the bank's lesions; None where its click fell out of it.

    Args:
        bank: scans, some of them with lesions.
        settings: how they are clicked, turned and bent.
        rng: draws all of it.
        shapes: of real nodules, for what is implanted beside the lesion.
        difficulty: 0 for clicks deep in a lesion, to 1.
        scan: to take one of its lesions; by default any of the bank's.
    """
    if scan is None:
        scan = _scan(bank, settings, rng)
    lesion = scan.lesions[rng.integers(len(scan.lesions))]
    fitted = bool(rng.random() < settings.fitted_share)
    step_mm = draw_step_mm(lesion.size_mm, settings, rng, fitted=fitted)
    voxel = _click(lesion, settings, rng, fitted=fitted, difficulty=difficulty)
    spacing = np.asarray(scan.spacing)
    centre = np.asarray(voxel + rng.uniform(-0.5, 0.5, 3), dtype=np.float64)
    if fitted:
        off_mm = rng.normal(0, settings.real.centre_sd * lesion.size_mm, 3)
        centre = np.asarray(lesion.centre + off_mm / spacing, dtype=np.float64)
    real = settings.real
    turned = (step_mm * _turn(real.stretch_sd, rng).T).astype(np.float32)
    offsets_mm = np.asarray((GRID + _bend(real, rng)) @ turned, dtype=np.float32)
    goes_on = bool(rng.random() < settings.ends.mirrored_share)
    lesions = [lesion, *_near(scan, lesion, centre, step_mm, real.most_others)]
    patch = cut_scan(scan, centre, offsets_mm, step_mm, lesions=lesions, goes_on=goes_on)
    click = _nearest(patch.at, voxel, spacing) if fitted else (PATCH_SIZE // 2,) * 3
    if not patch.masks[0][click]:
        return None
    scene = Scene(
        hu=patch.hu,
        lesions=tuple(mask.astype(np.float32) for mask in patch.masks),
        click=click,
        step_mm=step_mm,
        slice_mm=scan.spacing[0],
        real=True,
        fitted=fitted,
        healthy_mm=healthy_mm(scan, centre),
    )
    return accompanied(scene, scan.spacing[1], settings, rng, shapes)


def _scan(bank: Bank, settings: Samples, rng: np.random.Generator) -> Scan:
    scans = bank.with_lesions
    weights = np.asarray([_weight(scan.name, settings.real.weights) for scan in scans])
    return scans[rng.choice(len(scans), p=weights / weights.sum())]


def _weight(name: str, weights: Mapping[str, float]) -> float:
    return max((w for pattern, w in weights.items() if fnmatchcase(name, pattern)), default=1.0)


def _near(
    scan: Scan, lesion: Lesion, centre: npt.NDArray[np.float64], step_mm: float, most: int
) -> list[Lesion]:
    """Give other lesions of the scan that the patch may show, the nearest first."""
    spacing = np.asarray(scan.spacing)

    def apart_mm(other: Lesion) -> float:
        return float(np.linalg.norm((other.centre - centre) * spacing)) - other.size_mm

    others = [one for one in scan.lesions if one is not lesion]
    reach_mm = PATCH_SIZE * step_mm
    return sorted((one for one in others if apart_mm(one) < reach_mm), key=apart_mm)[:most]


def healthy_mm(scan: Scan, centre: npt.NDArray[np.float64]) -> float:
    """Give how far around a place what is no known lesion is known to be none."""
    if not scan.healthy:
        return 0.0
    spacing = np.asarray(scan.spacing)
    apart = [
        float(np.linalg.norm((np.asarray(at) - centre) * spacing)) - radius
        for at, radius in scan.keep_away
    ]
    return max(min(apart, default=float("inf")), 0.0)


def _click(
    lesion: Lesion,
    settings: Samples,
    rng: np.random.Generator,
    *,
    fitted: bool,
    difficulty: float,
) -> npt.NDArray[np.intp]:
    """Draw a voxel of the lesion: early in training a deep one, later any, often at the edge."""
    clicks = settings.clicks
    if fitted and rng.random() < clicks.deepest_share:
        return lesion.deepest
    if rng.random() < clicks.edge_share * difficulty:
        edge = np.flatnonzero(lesion.depths_mm <= max(clicks.edge_mm, lesion.depths_mm.min()))
        return np.asarray(lesion.voxels[edge[rng.integers(len(edge))]])
    count = 1 + round((settings.easiest_tries - 1) * (1 - difficulty))
    tries = rng.integers(len(lesion.voxels), size=count)
    voxel: npt.NDArray[np.intp] = lesion.voxels[tries[lesion.depths_mm[tries].argmax()]]
    return voxel


def _turn(stretch_sd: float, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Draw a turn about z, as thick slices stay slices, and another stretch along each axis."""
    angle = rng.uniform(-np.pi, np.pi)
    cos, sin = np.cos(angle), np.sin(angle)
    stretch = np.exp(rng.normal(0, stretch_sd, 3))
    turn = np.array([[1.0, 0.0, 0.0], [0.0, cos, -sin], [0.0, sin, cos]])
    return np.asarray(turn * (stretch / stretch.prod() ** (1 / 3)))


def _bend(settings: RealLesions, rng: np.random.Generator) -> Floats:
    """Draw a smooth displacement, (z, y, x, 3) in patch voxels; none at the patch's centre."""
    if rng.random() >= settings.bent_share:
        return np.zeros((PATCH_SIZE,) * 3 + (3,), dtype=np.float32)
    strength, size = rng.uniform(0, settings.bend_voxels), (settings.bend_lattice,) * 3
    coarse = torch.from_numpy(rng.normal(0, strength, (1, 3, *size)).astype(np.float32))
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
