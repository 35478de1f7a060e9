"""The parts of a predicted mask that do not hold the click."""

from evaluation.results.lesion_sections import OffCentre
from uls.geometry.component import count_components
from uls.geometry.cropped import CroppedMask
from uls.geometry.voi import CLICK_ZYX

__all__ = ["off_centre"]


def off_centre(mask: CroppedMask) -> OffCentre:
    """Count a mask's 6-connected components, and those that do not hold the click.

    All counts are 0 for an empty mask.
    """
    if not mask.n_voxels:
        return OffCentre(components=0, off_centre=0, off_centre_voxels=0)
    if not mask.holds(CLICK_ZYX):
        components, _ = count_components(mask.voxels, None)
        return OffCentre(
            components=components, off_centre=components, off_centre_voxels=mask.n_voxels
        )
    z, y, x = (click - start for click, start in zip(CLICK_ZYX, mask.corner_zyx, strict=True))
    components, clicked = count_components(mask.voxels, (z, y, x))
    return OffCentre(
        components=components,
        off_centre=components - 1,
        off_centre_voxels=mask.n_voxels - clicked,
    )
