"""Looking at one VOI through the zoom network: cut a patch, compute its channels, run, average.

A sight says where to look; what the network says there is a look. A sight that was looked at before
is remembered, as the search comes back to its last one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from algorithm.inference.boxes import Box
from algorithm.inference.corrections import Correction
from algorithm.models.zoom_channels import CHANNELS, PatchBox, channels
from algorithm.models.zoom_patch import Floats, Frame, Point, cut_patch

__all__ = ["Look", "Run", "Sight", "Viewer"]

Axes = tuple[int, ...]

Run = Callable[[Floats], Floats]
"""The network: channels (n, channels, z, y, x) to the lesion's probability (n, z, y, x)."""


@dataclass(frozen=True)
class Sight:
    """Where to look, and what is clicked there.

    Attributes:
        frame: of the patch.
        click_zyx: a (fractional) voxel of the VOI, the user's or one of the search.
    """

    frame: Frame
    click_zyx: Point

    @property
    def step_mm(self) -> float:
        """From one patch voxel to the next."""
        return self.frame.step_mm

    def patch_voxel(self, voxel_zyx: Point) -> tuple[int, int, int]:
        """Give the patch voxel nearest to a place in the VOI; it may lie outside the patch."""
        z, y, x = (round(at) for at in self.frame.to_patch(voxel_zyx))
        return z, y, x


@dataclass(frozen=True)
class Look:
    """What the network said: the lesion's probability, float32, `PATCH_SIZE` along each axis."""

    sight: Sight
    probability: Floats


class Viewer:
    """One VOI before one network.

    Args:
        voi_hu: HU, any real dtype, (z, y, x).
        spacing_zyx_mm: the VOI's.
        run: the network.
        box: that the user drew, in the VOI's voxels.
        corrections: the user's further clicks.
        channels_in: that the network takes.
    """

    def __init__(
        self,
        voi_hu: npt.NDArray[Any],
        *,
        spacing_zyx_mm: Point,
        run: Run,
        box: Box | None = None,
        corrections: Sequence[Correction] = (),
        channels_in: int = len(CHANNELS),
    ) -> None:
        self.spacing_zyx_mm = spacing_zyx_mm
        self.box = box
        self._corrections = tuple(corrections)
        self._channels_in = channels_in
        self._voi_hu = voi_hu
        self._run = run
        self._seen: dict[tuple[Sight, Axes], Floats] = {}

    def sight(self, centre_zyx: Point, step_mm: float, *, click_zyx: Point) -> Sight:
        """Aim at a place of this VOI."""
        return Sight(Frame(centre_zyx, step_mm, self.spacing_zyx_mm), click_zyx)

    def look(self, sights: Sequence[Sight], *, views: Sequence[Axes] = ((),)) -> list[Look]:
        """Look at some places, in one call of the network.

        Args:
            sights: where.
            views: axes along which each view is flipped; probabilities are averaged over them.
        """
        wanted = [(sight, axes) for sight in sights for axes in views]
        if new := [key for key in dict.fromkeys(wanted) if key not in self._seen]:
            self._see(new)
        return [
            Look(sight, np.mean([self._seen[sight, axes] for axes in views], axis=0))
            for sight in sights
        ]

    def _see(self, keys: Sequence[tuple[Sight, Axes]]) -> None:
        plain = {sight: self._channels(sight) for sight in dict.fromkeys(s for s, _ in keys)}
        batch = np.stack(
            [np.flip(plain[sight], tuple(a + 1 for a in axes)) for sight, axes in keys]
        )
        for key, probability in zip(keys, self._run(batch), strict=True):
            self._seen[key] = np.flip(probability, key[1])

    def _channels(self, sight: Sight) -> Floats:
        return channels(
            cut_patch(self._voi_hu, sight.frame),
            click=sight.frame.to_patch(sight.click_zyx),
            step_mm=sight.step_mm,
            slice_mm=self.spacing_zyx_mm[0],
            box=None if self.box is None else _in_patch(self.box, sight.frame),
            corrections=[
                (sight.frame.to_patch(one.voxel_zyx), one.inside) for one in self._corrections
            ],
            count=self._channels_in,
        )


def _in_patch(box: Box, frame: Frame) -> PatchBox:
    """Take a box's faces, which lie half a voxel before its voxels' centres, to the patch."""
    low, high = (
        frame.to_patch((corner[0] - 0.5, corner[1] - 0.5, corner[2] - 0.5))
        for corner in (box.start_zyx, box.stop_zyx)
    )
    return (low[0] + 0.5, low[1] + 0.5, low[2] + 0.5), (high[0] + 0.5, high[1] + 0.5, high[2] + 0.5)
