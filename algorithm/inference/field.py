"""What a network said of an image, tile by tile and view by view, blended into one logit."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from algorithm.inference.tiling import Slices, gaussian_weights
from algorithm.models.architecture import Zyx

__all__ = ["LOGIT_OUTSIDE", "Axes", "Field", "Logit", "Look"]

Logit = npt.NDArray[np.float32]
Axes = tuple[int, ...]

Look = Callable[[Sequence[Slices], Sequence[Axes]], Iterable[tuple[Slices, Logit]]]
"""Runs a network on some tiles along some views: the lesion's logit for each of both."""

Follow = Callable[[npt.NDArray[np.bool_]], Sequence[Slices]]
"""Gives the tiles to look at next, when this is what was found so far; none to stop."""

LOGIT_OUTSIDE = -1000.0
"""The lesion's logit where no patch looked: as good as impossible."""


class Field:
    """The tiles of an image that were looked at, and what was said of them.

    Tiles are blended with nnU-Net's weights; views are averaged. The field may grow: whenever it
    does, the new tiles are looked at along all the views so far.

    Args:
        shape_zyx: the image's.
        patch_zyx: a tile's.
        tiles: to look at in any case.
        look: runs the network.
        follow: is asked where else to look; None where the tiles cover all.
    """

    def __init__(
        self,
        shape_zyx: Zyx,
        patch_zyx: Zyx,
        *,
        tiles: Sequence[Slices],
        look: Look,
        follow: Follow | None = None,
    ) -> None:
        one_is_all = len(tiles) == 1 and follow is None
        self._weights = None if one_is_all else gaussian_weights(patch_zyx)
        self._total = np.zeros(shape_zyx, dtype=np.float32)
        self._sum = np.zeros(shape_zyx, dtype=np.float32)
        self._look, self._follow = look, follow
        self._tiles: list[Slices] = []
        self._views: list[Axes] = []
        self._grow(tiles)

    def add(self, views: Sequence[Axes]) -> float | None:
        """Look along more views.

        Returns:
            How far they disagree with the views before: 1 − Dice of the masks of the two means;
            None where there were none before.
        """
        added = np.zeros_like(self._sum)
        self._sum_up(self._tiles, views, into=added)
        while self._follow and (tiles := self._follow(self._foreground(added))):
            self._grow(tiles)
            self._sum_up(tiles, self._views, into=self._sum)
            self._sum_up(tiles, views, into=added)
        disagreement = None
        if self._views:
            box = self._box
            disagreement = _disagreement(self._sum[box] > 0, added[box] > 0)
            added[box] += self._sum[box]
        self._sum = added
        self._views += views
        return disagreement

    def logit(self) -> Logit:
        """Give the mean over all views: float32, the image's shape, `LOGIT_OUTSIDE` beyond."""
        if self._weights is None:
            return self._sum / np.float32(len(self._views))
        whole = np.full_like(self._sum, LOGIT_OUTSIDE)
        box = self._box
        weights = self._total[box] * np.float32(len(self._views))
        np.divide(self._sum[box], weights, out=whole[box], where=weights > 0)
        return whole

    @property
    def _box(self) -> Slices:
        """The smallest box that holds all tiles."""
        z, y, x = (
            slice(min(part.start for part in parts), max(part.stop for part in parts))
            for parts in zip(*self._tiles, strict=True)
        )
        return z, y, x

    def _foreground(self, added: Logit) -> npt.NDArray[np.bool_]:
        """Say where the mean over the views so far, and those that are added, finds a lesion."""
        foreground = np.zeros(added.shape, dtype=np.bool_)
        box = self._box
        foreground[box] = (self._sum[box] + added[box] if self._views else added[box]) > 0
        return foreground

    def _grow(self, tiles: Sequence[Slices]) -> None:
        self._tiles += tiles
        if self._weights is not None:
            for tile in tiles:
                self._total[tile] += self._weights

    def _sum_up(self, tiles: Sequence[Slices], views: Sequence[Axes], *, into: Logit) -> None:
        for tile, lesion in self._look(tiles, views):
            into[tile] += lesion if self._weights is None else self._weights * lesion


def _disagreement(mask: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> float:
    """Give 1 − Dice of two masks; two empty ones agree."""
    voxels = np.count_nonzero(mask) + np.count_nonzero(other)
    return 1 - 2 * np.count_nonzero(mask & other) / voxels if voxels else 0.0
