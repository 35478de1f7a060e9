"""Hyper-parameters of how a scan shows a scene: its scanner, and where it ends."""

from pydantic import PositiveFloat

from training.starter.settings.strict_table import Count, Range, Share, Strict, Whole

__all__ = ["Augmentation", "Phantoms", "ScanEnds"]


class Augmentation(Strict):
    """The same scene as another scanner would show it: shares of scenes and ranges.

    Attributes:
        thicker_share, thickest_mm: slices averaged.
        thick_mm: slices of this and more are not averaged any further.
        thicker_by: how much thicker than a patch voxel, and than before, slices become at least.
        smoothed_share, smoothed: blended with the neighbours in plane.
        scaled_share, scale, shift_hu: all HU.
        recoloured_share, recoloured_hu: the clicked real lesion's HU.
        recoloured_softness: of that lesion's edge: blended twice as much with its neighbours.
        noise_share, noise_hu, grainy_share: noise, and how much of it is grainy.
        grain, grain_gain: how grainy noise is blended in plane, and how it is strengthened again.
        noise_slices_from: slices so many patch voxels thick have one noise each.
    """

    thicker_share: Share
    thickest_mm: float
    thick_mm: float
    thicker_by: tuple[float, float]
    smoothed_share: Share
    smoothed: Range
    scaled_share: Share
    scale: Range
    shift_hu: float
    recoloured_share: Share
    recoloured_hu: float
    recoloured_softness: Share
    noise_share: Share
    noise_hu: Range
    grainy_share: Share
    grain: Share
    grain_gain: float
    noise_slices_from: float


class Phantoms(Strict):
    """Synthetic scans, where there are no real ones.

    Attributes:
        extent_mm: how much of the body is drawn, (z, y, x).
        noise_hu: of the scanner.
        most_smoothing: of its kernel: so many times smoothed, or less.
    """

    extent_mm: tuple[PositiveFloat, PositiveFloat, PositiveFloat]
    noise_hu: Range
    most_smoothing: Whole


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
    least_cut_voxels: Count
    mirrored_share: Share
