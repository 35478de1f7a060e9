"""The masks of a scan's lesions as one image on the scan's grid: 0, and each lesion's number."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from clinic.lesions.lesion import Lesion
from clinic.scans.scan import Format, Scan
from uls.workshop.errors import CallError

__all__ = ["MASK_NAMES", "MOST_LESIONS", "label_map", "write_masks"]

MASK_NAMES: dict[Format, str] = {
    "nifti": "mask.nii.gz",
    "nrrd": "mask.nrrd",
    "metaimage": "mask.mha",
}

MOST_LESIONS = 255
"""As many as uint8 has numbers for."""


def label_map(scan: Scan, lesions: Sequence[Lesion]) -> npt.NDArray[np.uint8]:
    """Give the lesions' numbers on the scan's array; where masks overlap, the first one's.

    Raises:
        CallError: there are more lesions than numbers.
    """
    if len(lesions) > MOST_LESIONS:
        raise CallError.about(
            "clicks", expected=f"at most {MOST_LESIONS} lesions", found=f"{len(lesions)}"
        )
    labels = np.zeros(scan.grid.shape_zyx, np.uint8)
    for number, lesion in enumerate(lesions, 1):
        box = tuple(
            slice(corner, corner + size)
            for corner, size in zip(lesion.mask.corner_zyx, lesion.mask.voxels.shape, strict=True)
        )
        part = labels[box]
        part[lesion.mask.voxels & (part == 0)] = number
    return labels


def write_masks(scan: Scan, lesions: Sequence[Lesion], folder: Path, kind: Format) -> str:
    """Write the image of all masks; return the file's name."""
    image = scan.grid.copied_to(sitk.GetImageFromArray(label_map(scan, lesions)))
    name = MASK_NAMES[kind]
    try:
        sitk.WriteImage(image, str(folder / name), useCompression=True)
    except RuntimeError as error:
        raise OSError(0, "the mask cannot be written (is the disk full?)") from error
    return name
