"""The tiles around a click, and how they follow a lesion that leaves them."""

from itertools import product

import numpy as np
import numpy.typing as npt

from algorithm.inference.tiling import Slices, starts_around
from algorithm.models.architecture import Zyx
from uls.geometry.lesion import clicked

__all__ = ["ClickRegion"]

Mask = npt.NDArray[np.bool_]


class ClickRegion:
    """The tiles of a grid around the click that were looked at; at first, the one at the click.

    Rocholl et al. (ULS+, 2026) place that one patch into an empty VOI, which cuts a larger lesion
    off at its border. We look again beyond each face of the region that the lesion touches, until
    it touches none, or touches the image's own border only.

    Args:
        shape_zyx: the image's, at least as large as the patch.
        patch_zyx: a tile's.
        click_zyx: in the image.
    """

    def __init__(self, shape_zyx: Zyx, patch_zyx: Zyx, click_zyx: Zyx) -> None:
        self._click, self._patch = click_zyx, patch_zyx
        sizes = list(zip(shape_zyx, patch_zyx, click_zyx, strict=True))
        starts = [min(max(at - patch // 2, 0), size - patch) for size, patch, at in sizes]
        self._grid = [
            starts_around(start, size, patch)
            for (size, patch, _), start in zip(sizes, starts, strict=True)
        ]
        z, y, x = (axis.index(start) for axis, start in zip(self._grid, starts, strict=True))
        self._covered = np.zeros(shape_zyx, dtype=np.bool_)
        self._seen: set[Zyx] = set()
        (self.first,) = self._add([(z, y, x)])

    def follow(self, foreground: Mask) -> list[Slices]:
        """Give the neighbouring tiles beyond the faces that the clicked lesion touches.

        Where the click itself was not predicted, any component that touches counts.

        Args:
            foreground: what was predicted in the region so far, in the image's shape.
        """
        if foreground[self._click] and self._beyond(foreground):
            foreground = clicked(foreground, spacing_mm=(1.0, 1.0, 1.0), click_zyx=self._click).mask
        return self._add(self._beyond(foreground))

    def _beyond(self, lesion: Mask) -> list[Zyx]:
        """List the tiles beyond touched faces, in the grid's order."""
        sides = product(self._seen, range(3), (-1, 1))
        return sorted({_neighbour(*side) for side in sides if self._leaves(lesion, *side)})

    def _leaves(self, lesion: Mask, index: Zyx, axis: int, side: int) -> bool:
        """Say whether a lesion goes through a tile's face to where no tile is yet."""
        if not 0 <= index[axis] + side < len(self._grid[axis]):
            return False
        tile = self._slices(index)
        face, next_to_it = list(tile), list(tile)
        edge = tile[axis].start if side < 0 else tile[axis].stop - 1
        face[axis] = slice(edge, edge + 1)
        next_to_it[axis] = slice(edge + side, edge + side + 1)
        return bool((lesion[tuple(face)] & ~self._covered[tuple(next_to_it)]).any())

    def _add(self, indices: list[Zyx]) -> list[Slices]:
        self._seen.update(indices)
        tiles = [self._slices(index) for index in indices]
        for tile in tiles:
            self._covered[tile] = True
        return tiles

    def _slices(self, index: Zyx) -> Slices:
        starts = (axis[at] for axis, at in zip(self._grid, index, strict=True))
        sizes = zip(starts, self._patch, strict=True)
        z, y, x = (slice(start, start + size) for start, size in sizes)
        return z, y, x


def _neighbour(index: Zyx, axis: int, side: int) -> Zyx:
    z, y, x = (at + side * (axis == other) for other, at in enumerate(index))
    return z, y, x
