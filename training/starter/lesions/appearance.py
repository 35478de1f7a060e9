"""How synthetic lesions look: HU by tissue, texture, necrosis, rims, calcifications, edges."""

from dataclasses import dataclass, replace

import numpy as np

from training.starter.lesions.fields import Floats, noise
from training.starter.lesions.tissue import Tissue
from training.starter.settings.lesion_settings import Looks

__all__ = ["Look", "draw_edge", "draw_look", "painted", "sibling"]


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
        slope_hu: what its middle has less than its edge.
        calcified_hu: what spots of calcification add.
    """

    hu: float
    blend: float = 1.0
    textures: tuple[tuple[float, float], ...] = ()
    grain: float = 1.0
    core_hu: float = 0.0
    core_from: float = 0.4
    rim_hu: float = 0.0
    slope_hu: float = 0.0
    calcified_hu: float = 0.0


def draw_edge(rng: np.random.Generator, settings: Looks) -> float:
    """Draw how blurred a lesion's edge is: full width at half maximum, mm."""
    wide = rng.random() < settings.wide_edge_share
    return float(rng.uniform(*(settings.wide_edge_mm if wide else settings.edge_mm)))


def draw_look(
    rng: np.random.Generator,
    tissue: Tissue,
    settings: Looks,
    *,
    host_hu: float,
    radius_mm: float,
    difficulty: float,
) -> Look:
    """Draw how a lesion in a tissue looks.

    Args:
        rng: where the randomness comes from.
        tissue: what it grows in.
        settings: shares and ranges.
        host_hu: of what it replaces.
        radius_mm: its mean radius.
        difficulty: 0 for well visible ones, 1 for any.
    """
    look = replace(
        _solid(rng, tissue, settings, host_hu, difficulty),
        textures=_draw_textures(rng, tissue, settings),
        grain=float(rng.uniform(*settings.grain)),
    )
    bone = tissue is Tissue.BONE
    if not bone and radius_mm > settings.big_mm and look.blend == 1:
        look = _with_core(rng, look, radius_mm, tissue, settings)
    if rng.random() < (settings.bone_calcified_share if bone else settings.calcified_share):
        look = replace(look, calcified_hu=float(rng.uniform(*settings.calcified_hu)))
    return look


def _solid(
    rng: np.random.Generator, tissue: Tissue, settings: Looks, host_hu: float, difficulty: float
) -> Look:
    match tissue:
        case Tissue.LUNG:
            return _in_lung(rng, settings, difficulty)
        case Tissue.FAT | Tissue.NODE:
            faint = rng.random() < settings.faint_fat_share
            return Look(float(rng.uniform(*(settings.faint_fat_hu if faint else settings.fat_hu))))
        case Tissue.BONE:
            lytic = rng.random() < settings.lytic_share
            return Look(float(rng.uniform(*(settings.lytic_hu if lytic else settings.blastic_hu))))
        case Tissue.ORGAN | Tissue.SOFT:
            return _in_soft_tissue(rng, tissue, settings, host_hu, difficulty)


def _in_lung(rng: np.random.Generator, settings: Looks, difficulty: float) -> Look:
    if rng.random() < settings.ground_glass_share * min(
        1.0, settings.ground_glass_if_easy + difficulty
    ):
        blend = float(rng.uniform(*settings.ground_glass_blend))
        return Look(float(rng.uniform(*settings.ground_glass_hu)), blend=blend)
    part_solid = rng.random() < settings.part_solid_share
    return Look(float(rng.uniform(*(settings.part_solid_hu if part_solid else settings.lung_hu))))


def _in_soft_tissue(
    rng: np.random.Generator, tissue: Tissue, settings: Looks, host_hu: float, difficulty: float
) -> Look:
    """Draw a cyst, fat, or HU that differ from the host's, log-uniformly; easy ones by more."""
    organ = tissue is Tissue.ORGAN
    if rng.random() < (settings.cyst_share if organ else settings.fatty_share):
        return Look(float(rng.uniform(*(settings.cyst_hu if organ else settings.fatty_hu))))
    limits = settings.organ_contrast_hu if organ else settings.contrast_hu
    darker_share = settings.organ_darker_share if organ else settings.darker_share
    least = limits[0] + settings.easy_hu * (1 - difficulty)
    contrast = float(np.exp(rng.uniform(*np.log((least, max(limits[1], least))))))
    darker = rng.random() < darker_share
    return Look(max(host_hu - contrast, settings.darkest_hu) if darker else host_hu + contrast)


def _draw_textures(
    rng: np.random.Generator, tissue: Tissue, settings: Looks
) -> tuple[tuple[float, float], ...]:
    strongest = settings.bone_texture_hu if tissue is Tissue.BONE else settings.texture_hu
    fine = rng.random() < settings.fine_share
    scales = settings.fine_scales if fine else settings.coarse_scales
    return tuple(
        (
            float(rng.uniform(0, strongest) * rng.uniform(*settings.texture_part)),
            float(rng.uniform(*scale)),
        )
        for scale in scales
    )


def _with_core(
    rng: np.random.Generator, look: Look, radius_mm: float, tissue: Tissue, settings: Looks
) -> Look:
    """Add a dark (rarely a bright) core or a slope, and an enhancing rim."""
    share = settings.core_share + settings.core_share_per_mm * radius_mm
    if rng.random() < min(share, settings.most_core_share):
        dark = rng.random() < settings.dark_core_share
        core = -rng.uniform(*settings.core_hu) if dark else rng.uniform(*settings.bright_core_hu)
        look = replace(look, core_hu=float(core), core_from=float(rng.uniform(*settings.core_from)))
    elif rng.random() < settings.slope_share:
        look = replace(look, slope_hu=float(rng.uniform(*settings.slope_hu)))
    rimmed = settings.organ_rim_share if tissue is Tissue.ORGAN else settings.rim_share
    if rng.random() < rimmed:
        look = replace(look, rim_hu=float(rng.uniform(*settings.rim_hu)))
    return look


def sibling(rng: np.random.Generator, look: Look, hu_sd: float) -> Look:
    """Give the look of another lesion of the same kind."""
    return replace(look, hu=look.hu + float(rng.normal(0, hu_sd)), calcified_hu=0.0)


def painted(
    look: Look, level: Floats, radius: float, settings: Looks, rng: np.random.Generator
) -> Floats:
    """Give a lesion's HU without grain, everywhere in its box.

    Args:
        look: how it looks.
        level: its level set, in radii.
        radius: its mean radius, patch voxels.
        settings: how soft and uneven core, rim and spots are.
        rng: of its textures.
    """
    hu = np.full_like(level, look.hu)
    for strength, scale in look.textures:
        if scale * radius > 1:
            hu += strength * noise(rng, level.shape, scale * radius)
    if look.core_hu:
        rough = noise(rng, level.shape, max(0.5 * radius, 1.5))
        uneven = level + settings.core_unevenness * rough
        hu += look.core_hu * np.clip((uneven - look.core_from) / settings.core_softness + 0.5, 0, 1)
    if look.slope_hu:
        hu -= look.slope_hu * np.clip(level, 0, 1)
    if look.rim_hu:
        apart = np.abs(level - settings.rim_at)
        hu += look.rim_hu * np.clip(1 - apart / settings.rim_width, 0, 1)
    if look.calcified_hu:
        spots = noise(rng, level.shape, max(settings.calcified_radii * radius, 1.5))
        hu += look.calcified_hu * np.clip(2 * (spots - settings.calcified_above), 0, 1)
    return hu
