"""Hyper-parameters of synthetic lesions: shapes, places, looks, and which ones are refused."""

from training.starter.settings.strict_table import (
    Count,
    Percentile,
    PositiveRange,
    Range,
    Share,
    Strict,
    WholeRange,
)

__all__ = ["Looks", "Shapes", "Tissues"]


class Shapes(Strict):
    """Drawn shapes: lobulated, uneven ellipsoids, some with spicules; and readers' shapes.

    Attributes:
        axes_sd: of the logarithm of an ellipsoid's axes.
        elongated_share, elongation: of those with one longer axis, and its factor.
        axes_limits: of each axis over the mean.
        lobed_share, most_lobes, lobe_size, lobe_offset: of those with more lobes than one.
        roughness: of the surface, in radii.
        roughness_scales: pairs of scale (radii) and relative strength.
        finest_voxels: unevenness finer than this is left out.
        spiculated_share, spiculated_from_mm: of lesions in the lung.
        spicules, spicule_length, spicule_width: how many, how long and thick (radii).
        spicule_least_voxels: thickness at least.
        spicule_taper: thickness at the middle over that; it falls by 1 on the way to the tip.
        reader_stretch_sd: of the logarithm of a reader shape's stretch along each axis.
        reader_roughness: added to reader shapes.
    """

    axes_sd: float
    elongated_share: Share
    elongation: Range
    axes_limits: Range
    lobed_share: Share
    most_lobes: Count
    lobe_size: Range
    lobe_offset: Range
    roughness: Range
    roughness_scales: tuple[tuple[float, float], ...]
    finest_voxels: float
    spiculated_share: Share
    spiculated_from_mm: float
    spicules: WholeRange
    spicule_length: Range
    spicule_width: float
    spicule_least_voxels: float
    spicule_taper: float
    reader_stretch_sd: float
    reader_roughness: Range


class Tissues(Strict):
    """How the tissue at a place is recognised, and how lesions treat its borders.

    Attributes:
        air_hu: below this lies gas.
        dark_hu: below this gas, lung, or where either begins.
        gas_share, lung_gas_share: of a lesion's neighbourhood, at most.
        lung_edge_hu: median of what is dark beside a lesion that lies at the lung.
        near_mm, gas_mm, far_mm: neighbourhoods in which HU, gas and vessels are looked for.
        lung_hu, fat_hu, soft_hu, bone_hu: mean HU near a place of each tissue.
        vessel_hu: HU of some vessel not far from a place in the lung; cushions have none.
        vessel_percentile: of the HU there, which a vessel raises above that.
        smooth_mm, wide_mm: averages over which growth is judged.
        room_mm: softness of the border of where a lesion may grow.
        stays_share: of lesions that stay within their tissue, …
        one_organ_share: … and of these in soft tissue, within one organ, …
        one_organ_hu: … whose HU differ by less than this, …
        organ_stays_share: the same of lesions in solid organs.
        soft_growth_hu, overgrown_hu: limits of growth within soft tissue, and beyond it.
        fat_growth_hu: lower limit in fat; upper limits of which one is drawn.
        fat_wide_hu: how much lower the upper limit is in the wide average.
        lung_growth_hu: upper limit in the lung, and of its wide average if it stays or overgrows.
        bone_growth_hu: lower limits in bone: of the average, the wide average, and overgrown.
    """

    air_hu: float
    dark_hu: float
    gas_share: Share
    lung_gas_share: Share
    lung_edge_hu: Range
    near_mm: float
    gas_mm: float
    far_mm: float
    lung_hu: Range
    fat_hu: Range
    soft_hu: Range
    bone_hu: Range
    vessel_hu: float
    vessel_percentile: Percentile
    smooth_mm: float
    wide_mm: float
    room_mm: float
    stays_share: Share
    one_organ_share: Share
    one_organ_hu: float
    organ_stays_share: Share
    soft_growth_hu: Range
    overgrown_hu: Range
    fat_growth_hu: tuple[float, ...]
    fat_wide_hu: float
    lung_growth_hu: tuple[float, float, float]
    bone_growth_hu: tuple[float, float, float]


class Looks(Strict):
    """How synthetic lesions look.

    Attributes:
        edge_mm, wide_edge_mm, wide_edge_share: full width at half maximum of their edges.
        lung_hu, part_solid_hu, part_solid_share: in the lung.
        ground_glass_hu, ground_glass_blend, ground_glass_share: through which the lung is seen.
        ground_glass_if_easy: of that share, what the easiest samples have.
        fat_hu, faint_fat_hu, faint_fat_share: in fat.
        contrast_hu: with soft tissue around, drawn log-uniformly.
        easy_hu: added to its lower limit for easy samples.
        fatty_hu, fatty_share: of soft tissue lesions that hold fat.
        darker_share: of soft tissue lesions.
        darkest_hu: of those.
        organ_contrast_hu, organ_darker_share: in solid organs.
        cyst_hu, cyst_share: in solid organs.
        lytic_hu, blastic_hu, lytic_share: in bone.
        texture_hu, bone_texture_hu: strongest mottling.
        texture_part: of what is drawn up to there, which each scale gets.
        fine_scales, coarse_scales, fine_share: of it, in radii.
        grain: how much of the background's fine noise a lesion keeps.
        big_mm: radius from which a lesion may have a core, a rim and a slope.
        core_share, core_share_per_mm, most_core_share: of these.
        core_hu, bright_core_hu, dark_core_share, core_from: HU of the core, and where it begins.
        core_softness, core_unevenness: of its border, in radii.
        rim_share, organ_rim_share, rim_hu, rim_at, rim_width: an enhancing rim.
        slope_share, slope_hu: HU that fall from the edge to the middle.
        calcified_share, bone_calcified_share, calcified_hu: of spots of calcification.
        calcified_above, calcified_radii: how rare and how large spots are.
        tried: looks that are drawn until one stands out.
    """

    edge_mm: Range
    wide_edge_mm: Range
    wide_edge_share: Share
    lung_hu: Range
    part_solid_hu: Range
    part_solid_share: Share
    ground_glass_hu: Range
    ground_glass_blend: Range
    ground_glass_share: Share
    ground_glass_if_easy: Share
    fat_hu: Range
    faint_fat_hu: Range
    faint_fat_share: Share
    contrast_hu: PositiveRange
    easy_hu: float
    fatty_hu: Range
    fatty_share: Share
    darker_share: Share
    darkest_hu: float
    organ_contrast_hu: PositiveRange
    organ_darker_share: Share
    cyst_hu: Range
    cyst_share: Share
    lytic_hu: Range
    blastic_hu: Range
    lytic_share: Share
    texture_hu: float
    bone_texture_hu: float
    texture_part: Range
    fine_scales: tuple[Range, ...]
    coarse_scales: tuple[Range, ...]
    fine_share: Share
    grain: Range
    big_mm: float
    core_share: Share
    core_share_per_mm: float
    most_core_share: Share
    core_hu: Range
    bright_core_hu: Range
    dark_core_share: Share
    core_from: Range
    core_softness: float
    core_unevenness: float
    rim_share: Share
    organ_rim_share: Share
    rim_hu: Range
    rim_at: float
    rim_width: float
    slope_share: Share
    slope_hu: Range
    calcified_share: Share
    bone_calcified_share: Share
    calcified_hu: Range
    calcified_above: float
    calcified_radii: float
    tried: Count
