"""How synthetic lesions look: HU by tissue, texture, necrosis, rims, calcifications, edges."""

from dataclasses import dataclass, replace

import numpy as np

from training.starter.fields import Floats, noise
from training.starter.tissue import Tissue

__all__ = ["Look", "draw_edge", "draw_look", "painted", "sibling"]

_LEAST_HU, _MOST_HU = 12.0, 90.0
"""Contrast of a lesion with soft tissue around it; easy lesions begin higher."""

_EASY_HU = 30.0

_BIG_MM = 6.0
"""Lesions of at least this radius may have a core and a rim."""


@dataclass(frozen=True)
class Look:
    """How one lesion looks.

    Attributes:
        hu: of its solid part.
        blend: 1 for a solid lesion, less for ground glass through which the lung is seen.
        textures: pairs of HU and scale in radii.
        grain: how much of the background's fine noise it keeps.
        core_hu, core_from: what its core adds, and from which depth in radii it begins.
        rim_hu: what its rim adds.
        calcified_hu: what spots of calcification add.
    """

    hu: float
    blend: float = 1.0
    textures: tuple[tuple[float, float], ...] = ()
    grain: float = 1.0
    core_hu: float = 0.0
    core_from: float = 0.4
    rim_hu: float = 0.0
    calcified_hu: float = 0.0


def draw_edge(rng: np.random.Generator) -> float:
    """Draw how blurred a lesion's edge is: full width at half maximum, mm."""
    return float(rng.uniform(0.6, 2.2) if rng.random() < 0.85 else rng.uniform(2.2, 4.5))


def draw_look(
    rng: np.random.Generator,
    tissue: Tissue,
    *,
    host_hu: float,
    radius_mm: float,
    difficulty: float,
) -> Look:
    """Draw how a lesion in a tissue looks.

    Args:
        rng: where the randomness comes from.
        tissue: what it grows in.
        host_hu: of what it replaces.
        radius_mm: its mean radius.
        difficulty: 0 for well visible ones, 1 for any.
    """
    look = replace(
        _SOLID[tissue](rng, host_hu, difficulty),
        textures=_draw_textures(rng, tissue),
        grain=float(rng.uniform(0.6, 1.1)),
    )
    if tissue is not Tissue.BONE and radius_mm > _BIG_MM and look.blend == 1:
        look = _with_core(rng, look, radius_mm)
    if rng.random() < (0.03 if tissue is Tissue.BONE else 0.08):
        look = replace(look, calcified_hu=float(rng.uniform(80, 450)))
    return look


def _in_lung(rng: np.random.Generator, host_hu: float, difficulty: float) -> Look:
    if rng.random() < 0.15 * (0.3 + difficulty):
        return Look(float(rng.uniform(-100, 60)), blend=float(rng.uniform(0.3, 0.65)))
    part_solid = rng.random() < 0.1
    return Look(float(rng.uniform(-400, -80) if part_solid else rng.uniform(-80, 90)))


def _in_fat(rng: np.random.Generator, host_hu: float, difficulty: float) -> Look:
    return Look(float(rng.uniform(0, 110) if rng.random() < 0.93 else rng.uniform(-50, 0)))


def _in_soft_tissue(rng: np.random.Generator, host_hu: float, difficulty: float) -> Look:
    if rng.random() < 0.05:
        return Look(float(rng.uniform(-110, -40)))
    least = _LEAST_HU + _EASY_HU * (1 - difficulty)
    contrast = float(np.exp(rng.uniform(np.log(least), np.log(_MOST_HU))))
    darker = rng.random() < 2 / 3
    return Look(max(host_hu - contrast, -15.0) if darker else host_hu + contrast)


def _in_bone(rng: np.random.Generator, host_hu: float, difficulty: float) -> Look:
    lytic = rng.random() < 0.55
    return Look(float(rng.uniform(10, 110) if lytic else rng.uniform(350, 1000)))


_SOLID = {
    Tissue.LUNG: _in_lung,
    Tissue.FAT: _in_fat,
    Tissue.SOFT: _in_soft_tissue,
    Tissue.BONE: _in_bone,
}


def _draw_textures(rng: np.random.Generator, tissue: Tissue) -> tuple[tuple[float, float], ...]:
    strongest = 40.0 if tissue is Tissue.BONE else 13.0
    scales = ((0.25, 0.5), (0.12, 0.25)) if rng.random() < 0.5 else ((0.2, 0.8),)
    return tuple(
        (float(rng.uniform(0, strongest) * rng.uniform(0.2, 1)), float(rng.uniform(*scale)))
        for scale in scales
    )


def _with_core(rng: np.random.Generator, look: Look, radius_mm: float) -> Look:
    """Add a necrotic (rarely a brighter) core and an enhancing rim, more often to large ones."""
    if rng.random() < 0.2 + min(radius_mm / 100, 0.3):
        core = -rng.uniform(12, 55) if rng.random() < 0.85 else rng.uniform(10, 35)
        deep = float(rng.uniform(0.2, 0.6))
        look = replace(look, core_hu=float(core), core_from=deep)
    if rng.random() < 0.15:
        look = replace(look, rim_hu=float(rng.uniform(12, 60)))
    return look


def sibling(rng: np.random.Generator, look: Look) -> Look:
    """Give the look of another lesion of the same kind."""
    return replace(look, hu=look.hu + float(rng.normal(0, 8)), calcified_hu=0.0)


def painted(look: Look, level: Floats, radius: float, rng: np.random.Generator) -> Floats:
    """Give a lesion's HU without grain, everywhere in its box.

    Args:
        look: how it looks.
        level: its level set, in radii.
        radius: its mean radius, patch voxels.
        rng: of its textures.
    """
    hu = np.full_like(level, look.hu)
    for strength, scale in look.textures:
        if scale * radius > 1:
            hu += strength * noise(rng, level.shape, scale * radius)
    if look.core_hu:
        uneven = level + 0.12 * noise(rng, level.shape, max(0.5 * radius, 1.5))
        hu += look.core_hu * np.clip((uneven - look.core_from) / 0.15 + 0.5, 0, 1)
    if look.rim_hu:
        hu += look.rim_hu * np.clip(1 - np.abs(level - 0.1) / 0.15, 0, 1)
    if look.calcified_hu:
        spots = noise(rng, level.shape, max(0.2 * radius, 1.5))
        hu += look.calcified_hu * np.clip(2 * (spots - 1.7), 0, 1)
    return hu
