"""A lesion's diameter from its mask, by the data set's rule."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clinic.follow_up.labels import LesionType
from clinic.follow_up.min_area_box import Box, Extent, min_area_box
from uls.geometry.voi import Spacing

__all__ = ["Widest", "widest_box"]

_LONGER = 1e-9
"""A later slice must be longer than this, relatively, to win."""


@dataclass(frozen=True)
class Widest:
    """The axial slice on which a lesion is longest, and the smallest rectangle around it there."""

    slice_z: int
    box: Box

    def diameter_mm(self, kind: LesionType) -> float:
        """Give a tumour's major axis, or the minor axis on that slice of an adenopathy."""
        return self.box.minor_mm if kind.is_node else self.box.major_mm


def widest_box(
    mask: npt.NDArray[np.bool_], *, spacing_mm: Spacing, extent: Extent = Extent.BORDERS
) -> Widest:
    """Find the axial slice whose minimum-area box has the largest major axis.

    One box holds all parts that the lesion has in a slice, also those that touch only in other
    slices. Of equally long slices the first counts.

    Args:
        mask: one lesion, (z, y, x), with at least one true voxel.
        spacing_mm: along (x, y, z).
        extent: whether pixels are squares or points.

    Raises:
        ValueError: the mask is empty.
    """
    widest: Widest | None = None
    for z in np.flatnonzero(mask.any(axis=(1, 2))):
        box = min_area_box(mask[z], spacing_yx_mm=(spacing_mm[1], spacing_mm[0]), extent=extent)
        if widest is None or box.major_mm > widest.box.major_mm * (1 + _LONGER):
            widest = Widest(int(z), box)
    if widest is None:
        raise ValueError("an empty mask has no diameter")
    return widest
