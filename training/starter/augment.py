"""The same sample in another guise: mirrored, turned, recoloured, noisier, in thicker slices."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from algorithm.models.zoom_patch import AIR_HU, PATCH_SIZE
from training.starter.recipe import ScanEnds
from training.starter.samples import FEWEST_VOXELS, Sample, clicked_part
from training.starter.scan_end import ended

__all__ = ["augmented"]

THICKEST_MM = 6.0

Floats = npt.NDArray[np.float32]


def augmented(sample: Sample, ends: ScanEnds, rng: np.random.Generator) -> Sample:
    """Change a sample at random as scanners, protocols, patients and the scans' ends differ."""
    sample = _mirrored(sample, rng)
    if rng.random() < 0.2:
        sample = _thicker_slices(sample, rng)
    hu = sample.hu
    if rng.random() < 0.15:
        hu = _smoothed(hu, float(rng.uniform(0.2, 0.6)))
    if rng.random() < 0.6:
        hu = hu * np.float32(rng.uniform(0.93, 1.07)) + np.float32(rng.uniform(-20, 20))
    if sample.real and rng.random() < 0.2:
        hu = _recoloured_lesion(hu, sample, rng)
    if rng.random() < 0.3:
        hu = _noisier(hu, sample, rng)
    return ended(replace(sample, hu=np.clip(hu, AIR_HU, 3071)), ends, rng)


def _mirrored(sample: Sample, rng: np.random.Generator) -> Sample:
    hu, mask, click = sample.hu, sample.mask, list(sample.click)
    if rng.random() < 0.5:
        hu, mask, click = hu.swapaxes(1, 2), mask.swapaxes(1, 2), [click[0], click[2], click[1]]
    for axis in range(3):
        if rng.random() < 0.5:
            hu, mask = np.flip(hu, axis), np.flip(mask, axis)
            click[axis] = PATCH_SIZE - 1 - click[axis]
    z, y, x = click
    return replace(
        sample, hu=np.ascontiguousarray(hu), mask=np.ascontiguousarray(mask), click=(z, y, x)
    )


def _thicker_slices(sample: Sample, rng: np.random.Generator) -> Sample:
    """Average over thicker slices, in image and mask, where the scan's were thin."""
    thickness = float(rng.uniform(sample.slice_mm, THICKEST_MM)) if sample.slice_mm < 5 else 0.0
    if thickness < 1.3 * sample.step_mm or thickness < 1.2 * sample.slice_mm:
        return sample
    there, back = slice_profile(thickness / sample.step_mm, float(rng.random()))
    matrix = back @ there
    hu = np.tensordot(matrix, sample.hu, axes=1)
    mask = np.tensordot(matrix, sample.mask.astype(np.float32), axes=1) > 0.5
    kept = clicked_part(mask, sample.click)
    if np.count_nonzero(kept) < FEWEST_VOXELS:
        return sample
    return replace(sample, hu=hu, mask=kept, slice_mm=thickness)


def slice_profile(thickness: float, phase: float) -> tuple[Floats, Floats]:
    """Give the matrices that average a patch's planes into slices, and interpolate planes again.

    Args:
        thickness: of a slice, in patch voxels; also the distance of slice centres.
        phase: 0 to 1, where the first slice begins.
    """
    at = np.arange(PATCH_SIZE)
    centres = np.arange(phase - 1, PATCH_SIZE / thickness + 1) * thickness
    cover = np.clip(thickness / 2 + 0.5 - np.abs(at - centres[:, None]), 0, 1)
    centres, cover = centres[cover.sum(1) > 0.3], cover[cover.sum(1) > 0.3]
    cover /= cover.sum(1, keepdims=True)
    near = np.clip(1 - np.abs(at[:, None] - centres) / thickness, 0, None)
    outside = near.sum(1) < 1e-6
    near[outside, np.abs(at[outside, None] - centres).argmin(1)] = 1.0
    near /= near.sum(1, keepdims=True)
    return cover.astype(np.float32), near.astype(np.float32)


def _smoothed(hu: Floats, amount: float) -> Floats:
    """Blend with the mean of the neighbours in plane."""
    padded = np.pad(hu, ((0, 0), (1, 1), (1, 1)), mode="edge")
    around = padded[:, :-2, 1:-1] + padded[:, 2:, 1:-1] + padded[:, 1:-1, :-2] + padded[:, 1:-1, 2:]
    return hu * np.float32(1 - amount) + around * np.float32(amount / 4)


def _recoloured_lesion(hu: Floats, sample: Sample, rng: np.random.Generator) -> Floats:
    """Shift the HU of the lesion, softly at its edge, as contrast agent and tissue differ."""
    soft = _smoothed(_smoothed(sample.mask.astype(np.float32), 0.8), 0.8)
    return hu + soft * np.float32(rng.uniform(-12, 12))


def _noisier(hu: Floats, sample: Sample, rng: np.random.Generator) -> Floats:
    """Add noise, fine or as grainy as a wide patch of thick slices shows it."""
    noise = rng.standard_normal(hu.shape, dtype=np.float32)
    if rng.random() < 0.5:
        noise = _smoothed(noise, 0.7) * np.float32(1.6)
    if sample.slice_mm > 1.5 * sample.step_mm:
        there, back = slice_profile(sample.slice_mm / sample.step_mm, float(rng.random()))
        noise = np.tensordot(back, noise[: there.shape[0]], axes=1)
    return hu + noise * np.float32(rng.uniform(2, 18))
