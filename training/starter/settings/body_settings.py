"""Hyper-parameters of lesions in a patch: how they are grown there, and which ones are refused."""

from training.starter.settings.strict_table import Count, Share, Strict, Whole

__all__ = ["Bodies", "Visibility"]


class Bodies(Strict):
    """How a lesion is grown into a patch, and which ones are refused.

    Attributes:
        looked_at: every so many voxels of a lesion's body are looked at for air.
        most_air: more of it in air than this is too much.
        centres_tried: places of a lesion's middle; the one nearest to the patch's is taken.
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

    looked_at: Count
    most_air: Share
    centres_tried: Count
    reach: tuple[float, float]
    fitted_difficulty: Share
    pixel_blur: float
    patch_blur: float
    grain_pixels: float
    grain_sds: float
    most_grain_hu: float
    fewest_voxels: Whole
    fewest_if_tiny: Whole
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

    ring_voxels: Count
    least_hu: float
    sds: float
    share: Share
    less_if_hard: Share
    few_voxels: Whole
    eye_voxels: float
