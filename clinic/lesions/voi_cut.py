"""How a VOI is cut from a scan: around which voxel, and how many voxels become one.

At a factor of 1 a VOI's voxels are the scan's. A lesion that does not fit is looked at through a
coarser VOI, each voxel of which is the mean of a block of the scan's.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from clinic.scans.grid import Voxel
from clinic.scans.scan import Scan
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX, Spacing, cut_voi

__all__ = ["ONE", "VoiCut"]

ONE: Voxel = (1, 1, 1)


@dataclass(frozen=True)
class VoiCut:
    """A VOI of a scan that is turned to axial slices; all is in the order (z, y, x).

    Attributes:
        click: the voxel of the turned scan that is the VOI's centre.
        size: of the turned scan.
        factors: how many voxels along each axis become one.
        spacing_mm: of the VOI, along (x, y, z).
    """

    click: Voxel
    size: Voxel
    factors: Voxel
    spacing_mm: Spacing

    @classmethod
    def around(cls, scan: Scan, click_xyz: Voxel, factors: Voxel = ONE) -> "VoiCut":
        """Give the VOI around a voxel of a scan as it is stored."""
        axial = scan.grid.axial
        x, y, z = click_xyz
        size_z, size_y, size_x = (scan.grid.shape_zyx[axis] for axis in axial.order)
        mm = zip(axial.spacing_mm, factors[::-1], strict=True)
        x_mm, y_mm, z_mm = (step * factor for step, factor in mm)
        size = (size_z, size_y, size_x)
        return cls(axial.index((z, y, x)), size, factors, (x_mm, y_mm, z_mm))

    @property
    def is_coarse(self) -> bool:
        """Whether its voxels are not the scan's own."""
        return self.factors != ONE

    def start(self, axis: int) -> int:
        """Give the place in the scan, along an axis, where the VOI's first voxel begins."""
        return self.click[axis] - CLICK_ZYX[axis] * self.factors[axis] - self.factors[axis] // 2

    def index(self, axis: int, at: int) -> int:
        """Give the place in the VOI of a voxel of the scan, along an axis; it may lie beyond."""
        return (at - self.start(axis)) // self.factors[axis]

    def ends(self, axis: int) -> tuple[int, int, bool, bool]:
        """Give the first and last places of the VOI that hold any of the scan, along an axis.

        Returns:
            Both places; and whether the scan goes on before the first, and behind the last.
        """
        first, last = self.index(axis, 0), self.index(axis, self.size[axis] - 1)
        beyond = VOI_SHAPE_ZYX[axis] - 1
        return max(first, 0), min(last, beyond), first < 0, last > beyond

    def touched(self, mask: npt.NDArray[np.bool_]) -> tuple[tuple[bool, bool, bool], bool]:
        """Tell at which edges a mask in the VOI ends.

        Returns:
            For each axis, whether at an edge of the VOI where the scan goes on; and whether at an
            edge of the scan.
        """
        voi_edges, scan_edge = [], False
        for axis in range(3):
            first, last, before, behind = self.ends(axis)
            at_first, at_last = (bool(np.take(mask, side, axis=axis).any())
                                 for side in (first, last))  # fmt: skip
            voi_edges.append((at_first and before) or (at_last and behind))
            scan_edge |= (at_first and not before) or (at_last and not behind)
        return (voi_edges[0], voi_edges[1], voi_edges[2]), scan_edge

    def cut(self, turned: npt.NDArray[Any], fill: float) -> npt.NDArray[Any]:
        """Cut the VOI from the turned scan.

        Args:
            turned: the scan's HU.
            fill: of voxels outside the scan.
        """
        if not self.is_coarse:
            return cut_voi(turned, self.click, fill=fill)
        voi = np.full(VOI_SHAPE_ZYX, fill, turned.dtype)
        (z0, z1, *_), (y0, y1, *_), (x0, x1, *_) = (self.ends(axis) for axis in range(3))
        for z in range(z0, z1 + 1):
            planes = turned[self._block(0, z)].mean(axis=0, dtype=np.float32)
            rows = self._means(self._means(planes, 1).T, 2).T
            whole = rows if turned.dtype.kind == "f" else np.rint(rows)
            voi[z, y0 : y1 + 1, x0 : x1 + 1] = whole
        return voi

    def _block(self, axis: int, index: int) -> slice:
        start = self.start(axis) + index * self.factors[axis]
        return slice(max(start, 0), min(start + self.factors[axis], self.size[axis]))

    def _means(self, rows: npt.NDArray[Any], axis: int) -> npt.NDArray[Any]:
        """Average blocks along the first axis of a plane: those of one of the VOI's axes."""
        first, last, *_ = self.ends(axis)
        blocks = [self._block(axis, index) for index in range(first, last + 1)]
        starts = [block.start - blocks[0].start for block in blocks]
        counts = np.array([block.stop - block.start for block in blocks], np.float32)
        sums = np.add.reduceat(rows[blocks[0].start : blocks[-1].stop], starts, axis=0)
        means: npt.NDArray[Any] = sums / counts[:, None]
        return means
