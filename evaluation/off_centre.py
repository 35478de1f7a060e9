"""The parts of a predicted mask that do not hold the click."""

import numpy as np
import SimpleITK as sitk

from evaluation.analysis.lesion_sections import OffCentre
from uls.cropped import CroppedMask
from uls.voi import CLICK_ZYX

__all__ = ["off_centre"]


def off_centre(mask: CroppedMask) -> OffCentre:
    """Count a mask's 6-connected components, and those that do not hold the click.

    All counts are 0 for an empty mask.
    """
    if not mask.n_voxels:
        return OffCentre(components=0, off_centre=0, off_centre_voxels=0)
    image = sitk.GetImageFromArray(mask.voxels.view(np.uint8))
    labels = sitk.GetArrayFromImage(sitk.ConnectedComponent(image, False))
    components = int(labels.max())
    if not mask.holds(CLICK_ZYX):
        return OffCentre(
            components=components, off_centre=components, off_centre_voxels=mask.n_voxels
        )
    z, y, x = (click - start for click, start in zip(CLICK_ZYX, mask.corner_zyx, strict=True))
    clicked = np.count_nonzero(labels == labels[z, y, x])
    return OffCentre(
        components=components,
        off_centre=components - 1,
        off_centre_voxels=mask.n_voxels - int(clicked),
    )
