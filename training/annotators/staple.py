"""STAPLE beside the vote: a mask by how far each annotator is to be trusted.

Source: S. K. Warfield, K. H. Zou, W. M. Wells, Simultaneous truth and performance level estimation,
IEEE Transactions on Medical Imaging 23 (2004), as SimpleITK has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

from training.annotators.agreement import Mask
from uls.geometry.lesion import bounding_box

__all__ = ["MARGIN_VOXELS", "Staple", "staple"]

MARGIN_VOXELS = 5
"""Around what anybody drew. With all of a scan's background every annotator's specificity is 1, and
the estimate is of background alone."""

_PROBABLE = 0.5


@dataclass(frozen=True, eq=False)
class Staple:
    """What STAPLE estimates: a mask, and each annotator's sensitivity and specificity."""

    mask: Mask
    sensitivity: tuple[float, ...]
    specificity: tuple[float, ...]


def staple(masks: Sequence[Mask]) -> Staple | None:
    """Estimate the mask in the box around all masks; None where nobody drew anything."""
    box = bounding_box(np.any(masks, axis=0))
    if box is None:
        return None
    wide = tuple(
        slice(max(0, part.start - MARGIN_VOXELS), min(size, part.stop + MARGIN_VOXELS))
        for part, size in zip(box, masks[0].shape, strict=True)
    )
    images = [sitk.GetImageFromArray(mask[wide].astype(np.uint8)) for mask in masks]
    estimate = sitk.STAPLEImageFilter()
    estimate.SetForegroundValue(1.0)
    probable = sitk.GetArrayFromImage(estimate.Execute(images)) > _PROBABLE
    whole = np.zeros(masks[0].shape, dtype=np.bool_)
    whole[wide] = probable
    return Staple(whole, tuple(estimate.GetSensitivity()), tuple(estimate.GetSpecificity()))
