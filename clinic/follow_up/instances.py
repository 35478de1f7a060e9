"""The instances of a mask: the 26-connected components of each of its values."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Instance", "Labels", "instances"]

_ALL_NEIGHBOURS = np.ones((3, 3, 3), dtype=np.int8)
"""26-connectivity."""

Labels = npt.NDArray[np.integer[Any]]
"""A mask's values, (z, y, x); 0 is background."""


@dataclass(frozen=True, eq=False)
class Instance:
    """One component, cut out of its mask; counted from 1 within its value, the largest first."""

    value: int
    component: int
    mask: npt.NDArray[np.bool_]
    corner_zyx: tuple[int, int, int]

    @property
    def box(self) -> tuple[slice, slice, slice]:
        """Where it lies in its mask."""
        starts = zip(self.corner_zyx, self.mask.shape, strict=True)
        z, y, x = (slice(start, start + size) for start, size in starts)
        return z, y, x


def instances(values: Labels) -> Iterator[Instance]:
    """Give the 26-connected components of every value of a mask, (z, y, x)."""
    for value, box in _boxes(values):
        corner = (box[0].start, box[1].start, box[2].start)
        for number, mask in enumerate(_components(values[box] == value), start=1):
            yield Instance(value, number, mask, corner)


def _boxes(values: Labels) -> Iterator[tuple[int, tuple[slice, slice, slice]]]:
    """Give each value that occurs and the box that holds it."""
    from scipy import ndimage  # noqa: PLC0415  (--help needs none of it)

    for value, box in enumerate(ndimage.find_objects(values), start=1):
        if box is not None:
            yield value, box


def _components(mask: npt.NDArray[np.bool_]) -> Iterator[npt.NDArray[np.bool_]]:
    """Give the 26-connected components, the largest first."""
    from scipy import ndimage  # noqa: PLC0415

    numbered, _ = ndimage.label(mask, structure=_ALL_NEIGHBOURS)
    sizes = np.bincount(numbered.ravel())[1:]
    for number in np.argsort(-sizes, kind="stable"):
        yield numbered == number + 1
