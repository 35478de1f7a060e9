"""The same sample in another guise: mirrored, turned, recoloured, noisier, in thicker slices."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from algorithm.models.zoom_patch import AIR_HU, PATCH_SIZE
from training.starter.samples.samples import FEWEST_VOXELS, Scene, clicked_share
from training.starter.samples.scan_end import ended
from training.starter.settings.recipe import Samples
from training.starter.settings.scan_settings import Augmentation

__all__ = ["augmented"]

Floats = npt.NDArray[np.float32]


def augmented(scene: Scene, settings: Samples, rng: np.random.Generator) -> Scene:
    """Change a scene at random as scanners, protocols, patients and the scans' ends differ."""
    augment = settings.augment
    scene = _mirrored(scene, rng)
    if rng.random() < augment.thicker_share:
        scene = _thicker_slices(scene, augment, rng)
    hu = scene.hu
    if rng.random() < augment.smoothed_share:
        hu = _smoothed(hu, float(rng.uniform(*augment.smoothed)))
    if rng.random() < augment.scaled_share:
        shift = rng.uniform(-augment.shift_hu, augment.shift_hu)
        hu = hu * np.float32(rng.uniform(*augment.scale)) + np.float32(shift)
    if scene.real and scene.lesions and rng.random() < augment.recoloured_share:
        hu = _recoloured_lesion(hu, scene, augment, rng)
    if rng.random() < augment.noise_share:
        hu = _noisier(hu, scene, augment, rng)
    return ended(replace(scene, hu=np.clip(hu, AIR_HU, 3071)), settings.ends, rng)


def _mirrored(scene: Scene, rng: np.random.Generator) -> Scene:
    stacked, click = np.stack([scene.hu, *scene.lesions]), list(scene.click)
    if rng.random() < 0.5:
        stacked, click = stacked.swapaxes(2, 3), [click[0], click[2], click[1]]
    for axis in range(3):
        if rng.random() < 0.5:
            stacked = np.flip(stacked, axis + 1)
            click[axis] = PATCH_SIZE - 1 - click[axis]
    (z, y, x), stacked = click, np.ascontiguousarray(stacked)
    return replace(scene, hu=stacked[0], lesions=tuple(stacked[1:]), click=(z, y, x))


def _thicker_slices(scene: Scene, augment: Augmentation, rng: np.random.Generator) -> Scene:
    """Average over thicker slices, in image and masks, where the scan's were thin."""
    thin = scene.slice_mm < augment.thick_mm
    thickness = float(rng.uniform(scene.slice_mm, augment.thickest_mm)) if thin else 0.0
    over_step, over_slice = augment.thicker_by
    if thickness < over_step * scene.step_mm or thickness < over_slice * scene.slice_mm:
        return scene
    there, back = slice_profile(thickness / scene.step_mm, float(rng.random()))
    matrix = back @ there
    hu = np.tensordot(matrix, scene.hu, axes=1)
    lesions = tuple(_averaged(matrix, lesion) for lesion in scene.lesions)
    changed = replace(scene, hu=hu, lesions=lesions, slice_mm=thickness)
    if lesions and np.count_nonzero(clicked_share(lesions[0], scene.click)) < FEWEST_VOXELS:
        return scene
    return changed


def _averaged(matrix: Floats, lesion: Floats) -> Floats:
    """Average a mask; what all readers agreed on stays 0 or 1."""
    mean: Floats = np.tensordot(matrix, lesion, axes=1)
    disagree = bool(((lesion > 0) & (lesion < 1)).any())
    return mean if disagree else (mean > 0.5).astype(np.float32)


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


def _recoloured_lesion(
    hu: Floats, scene: Scene, augment: Augmentation, rng: np.random.Generator
) -> Floats:
    """Shift the HU of the lesion, softly at its edge, as contrast agent and tissue differ."""
    softness = augment.recoloured_softness
    soft = _smoothed(_smoothed(scene.lesions[0], softness), softness)
    return hu + soft * np.float32(rng.uniform(-augment.recoloured_hu, augment.recoloured_hu))


def _noisier(hu: Floats, scene: Scene, augment: Augmentation, rng: np.random.Generator) -> Floats:
    """Add noise, fine or as grainy as a wide patch of thick slices shows it."""
    noise = rng.standard_normal(hu.shape, dtype=np.float32)
    if rng.random() < augment.grainy_share:
        noise = _smoothed(noise, augment.grain) * np.float32(augment.grain_gain)
    if scene.slice_mm > augment.noise_slices_from * scene.step_mm:
        there, back = slice_profile(scene.slice_mm / scene.step_mm, float(rng.random()))
        noise = np.tensordot(back, noise[: there.shape[0]], axes=1)
    return hu + noise * np.float32(rng.uniform(*augment.noise_hu))
