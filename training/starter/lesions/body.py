"""A lesion in a patch: grown where there is room, outlined as on slices, mixed into the image."""

from dataclasses import dataclass, replace

import cc3d
import numpy as np

from algorithm.models.zoom_patch import Point
from training.starter.lesions.appearance import Look, painted
from training.starter.lesions.fields import SD_PER_MAD, Bools, Floats, blurred, grown, median
from training.starter.lesions.shape import Box, Shape
from training.starter.lesions.slices import Slices
from training.starter.lesions.tissue import Growth, room
from training.starter.settings.body_settings import Bodies
from training.starter.settings.recipe import Samples

__all__ = ["Body", "Scanner", "grow", "is_lump", "kept_apart", "mix", "outline"]

_FWHM_PER_SIGMA = 2.355

_BALL = 4 / 3 * np.pi


@dataclass(frozen=True)
class Scanner:
    """How the scan behind a patch was made."""

    step_mm: float
    pixel_mm: float
    edge_mm: float
    slices: Slices
    settings: Samples

    def blur(self, values: Floats) -> Floats:
        """Blur as the scanner does; along z thick slices do it instead."""
        sigma_mm = np.hypot(
            self.edge_mm / _FWHM_PER_SIGMA, self.settings.bodies.pixel_blur * self.pixel_mm
        )
        sigma = float(np.sqrt((sigma_mm / self.step_mm) ** 2 + self.settings.bodies.patch_blur))
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
        level: its level set on the patch's voxels, in radii; the readers' mean.
        cover: how much of each voxel it fills, 0 to 1, on the slices (see `Slices`): where readers
            disagree, less.
        covers: the same by each reader's shape.
        host: the smoothed background on the patch's voxels.
        slices: those of its box.
    """

    box: Box
    radius: float
    level: Floats
    cover: Floats
    covers: tuple[Floats, ...]
    host: Floats
    slices: Slices


def grow(
    background: Floats,
    shape: Shape,
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
    levels = shape.levels(box, centre, rng)
    level = np.asarray(levels.mean(axis=0))
    if level[z, y, x] <= 0:
        return None
    space, host = room(background[box], growth, scanner.step_mm, scanner.settings.tissues)
    if space[z, y, x] < 0.5:
        return None
    slices = scanner.slices.part(box[0])
    covers = tuple(
        slices.averaged(scanner.blur(np.clip(one * shape.radius + 0.5, 0, 1) * space))
        for one in levels
    )
    cover = np.asarray(np.mean(covers, axis=0))
    return Body(box, shape.radius, level, cover, covers, host, slices)


def outline(body: Body, click: Point, height: float) -> tuple[Body, Bools, Floats] | None:
    """Outline a lesion on its slices, as annotators do: at some height of its edge.

    Args:
        body: the lesion.
        click: that it must hold, in patch voxels.
        height: over its greatest cover.

    Returns:
        The lesion without parts cut off from the clicked one; the mask in its box, one 6-connected
        component that holds the click, by most readers; the share of readers who drew a voxel;
        None if there is no mask.
    """
    size = len(body.level)
    outlines = [
        body.slices.interpolated((one > height * max(one.max(), 0.05)).astype(np.float32), size)
        > 0.5
        for one in body.covers
    ]
    share = np.asarray(np.mean(outlines, axis=0, dtype=np.float32))
    drawn = share > 0.5 if len(outlines) > 1 else outlines[0]
    z, y, x = (round(at) - part.start for at, part in zip(click, body.box, strict=True))
    if not drawn[z, y, x]:
        return None
    labels = cc3d.connected_components(drawn, connectivity=6)
    mask: Bools = labels == labels[z, y, x]
    if labels.max() > 1:
        near = body.slices.sampled(grown(mask, (2, 2, 2)).astype(np.float32)) > 0
        body = replace(body, cover=body.cover * near)
    return body, mask, share * grown(mask, (2, 2, 2))


def is_lump(mask: Bools, radius: float, patch_voxels: int, settings: Bodies) -> bool:
    """Say whether enough of a lesion is left, and in one lump."""
    voxels = int(np.count_nonzero(mask))
    tiny = radius < settings.tiny_voxels
    fewest = settings.fewest_if_tiny if tiny else settings.fewest_voxels
    ball = _BALL * min(radius, 0.5 * patch_voxels ** (1 / 3)) ** 3
    most = settings.most_of_patch * patch_voxels
    if voxels < max(fewest, settings.least_kept * ball) or voxels > most:
        return False
    sigma = 0.5 * (voxels / _BALL) ** (1 / 3)
    return float(blurred(mask.astype(np.float32), (sigma,) * 3).max()) > settings.compact


def kept_apart(body: Body, mask: Bools, voxels: int) -> Body:
    """Take away what comes near the mask (of the whole patch) of other lesions; 0: only within."""
    along_z = voxels + int(np.ceil(body.slices.reach)) if voxels else 0
    taken = grown(mask, (along_z, voxels, voxels))[body.box].astype(np.float32)
    free = body.slices.sampled(taken) < 0.5
    covers = tuple(one * free for one in body.covers)
    return replace(body, cover=body.cover * free, covers=covers)


def mix(hu: Floats, body: Body, look: Look, scanner: Scanner, rng: np.random.Generator) -> None:
    """Mix a lesion into a patch, in place; the patch's own fine grain stays."""
    before = body.slices.sampled(hu[body.box])
    inside = body.slices.averaged(
        painted(look, body.level, body.radius, scanner.settings.looks, rng)
    )
    inside += look.grain * _grain(before, scanner.pixel, scanner.settings.bodies)
    change = look.blend * body.cover * (inside - before)
    hu[body.box] += body.slices.interpolated(change, len(body.level))


def _grain(hu: Floats, pixel: float, settings: Bodies) -> Floats:
    """Give an image's noise: what is fine and weak. Wide patches average the noise away."""
    sigma = settings.grain_pixels * max(1.0, pixel)
    fine = hu - blurred(hu, (0.0, sigma, sigma))
    limit = settings.grain_sds * SD_PER_MAD * median(np.abs(fine))
    limit = min(limit, settings.most_grain_hu) * min(1.0, pixel)
    grain: Floats = np.clip(fine, -limit, limit)
    return grain
