"""Boxes around lesions as a person draws them: tight, then each side a few voxels further out.

In training the jitter is drawn anew each time, so that a model prompted by a box does not learn to
trust it to the voxel (0 to 5 voxels, as the HCUCH data set's annotators tuned MedSAM).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["JITTER_VOXELS", "Box", "box_channel", "box_of", "draw_box_channel", "jittered"]

JITTER_VOXELS = 5
"""The most by which a side moves outwards."""

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Box:
    """A box of whole voxels, (z, y, x): from `start` up to, and without, `stop`."""

    start: Shape
    stop: Shape

    @property
    def slices(self) -> tuple[slice, slice, slice]:
        """The box as an index of an array."""
        z, y, x = (slice(a, b) for a, b in zip(self.start, self.stop, strict=True))
        return z, y, x

    def holds(self, other: "Box") -> bool:
        """Tell whether another box lies within this one."""
        return all(a <= b for a, b in zip(self.start, other.start, strict=True)) and all(
            a >= b for a, b in zip(self.stop, other.stop, strict=True)
        )


def box_of(mask: npt.NDArray[np.bool_]) -> Box:
    """Give the smallest box around a mask, (z, y, x).

    Raises:
        ValueError: the mask is empty.
    """
    if not mask.any():
        raise ValueError("an empty mask has no box")
    ends = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        occupied = np.flatnonzero(mask.any(axis=others))
        ends.append((int(occupied[0]), int(occupied[-1]) + 1))
    (z0, z1), (y0, y1), (x0, x1) = ends
    return Box((z0, y0, x0), (z1, y1, x1))


def jittered(
    box: Box, shape_zyx: Shape, rng: np.random.Generator, *, most: int = JITTER_VOXELS
) -> Box:
    """Move each of the six sides outwards by 0 to `most` voxels, but not out of the image."""
    out = rng.integers(0, most + 1, size=6)
    z0, y0, x0 = (max(0, a - int(by)) for a, by in zip(box.start, out[:3], strict=True))
    z1, y1, x1 = (
        min(size, b + int(by)) for b, size, by in zip(box.stop, shape_zyx, out[3:], strict=True)
    )
    return Box((z0, y0, x0), (z1, y1, x1))


def box_channel(box: Box, shape_zyx: Shape) -> npt.NDArray[np.float32]:
    """Draw a box as a network's input channel: 1 in it, 0 outside."""
    channel = np.zeros(shape_zyx, dtype=np.float32)
    channel[box.slices] = 1
    return channel


def draw_box_channel(
    mask: npt.NDArray[np.bool_], rng: np.random.Generator, *, most: int = JITTER_VOXELS
) -> npt.NDArray[np.float32]:
    """Draw the channel for one look at a training case; all 0 for a mask without a lesion.

    Args:
        mask: the lesion, (z, y, x).
        rng: the training's generator; each look has its own jitter.
        most: by which a side moves outwards.
    """
    z, y, x = mask.shape
    if not mask.any():
        return np.zeros((z, y, x), dtype=np.float32)
    return box_channel(jittered(box_of(mask), (z, y, x), rng, most=most), (z, y, x))
