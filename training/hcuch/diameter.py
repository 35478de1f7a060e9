"""A lesion's diameter from its mask, by the data set's rule."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.hcuch.labels import LesionType
from training.hcuch.min_area_box import Box, Extent, min_area_box
from uls.voi import Spacing

__all__ = ["Widest", "widest_box"]

_LONGER = 1e-9
"""A later slice must be longer than this, relatively, to win."""

_ALL_NEIGHBOURS = np.ones((3, 3), dtype=np.int8)
"""8-connectivity, as 26-connected instances have it within a slice."""


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

    Parts of a lesion that do not touch within a slice are boxed one by one: a diameter does not
    cross what is not lesion. Of equally long slices the first counts.

    Args:
        mask: one lesion, (z, y, x), with at least one true voxel.
        spacing_mm: along (x, y, z).
        extent: whether pixels are squares or points.

    Raises:
        ValueError: the mask is empty.
    """
    widest: Widest | None = None
    for z in np.flatnonzero(mask.any(axis=(1, 2))):
        for part in _parts(mask[z]):
            box = min_area_box(part, spacing_yx_mm=(spacing_mm[1], spacing_mm[0]), extent=extent)
            if widest is None or box.major_mm > widest.box.major_mm * (1 + _LONGER):
                widest = Widest(int(z), box)
    if widest is None:
        raise ValueError("an empty mask has no diameter")
    return widest


def _parts(region: npt.NDArray[np.bool_]) -> Iterator[npt.NDArray[np.bool_]]:
    from scipy import ndimage  # noqa: PLC0415  (--help needs none of it)

    numbered, count = ndimage.label(region, structure=_ALL_NEIGHBOURS)
    for number in range(1, count + 1):
        yield numbered == number
