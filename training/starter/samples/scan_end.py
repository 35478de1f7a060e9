"""Scans that end near a lesion, at it, or within it: the end of the scan is not the lesion's.

VOIs are padded where the scan ends, and end themselves; crops of published data sets all end at
one distance from their lesion. A network that never saw a lesion cut off learns that lesions end
before the scan does, and draws those near its end too small.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from algorithm.models.zoom_patch import AIR_HU, PATCH_SIZE
from training.starter.samples.samples import Scene, clicked_share
from training.starter.settings.scan_settings import ScanEnds

__all__ = ["ended"]

Floats = npt.NDArray[np.float32]
Limits = npt.NDArray[np.float64]
"""Where the scan begins and ends along (z, y, x), in patch voxels: (3, 2)."""


def ended(scene: Scene, ends: ScanEnds, rng: np.random.Generator) -> Scene:
    """Let the scan end in the patch, on some sides; sometimes within the lesion.

    How near the lesion it ends is drawn for the scene first, then for each side, so that all
    margins occur, narrow ones on all sides among them.

    Returns:
        The scene with air beyond the scan's ends and the masks without what lies there; as it was
        where none were drawn.
    """
    share = ends.real_share if scene.real else ends.synthetic_share
    if not scene.lesions or rng.random() >= share:
        return scene
    limits = _draw_limits(scene, ends, rng)
    if rng.random() < ends.cut_share:
        limits = _through_lesion(limits, scene, ends.least_cut_voxels, rng)
    return _cut(scene, limits)


def _draw_limits(scene: Scene, ends: ScanEnds, rng: np.random.Generator) -> Limits:
    """Draw the ends beside the lesion; those on sides without one lie beyond the patch."""
    widest = np.exp(rng.uniform(0, np.log(PATCH_SIZE // 2)))
    has_end = rng.random((3, 2)) < (1.0 if rng.random() < ends.every_side_share else 0.5)
    margins = np.floor(rng.uniform(0, widest, (3, 2)))
    low, high = _extent(scene)
    limits = np.stack([low - margins[:, 0], high + margins[:, 1]], axis=1)
    return np.where(has_end, limits, [-np.inf, np.inf])


def _through_lesion(limits: Limits, scene: Scene, least: int, rng: np.random.Generator) -> Limits:
    """Move one end to somewhere between the click and the lesion's own end, if there is room."""
    low, high = _extent(scene)
    click = np.asarray(scene.click)
    room = np.stack([click - low, high - 1 - click], axis=1)
    sides = np.argwhere(room >= least)
    if not len(sides):
        return limits
    axis, side = sides[rng.integers(len(sides))]
    cut_off = rng.integers(1, room[axis, side] + 1)
    moved = limits.copy()
    moved[axis, side] = high[axis] - cut_off if side else low[axis] + cut_off
    return moved


def _extent(scene: Scene) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    voxels = np.argwhere(clicked_share(scene.lesions[0], scene.click) > 0.5)
    return voxels.min(0), voxels.max(0) + 1


def _cut(scene: Scene, limits: Limits) -> Scene:
    """Replace what lies beyond the limits by air, blending over a slice along z."""
    hu, lesions = scene.hu, list(scene.lesions)
    for axis in range(3):
        width = max(1.0, scene.slice_mm / scene.step_mm) if axis == 0 else 1.0
        inside = _inside(limits[axis, 0], limits[axis, 1], width)
        there = inside.reshape([-1 if other == axis else 1 for other in range(3)])
        hu = (hu - np.float32(AIR_HU)) * there + np.float32(AIR_HU)
        lesions = [lesion * (there >= 0.5) for lesion in lesions]
    return replace(scene, hu=hu, lesions=tuple(lesions))


def _inside(begin: float, end: float, width: float) -> Floats:
    """Say how much of each plane of the patch is the scan's: interpolation blends its end."""
    middles = np.arange(PATCH_SIZE) + 0.5
    inside = np.minimum(middles - begin, end - middles) / width + 0.5
    return np.asarray(np.clip(inside, 0, 1), dtype=np.float32)
