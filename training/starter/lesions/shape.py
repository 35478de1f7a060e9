"""What a lesion is grown from: a level set, 0 on its surface and positive inside, in its radii."""

from typing import Protocol

import numpy as np

from algorithm.models.zoom_patch import Point
from training.starter.lesions.fields import Floats, noise
from training.starter.settings.lesion_settings import Shapes
from training.starter.settings.strict_table import Range

__all__ = ["Box", "Places", "Shape", "places_in", "reach_box", "roughened"]


Box = tuple[slice, slice, slice]
Places = tuple[Floats, Floats, Floats]
"""Coordinates (z, y, x) from a lesion's middle in patch voxels, that broadcast."""
_MARGIN = 4
"""Patch voxels around a shape for blur, partial volume and the ring it is compared with."""


class Shape(Protocol):
    """What a lesion is grown from."""

    @property
    def radius(self) -> float:
        """The mean radius in patch voxels."""

    def box(self, centre: Point, shape: tuple[int, ...], *, beyond_z: float = 0.0) -> Box:
        """Give the part of a patch of that shape that the lesion may reach."""

    def body_level(self, places: Places) -> Floats:
        """Give the level set of the body alone."""

    def levels(self, box: Box, centre: Point, rng: np.random.Generator) -> Floats:
        """Draw the level set on a part of the patch, once per reader: (readers, z, y, x)."""

    def place_in_body(self, rng: np.random.Generator, reach: Range) -> Floats:
        """Draw a place in the body, from its middle, so far on the way out to the surface."""


def reach_box(reach: Floats, centre: Point, shape: tuple[int, ...], beyond_z: float) -> Box:
    """Give the part of a patch within some reach of a place, with a margin around."""
    reach = np.add(reach, (_MARGIN + beyond_z, _MARGIN, _MARGIN))
    z, y, x = (
        slice(max(int(at - far), 0), max(min(int(np.ceil(at + far)) + 1, size), 0))
        for at, far, size in zip(centre, reach, shape, strict=True)
    )
    return z, y, x


def places_in(box: Box, centre: Point) -> Places:
    """Give the coordinates of a box's voxels from a place."""
    z, y, x = (
        np.arange(part.start, part.stop, dtype=np.float32) - np.float32(at)
        for part, at in zip(box, centre, strict=True)
    )
    return z[:, None, None], y[:, None], x


def roughened(
    level: Floats, roughness: float, radius: float, settings: Shapes, rng: np.random.Generator
) -> Floats:
    """Make a surface uneven at several scales."""
    for scale, strength in settings.roughness_scales:
        if roughness > 0 and scale * radius > settings.finest_voxels:
            level = level + roughness * strength * noise(rng, level.shape, scale * radius)
    return level
