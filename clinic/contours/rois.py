"""An earlier contour on a scan's grid: its mask, and the place in it where one would click."""

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

from clinic.scans.grid import Grid, Voxel
from uls.geometry.cropped import CroppedMask

__all__ = ["Roi", "deepest_voxel"]

_AS_DEEP_MM = 1e-3


@dataclass(frozen=True, eq=False, repr=False)
class Roi:
    """An ROI or segment. It has no `repr`: its name may be the patient's.

    Attributes:
        number: as its file counts it.
        name: as its file has it; to choose by, never to be shown.
        mask: of the scan's array; empty where the contours hold no voxel's centre.
        click_xyz: the deepest voxel of the mask, the farthest from its border; where the mask is
            empty, the voxel nearest to the contours' middle.
        warnings: what was left out, and the like.
    """

    number: int
    name: str
    mask: CroppedMask
    click_xyz: Voxel
    warnings: tuple[str, ...] = ()


def deepest_voxel(mask: CroppedMask, grid: Grid) -> Voxel:
    """Give the voxel (x, y, z) of a mask that is farthest, in mm, from what is not the mask.

    A centroid may lie outside a bent lesion; this place is well inside whatever the shape. Of
    several as deep, it is the one nearest to their middle.
    """
    image = sitk.GetImageFromArray(np.pad(mask.voxels, 1).astype(np.uint8))
    image.SetSpacing(grid.spacing_mm)
    distances = sitk.SignedMaurerDistanceMap(image, insideIsPositive=True, useImageSpacing=True)
    depth = sitk.GetArrayFromImage(distances)
    deepest = np.argwhere(depth >= depth.max() - _AS_DEEP_MM)
    away = ((deepest - deepest.mean(axis=0)) * grid.spacing_mm[::-1]) ** 2
    padded = deepest[int(np.argmin(away.sum(axis=1)))]
    z, y, x = (int(at) - 1 + c for at, c in zip(padded, mask.corner_zyx, strict=True))
    return x, y, z
