"""A lesion in a patch: grown where there is room, outlined as on slices, mixed into the image."""

from dataclasses import dataclass, replace

import cc3d
import numpy as np

from algorithm.models.zoom_patch import Point
from training.starter.appearance import Look, painted
from training.starter.fields import SD_PER_MAD, Bools, Floats, blurred, grown, median
from training.starter.shapes import Box, LesionShape
from training.starter.slices import Slices
from training.starter.tissue import Growth, room

__all__ = ["Body", "Scanner", "grow", "is_lump", "kept_apart", "mix", "outline"]

_FWHM_PER_SIGMA = 2.355

_PIXEL_BLUR, _PATCH_BLUR = 0.3, 0.1
"""Interpolating between pixels blurs by this share of one (sigma); cutting a patch by this variance
(in its voxels, beyond the ramp that `grow` draws anyway)."""

_GRAIN_PIXELS = 1.5
"""What is finer than this many pixels (sigma) is grain."""

_GRAIN_SDS, _MOST_GRAIN_HU = 2.5, 45.0
"""Grain beyond these is an edge of the background, not noise."""

_APART = 2
"""Voxels between the clicked lesion and any other."""


_FEWEST_VOXELS, _FEWEST_IF_TINY, _TINY_RADIUS = 30, 1, 3.0
"""Voxels that a mask must have; fewer will do for lesions of a radius below this, in voxels."""

_LEAST_KEPT, _MOST_OF_PATCH = 0.12, 0.7
"""Of a ball of the lesion's radius (as far as half a patch can hold one), and of the patch."""

_COMPACT = 0.52
"""A mask whose blurred version (sigma: half the radius of a ball as large) stays below this
everywhere is a sheet or a strand that follows tissue. A ball reaches 0.74."""

_BALL = 4 / 3 * np.pi


@dataclass(frozen=True)
class Scanner:
    """How the scan behind a patch was made."""

    step_mm: float
    pixel_mm: float
    edge_mm: float
    slices: Slices

    def blur(self, values: Floats) -> Floats:
        """Blur as the scanner does; along z thick slices do it instead."""
        sigma_mm = np.hypot(self.edge_mm / _FWHM_PER_SIGMA, _PIXEL_BLUR * self.pixel_mm)
        sigma = float(np.sqrt((sigma_mm / self.step_mm) ** 2 + _PATCH_BLUR))
        return blurred(values, (sigma if self.slices.positions is None else 0.0, sigma, sigma))

    @property
    def pixel(self) -> float:
        """A pixel of the scan, in patch voxels."""
        return self.pixel_mm / self.step_mm


@dataclass(frozen=True)
class Body:
    """A lesion in its box.

    Attributes:
        box: where in the patch.
        radius: mean radius, patch voxels.
        level: its level set on the patch's voxels, in radii.
        cover: how much of each voxel it fills, 0 to 1, on the slices (see `Slices`).
        host: the smoothed background on the patch's voxels.
        slices: those of its box.
    """

    box: Box
    radius: float
    level: Floats
    cover: Floats
    host: Floats
    slices: Slices


def grow(
    background: Floats,
    shape: LesionShape,
    centre: Point,
    *,
    growth: Growth,
    scanner: Scanner,
    click: Point,
    rng: np.random.Generator,
) -> Body | None:
    """Grow a lesion at a place of the patch; None where it would not hold the click."""
    box = shape.box(centre, background.shape, beyond_z=scanner.slices.reach)
    z, y, x = (round(at) - part.start for at, part in zip(click, box, strict=True))
    if min(z, y, x) < 0 or any(
        at >= part.stop - part.start for at, part in zip((z, y, x), box, strict=True)
    ):
        return None
    level = shape.level(box, centre, rng)
    if level[z, y, x] <= 0:
        return None
    space, host = room(background[box], growth, scanner.step_mm)
    if space[z, y, x] < 0.5:
        return None
    filled = np.clip(level * shape.radius + 0.5, 0, 1) * space
    slices = scanner.slices.part(box[0])
    return Body(box, shape.radius, level, slices.averaged(scanner.blur(filled)), host, slices)


def outline(body: Body, click: Point) -> tuple[Body, Bools] | None:
    """Outline a lesion at half height on its slices, as annotators do.

    Returns:
        The lesion without parts cut off from the clicked one, and the mask in its box, one
        6-connected component that holds the click; None if there is none.
    """
    half = 0.5 * float(body.cover.max())
    size = len(body.level)
    drawn = body.slices.interpolated((body.cover > half).astype(np.float32), size) > 0.5
    z, y, x = (round(at) - part.start for at, part in zip(click, body.box, strict=True))
    if not drawn[z, y, x]:
        return None
    labels = cc3d.connected_components(drawn, connectivity=6)
    mask: Bools = labels == labels[z, y, x]
    if labels.max() > 1:
        near = body.slices.sampled(grown(mask, (2, 2, 2)).astype(np.float32)) > 0
        body = replace(body, cover=body.cover * near)
    return body, mask


def is_lump(mask: Bools, radius: float, patch_voxels: int) -> bool:
    """Say whether enough of a lesion is left, and in one lump."""
    voxels = int(np.count_nonzero(mask))
    fewest = _FEWEST_IF_TINY if radius < _TINY_RADIUS else _FEWEST_VOXELS
    ball = _BALL * min(radius, 0.5 * patch_voxels ** (1 / 3)) ** 3
    if voxels < max(fewest, _LEAST_KEPT * ball) or voxels > _MOST_OF_PATCH * patch_voxels:
        return False
    sigma = 0.5 * (voxels / _BALL) ** (1 / 3)
    return float(blurred(mask.astype(np.float32), (sigma,) * 3).max()) > _COMPACT


def kept_apart(body: Body, mask: Bools) -> Body:
    """Take away what comes near the mask (of the whole patch) of another lesion."""
    along_z = _APART + int(np.ceil(body.slices.reach))
    taken = grown(mask, (along_z, _APART, _APART))[body.box].astype(np.float32)
    free = body.slices.sampled(taken) == 0
    return replace(body, cover=body.cover * free)


def mix(hu: Floats, body: Body, look: Look, scanner: Scanner, rng: np.random.Generator) -> None:
    """Mix a lesion into a patch, in place; the patch's own fine grain stays."""
    before = body.slices.sampled(hu[body.box])
    inside = body.slices.averaged(painted(look, body.level, body.radius, rng))
    inside += look.grain * _grain(before, scanner.pixel)
    change = look.blend * body.cover * (inside - before)
    hu[body.box] += body.slices.interpolated(change, len(body.level))


def _grain(hu: Floats, pixel: float) -> Floats:
    """Give an image's noise: what is fine and weak. Wide patches average the noise away."""
    sigma = _GRAIN_PIXELS * max(1.0, pixel)
    fine = hu - blurred(hu, (0.0, sigma, sigma))
    limit = min(_GRAIN_SDS * SD_PER_MAD * median(np.abs(fine)), _MOST_GRAIN_HU)
    limit *= min(1.0, pixel)
    grain: Floats = np.clip(fine, -limit, limit)
    return grain
