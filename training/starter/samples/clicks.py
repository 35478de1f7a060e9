"""Two clicks on every scene: in one lesion, in two, or on none; and what is clicked beside."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from algorithm.models.zoom_channels import Correction
from algorithm.models.zoom_patch import PATCH_SIZE
from training.starter.lesions.fields import Bools, grown
from training.starter.samples.samples import Sample, Scene, clicked_share, draw_box, sample_of
from training.starter.settings.recipe import Samples
from training.starter.settings.sample_settings import Clicks

__all__ = ["draw_pair"]

_MOST = 0.5
"""Of readers: what more than these drew is lesion."""


def draw_pair(
    scene: Scene, settings: Samples, rng: np.random.Generator
) -> tuple[Sample, Sample, bool]:
    """Draw two samples of a scene.

    Returns:
        The samples, and whether both ask for the same lesion: then the answers must be the same.
    """
    first = sample_of(scene)
    second, same = _second(first, settings, rng)
    one, other = (_with_help(sample, settings, rng) for sample in (first, second))
    same = same and one.box == other.box and not one.corrections and not other.corrections
    return one, other, same


def _second(first: Sample, settings: Samples, rng: np.random.Generator) -> tuple[Sample, bool]:
    clicks, scene = settings.clicks, first.scene
    fewest = settings.companions.fewest_voxels
    others = [one for one in scene.lesions[1:] if np.count_nonzero(one > _MOST) >= fewest]
    if others and rng.random() < clicks.other_share:
        share = others[rng.integers(len(others))]
        click = _click_in(share > _MOST, clicks.edge_share, rng)
        return Sample(scene, clicked_share(share, click), click), False
    if not scene.lesions or rng.random() < clicks.nothing_share:
        nothing = _nothing(scene, clicks)
        if nothing.any():
            voxel = _click_in(nothing, 0.0, rng)
            return Sample(scene, np.zeros_like(scene.hu), voxel), False
    if not scene.lesions:
        return first, False
    return replace(first, click=_click_in(first.mask, clicks.edge_share, rng)), True


def _click_in(mask: Bools, edge_share: float, rng: np.random.Generator) -> tuple[int, int, int]:
    """Draw a voxel of a mask: any, or as often as said one at its edge."""
    chosen = mask
    if rng.random() < edge_share:
        chosen = mask & grown(~mask, (1, 1, 1))
        chosen = chosen if chosen.any() else mask
    voxels = np.flatnonzero(chosen)
    z, y, x = np.unravel_index(int(voxels[rng.integers(len(voxels))]), mask.shape)
    return int(z), int(y), int(x)


def _nothing(scene: Scene, clicks: Clicks) -> Bools:
    """Mark where a click is on no lesion, as far as is known."""
    if scene.healthy_mm <= 0:
        return np.zeros(scene.hu.shape, dtype=bool)
    free = scene.hu > clicks.nothing_hu
    for lesion in scene.lesions:
        free &= ~grown(lesion > 0, (clicks.nothing_voxels,) * 3)
    if np.isfinite(scene.healthy_mm):
        at = (np.arange(PATCH_SIZE) - PATCH_SIZE // 2).astype(np.float32) ** 2
        far = at[:, None, None] + at[:, None] + at
        free &= far < (scene.healthy_mm / scene.step_mm) ** 2
    return free


def _with_help(sample: Sample, settings: Samples, rng: np.random.Generator) -> Sample:
    """Add a box or further clicks to some samples of lesions."""
    if not sample.mask.any():
        return sample
    if rng.random() < settings.box_share:
        sample = draw_box(sample, settings.box_jitter, settings.box_wider, rng)
    if rng.random() < settings.clicks.correction_share:
        most = min(settings.clicks.fresh_corrections, settings.clicks.most_corrections)
        count = 1 + rng.integers(most)
        drawn = [_correction(sample, settings, rng) for _ in range(count)]
        sample = replace(sample, corrections=tuple(one for one in drawn if one is not None))
    return sample


def _correction(sample: Sample, settings: Samples, rng: np.random.Generator) -> Correction | None:
    """Draw a click in the lesion, or near it, often on another lesion."""
    if rng.random() < _MOST:
        return _click_in(sample.mask, 0.0, rng), True
    outside = sample.target == 0
    near = outside & grown(sample.mask, (settings.clicks.correction_voxels,) * 3)
    others = [one > _MOST for one in sample.scene.lesions]
    on_other: npt.NDArray[np.bool_] = outside & np.any(others, axis=0)
    if on_other.any() and rng.random() < _MOST:
        near = on_other
    return (_click_in(near, 0.0, rng), False) if near.any() else None
