"""Hyper-parameters of scenes: which lesions, where, how clicked, and how the scan shows them."""

from training.starter.settings.strict_table import Count, PositiveRange, Range, Share, Strict, Whole

__all__ = [
    "KINDS",
    "Clicks",
    "Companions",
    "KeepAway",
    "Kind",
    "Places",
    "RealLesions",
]

KINDS = ("lung", "fat", "soft", "bone", "organ", "node")
"""`organ`: in a solid organ such as the liver; `node`: in fat among vessels, where nodes lie."""


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
    radius_mm: PositiveRange
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

    looked_at: Count
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
    fewest: Whole


class KeepAway(Strict):
    """An unlabelled lesion of a scan: near it nothing is implanted, and nothing counts as healthy.

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
        most_companions: that are tried there.
        companion_sides: places around the real one that are tried for the tissue it lies in.
        companion_reach: how far from its middle these are, in its radii.
    """

    weights: dict[str, float]
    stretch_sd: float
    bent_share: Share
    bend_voxels: float
    bend_lattice: Count
    centre_sd: float
    most_others: Whole
    companion_share: Share
    most_companions: Count
    companion_sides: Count
    companion_reach: float


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
        nothing_hu: above which they lie: nobody clicks on air.
        healthy_share: of scenes, those without any lesion.
        no_healthy: cases, or patterns of their names, whose unlabelled disease has no known place:
            no click in them counts as one on nothing.
        correction_share: of samples, those that come with further clicks already.
        fresh_corrections: so many of these at most.
        most_corrections: so many at most in training.
        correction_voxels: how far outside a lesion its outside clicks lie at most.
    """

    deepest_share: Share
    edge_share: Share
    edge_mm: float
    edge_reach: Share
    other_share: Share
    nothing_share: Share
    nothing_voxels: Whole
    nothing_hu: float
    healthy_share: Share
    no_healthy: tuple[str, ...]
    correction_share: Share
    fresh_corrections: Count
    most_corrections: Count
    correction_voxels: Count


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
    apart_voxels: Whole
    hu_sd: float
    fewest_voxels: Whole
