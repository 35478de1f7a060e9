"""The samplers' hyper-parameters, one model per file that uses them; `recipe.toml` has them all."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "Augmentation",
    "Bodies",
    "Clicks",
    "Companions",
    "KeepAway",
    "Kind",
    "Looks",
    "Places",
    "Range",
    "RealLesions",
    "ScanEnds",
    "Shapes",
    "Share",
    "Strict",
    "Tissues",
    "Visibility",
]

Share = Annotated[float, Field(ge=0, le=1)]
Range = tuple[float, float]


class Strict(BaseModel):
    """A table of the recipe: no unknown entries, none may be missing."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Kind(Strict):
    """Where a synthetic lesion is tried, and what it is like there.

    Attributes:
        share: of synthetic lesions that are tried here.
        radius_mm: smallest and largest mean radius, drawn log-uniformly.
        reader_shape_share: of them, those with the shape of a real nodule, where a bank is given.
        outline_height: at which height of its edge a lesion is outlined, 0 to 1: readers of wide
            windows draw it lower than half height.
        companion_shares: of scenes with 0, 1, 2, … further lesions of the same kind.
    """

    share: Share
    radius_mm: Range
    reader_shape_share: Share
    outline_height: Share
    companion_shares: tuple[Share, ...]


class Places(Strict):
    """Where lesions may be implanted; tissues are told apart on a coarse copy of the scan.

    Attributes:
        looked_at: voxels per scan.
        body_hu: above which voxels are the body.
        lung_hu, fat_hu, soft_hu, bone_hu: what counts as which tissue.
        window_mm: side of the cube over which organs and strands are judged.
        organ_hu: mean of solid organs there.
        organ_sd_hu: its largest standard deviation.
        organ_least_ml: what is smaller is no organ.
        node_hu: mean of fat with vessels and nodes.
        node_sd_hu: its least standard deviation.
        fewest: places of a kind below which a scan is not used for it.
    """

    looked_at: int
    body_hu: float
    lung_hu: Range
    fat_hu: Range
    soft_hu: Range
    bone_hu: Range
    window_mm: float
    organ_hu: Range
    organ_sd_hu: float
    organ_least_ml: float
    node_hu: Range
    node_sd_hu: float
    fewest: int


class KeepAway(Strict):
    """An unlabelled lesion of a scan: nothing is implanted near it, nothing there counts as healthy.

    Attributes:
        case: the scan's name.
        lps_mm: its middle.
        radius_mm: how far to keep away from the middle.
    """

    case: str
    lps_mm: tuple[float, float, float]
    radius_mm: float


class RealLesions(Strict):
    """How patches of real lesions are turned and bent.

    Attributes:
        weights: how much more often than others a case's lesions are drawn, by pattern of its name.
        stretch_sd: of the logarithm of the stretch along each axis.
        bent_share: of patches.
        bend_voxels: largest standard deviation of the bend's lattice.
        bend_lattice: points of that lattice along each side.
        centre_sd: of the patch's centre, over the lesion's size.
        most_others: other lesions of the scan that are cut out beside the clicked one.
        companion_share: of patches, those with synthetic lesions beside the real one.
    """

    weights: dict[str, float]
    stretch_sd: float
    bent_share: Share
    bend_voxels: float
    bend_lattice: int
    centre_sd: float
    most_others: int
    companion_share: Share


class Clicks(Strict):
    """Where lesions are clicked; every scene is clicked twice.

    Attributes:
        deepest_share: of patches centred on the lesion, clicked in its deepest voxel.
        edge_share: of clicks, those at the lesion's edge.
        edge_mm: depth up to which a voxel is at the edge; at least one voxel.
        edge_reach: of synthetic lesions, from which share of the way out a click is at the edge.
        other_share: of second clicks, those on another lesion of the scene, if it has one.
        nothing_share: of the rest, those on no lesion at all: nothing is to be drawn.
        nothing_voxels: how far from every lesion such clicks lie.
        healthy_share: of scenes, those without any lesion.
        no_healthy: cases, or patterns of their names, whose unlabelled disease has no known place:
            no click in them counts as one on nothing.
        correction_share: of samples, those that come with further clicks already.
        most_corrections: so many at most, here and in training.
        correction_voxels: how far outside a lesion its outside clicks lie at most.
    """

    deepest_share: Share
    edge_share: Share
    edge_mm: float
    edge_reach: Share
    other_share: Share
    nothing_share: Share
    nothing_voxels: int
    healthy_share: Share
    no_healthy: tuple[str, ...]
    correction_share: Share
    most_corrections: int
    correction_voxels: int


class Companions(Strict):
    """Further lesions in a scene.

    Attributes:
        size_mean, size_sd: of the logarithm of their radius over the clicked lesion's.
        radius_voxels: limits of their radius in patch voxels.
        farthest_voxels: between two lesions' surfaces.
        touching_share: of companions, those that touch the clicked lesion.
        overlap: how far these reach into it, over their radius.
        apart_voxels: between the others and the clicked lesion, at least.
        hu_sd: standard deviation of their HU around the clicked one's.
        fewest_voxels: that one must show to be clicked.
    """

    size_mean: float
    size_sd: float
    radius_voxels: Range
    farthest_voxels: float
    touching_share: Share
    overlap: Range
    apart_voxels: int
    hu_sd: float
    fewest_voxels: int


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
        reader_stretch_sd: of the logarithm of a reader shape's stretch along each axis.
        reader_roughness: added to reader shapes.
    """

    axes_sd: float
    elongated_share: Share
    elongation: Range
    axes_limits: Range
    lobed_share: Share
    most_lobes: int
    lobe_size: Range
    lobe_offset: Range
    roughness: Range
    roughness_scales: tuple[Range, ...]
    finest_voxels: float
    spiculated_share: Share
    spiculated_from_mm: float
    spicules: tuple[int, int]
    spicule_length: Range
    spicule_width: float
    spicule_least_voxels: float
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
        fine_scales, coarse_scales, fine_share: of it, in radii.
        grain: how much of the background's fine noise a lesion keeps.
        big_mm: radius from which a lesion may have a core, a rim and a slope.
        core_share, core_share_per_mm, most_core_share: of these.
        core_hu, bright_core_hu, dark_core_share, core_from: HU of the core, and where it begins.
        core_softness, core_unevenness: of its border, in radii.
        rim_share, organ_rim_share, rim_hu, rim_at, rim_width: an enhancing rim.
        slope_share, slope_hu: HU that fall from the edge to the middle.
        calcified_share, bone_calcified_share, calcified_hu, calcified_above, calcified_radii: spots.
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
    fat_hu: Range
    faint_fat_hu: Range
    faint_fat_share: Share
    contrast_hu: Range
    easy_hu: float
    fatty_hu: Range
    fatty_share: Share
    darker_share: Share
    darkest_hu: float
    organ_contrast_hu: Range
    organ_darker_share: Share
    cyst_hu: Range
    cyst_share: Share
    lytic_hu: Range
    blastic_hu: Range
    lytic_share: Share
    texture_hu: float
    bone_texture_hu: float
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
    tried: int


class Bodies(Strict):
    """How a lesion is grown into a patch, and which ones are refused.

    Attributes:
        looked_at: every so many voxels of a lesion's body are looked at for air.
        most_air: more of it in air than this is too much.
        centres_tried: places of a lesion's middle, of which the one nearest to the patch's is taken.
        reach: how far out in its body an easy lesion is clicked, and how much more a hard one.
        fitted_difficulty: of lesions in patches that are centred on them, over the others'.
        pixel_blur, patch_blur: what interpolating between pixels (sigma in pixels) and cutting the
            patch (variance in its voxels) blur.
        grain_pixels: what is finer is grain.
        grain_sds, most_grain_hu: grain beyond these is an edge.
        fewest_voxels, fewest_if_tiny, tiny_voxels: that a mask must have, by its radius.
        least_kept, most_of_patch: of a ball of its radius, and of the patch.
        compact: the least that a mask blurred over half its radius must reach; a ball has 0.74.
    """

    looked_at: int
    most_air: Share
    centres_tried: int
    reach: Range
    fitted_difficulty: Share
    pixel_blur: float
    patch_blur: float
    grain_pixels: float
    grain_sds: float
    most_grain_hu: float
    fewest_voxels: int
    fewest_if_tiny: int
    tiny_voxels: float
    least_kept: Share
    most_of_patch: Share
    compact: Share


class Visibility(Strict):
    """Whether a lesion can be seen: what surrounds it must mostly differ from it.

    Attributes:
        ring_voxels: around it that are compared with it.
        least_hu, sds: what differs by less than either looks the same.
        share, less_if_hard: of the ring that must differ, and how much less at difficulty 1.
        few_voxels: smaller masks need not stand out.
        eye_voxels: sigma over which the eye averages noise.
    """

    ring_voxels: int
    least_hu: float
    sds: float
    share: Share
    less_if_hard: Share
    few_voxels: int
    eye_voxels: float


class Augmentation(Strict):
    """The same scene as another scanner would show it: shares of scenes and ranges.

    Attributes:
        thicker_share, thickest_mm: slices averaged.
        smoothed_share, smoothed: blended with the neighbours in plane.
        scaled_share, scale, shift_hu: all HU.
        recoloured_share, recoloured_hu: the clicked real lesion's HU.
        noise_share, noise_hu, grainy_share: noise, and how much of it is grainy.
    """

    thicker_share: Share
    thickest_mm: float
    smoothed_share: Share
    smoothed: Range
    scaled_share: Share
    scale: Range
    shift_hu: float
    recoloured_share: Share
    recoloured_hu: float
    noise_share: Share
    noise_hu: Range
    grainy_share: Share


class ScanEnds(Strict):
    """How scans end around lesions (`scan_end`).

    Attributes:
        real_share: of real lesions' patches, those in which the scan is made to end.
        synthetic_share: the same of synthetic ones.
        every_side_share: of these, those in which it ends on all six sides; in the others on any
            side with even odds.
        cut_share: of these, those in which it ends within the lesion.
        least_cut_voxels: of the lesion that stay beyond the click on that side, at least.
        mirrored_share: of all patches, those that show the scan going on, mirrored, where its own
            ends are: crops of a data set end at the same distance from every lesion.
    """

    real_share: Share
    synthetic_share: Share
    every_side_share: Share
    cut_share: Share
    least_cut_voxels: int
    mirrored_share: Share
