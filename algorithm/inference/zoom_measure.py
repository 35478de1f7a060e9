"""What a look found: the component at the click, its size and deepest point, its credibility."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from algorithm.inference.zoom_look import Look
from algorithm.models.zoom_patch import PATCH_SIZE, Floats, Point
from algorithm.models.zoom_settings import ZoomSettings
from uls.geometry.lesion import DEFAULT_REACH_MM, bounding_box, clicked

__all__ = ["Found", "crispness", "deepest_zyx", "diameter_of", "found", "holds", "score"]

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Found:
    """The component that a look found at a click.

    Attributes:
        look: that found it.
        mask: bool, of the patch's shape.
        threshold: of the probability.
        corners: the first voxel of its bounding box and the first beyond it, in patch voxels.
        settings: of the search.
    """

    look: Look
    mask: Mask
    threshold: float
    corners: tuple[tuple[int, int, int], tuple[int, int, int]]
    settings: ZoomSettings = field(default_factory=ZoomSettings)

    @property
    def step_mm(self) -> float:
        """The look's step."""
        return self.look.sight.step_mm

    @property
    def extents(self) -> tuple[int, ...]:
        """Sides of the bounding box in patch voxels."""
        return tuple(stop - start for start, stop in zip(*self.corners, strict=True))

    @property
    def diameter(self) -> float:
        """Diameter in patch voxels, see `diameter_of`."""
        volume = int(np.count_nonzero(self.mask))
        return diameter_of(volume, self.extents, self.settings.extent_share)

    @property
    def diameter_mm(self) -> float:
        """The diameter in mm."""
        return self.diameter * self.step_mm

    @property
    def faces(self) -> int:
        """How many of the patch's six faces it touches."""
        starts, stops = self.corners
        return starts.count(0) + stops.count(PATCH_SIZE)

    def part(self, axis: int, where: slice) -> "Found | None":
        """Keep what lies in some layers along an axis; None where that is nothing."""
        mask = np.zeros_like(self.mask)
        layers = tuple(where if one == axis else slice(None) for one in range(3))
        mask[layers] = self.mask[layers]
        box = bounding_box(mask)
        return None if box is None else replace(self, mask=mask, corners=_corners(box))

    @property
    def centre_zyx(self) -> Point:
        """Centre of the bounding box, in voxels of the VOI."""
        z, y, x = ((start + stop - 1) / 2 for start, stop in zip(*self.corners, strict=True))
        return self.look.sight.frame.to_volume((z, y, x))


def diameter_of(volume: float, extents: Sequence[float], extent_share: float) -> float:
    """Give the diameter that a zoom is fitted to, in the same unit as the extents.

    It is that of a ball of the same volume, or a share of the longest extent if that is more.
    """
    return float(max((6 * volume / math.pi) ** (1 / 3), extent_share * max(extents)))


def found(look: Look, settings: ZoomSettings, *, threshold: float) -> Found | None:
    """Find the component at a look's own click; None where there is none, or hardly any."""
    foreground = look.probability > threshold
    mask = _at(foreground, look, look.sight.click_zyx, settings)
    box = None if mask is None else bounding_box(mask)
    if mask is None or box is None or np.count_nonzero(mask) < settings.smallest_voxels:
        return None
    return Found(look, mask, threshold, _corners(box), settings)


def _corners(box: tuple[slice, slice, slice]) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    z, y, x = box
    return (z.start, y.start, x.start), (z.stop, y.stop, x.stop)


def holds(foreground: Mask, look: Look, voxel_zyx: Point, settings: ZoomSettings) -> bool:
    """Say whether a mask on a look's patch holds a voxel of the VOI, or begins within reach."""
    return _at(foreground, look, voxel_zyx, settings) is not None


def _at(foreground: Mask, look: Look, voxel_zyx: Point, settings: ZoomSettings) -> Mask | None:
    """Give the component at a voxel of the VOI, or the nearest one within reach."""
    lesion = clicked(
        foreground,
        spacing_mm=(1.0, 1.0, 1.0),  # distances in patch voxels
        reach_mm=min(settings.reach_voxels, DEFAULT_REACH_MM / look.sight.step_mm),
        click_zyx=look.sight.patch_voxel(voxel_zyx),
    )
    return None if lesion.distance_mm is None else lesion.mask


def deepest_zyx(answer: Found) -> Point:
    """Give the component's voxel farthest from its surface, in voxels of the VOI.

    Of equally deep ones the first in row order is taken; beyond the patch nothing is lesion.
    """
    starts, stops = answer.corners
    z, y, x = (slice(start, stop) for start, stop in zip(starts, stops, strict=True))
    image = sitk.GetImageFromArray(np.pad(answer.mask[z, y, x], 1).astype(np.uint8))
    depth = sitk.GetArrayFromImage(
        sitk.SignedMaurerDistanceMap(image, insideIsPositive=True, squaredDistance=True)
    )
    at = np.unravel_index(int(np.argmax(depth)), depth.shape)
    patch = [start + int(index) - 1 for start, index in zip(starts, at, strict=True)]
    return answer.look.sight.frame.to_volume((patch[0], patch[1], patch[2]))


def score(answer: Found, settings: ZoomSettings) -> float:
    """Say how credible an answer is: at most 1, higher is better.

    The mean of 1 - 4p(1 - p) over the component and a shell around it is 1 where the network is
    sure of every voxel, and 0 where it is of none. An answer that takes up very little of the patch
    may be the ball that a network draws where it sees nothing; one that fills it has no outside to
    be judged by. Both lose.
    """
    crisp = crispness(answer.look.probability, answer.mask, settings.shell_voxels)
    fill = answer.diameter / PATCH_SIZE
    beyond = max(math.log(settings.low_fill / fill), math.log(fill / settings.high_fill), 0.0)
    return crisp - settings.fill_penalty * beyond


def crispness(probability: Floats, mask: Mask, shell_voxels: int) -> float:
    """Say how sure the network is of a mask's voxels and those around it: 0 to 1, 0 without any."""
    near = probability[_grown(mask, shell_voxels)]
    return float(np.mean(1 - 4 * near * (1 - near))) if near.size else 0.0


def _grown(mask: Mask, voxels: int) -> Mask:
    image = sitk.GetImageFromArray(mask.astype(np.uint8))
    grown = sitk.BinaryDilate(image, [voxels] * 3, sitk.sitkBall)
    result: Mask = sitk.GetArrayFromImage(grown) > 0
    return result
