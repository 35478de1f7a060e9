"""2D components of a series' lesions, and how well a prediction overlaps each: Dice in its box.

A component is 8-connected pixels of one value in one axial slice, at least 10 of them. The model
was prompted with a box around it, so that only what it drew in that box counts, the box made wider
by the 5 pixels by which training moves its corners.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "JITTER_PX",
    "SMALLEST_PX",
    "Component",
    "components",
    "dice_in_box",
    "drawn_for",
    "values_are_labels",
]

SMALLEST_PX, JITTER_PX = 10, 5
"""The least pixels of a component; how far a corner of its box may be moved."""

_ALL_NEIGHBOURS = np.ones((3, 3), dtype=np.int8)

Pixels = npt.NDArray[np.bool_]
Box = tuple[slice, slice]


@dataclass(frozen=True, eq=False)
class Component:
    """One component of the reference.

    Attributes:
        value: in the mask.
        slice_z: the axial slice.
        box_yx: the smallest box around it.
        pixels: its pixels, the slice's size.
    """

    value: int
    slice_z: int
    box_yx: Box
    pixels: Pixels

    @property
    def wide_yx(self) -> Box:
        """The box with room for what moved corners let a model draw."""
        y, x = (
            slice(max(0, part.start - JITTER_PX), min(size, part.stop + JITTER_PX))
            for part, size in zip(self.box_yx, self.pixels.shape, strict=True)
        )
        return y, x


def components(values: npt.NDArray[np.integer[Any]]) -> Iterator[Component]:
    """Give the components of all values of a mask, (z, y, x), slice by slice."""
    from scipy import ndimage  # noqa: PLC0415  (--help needs none of it)

    for z in np.flatnonzero(values.any(axis=(1, 2))):
        for value in np.unique(values[z][values[z] != 0]):
            numbered, _ = ndimage.label(values[z] == value, structure=_ALL_NEIGHBOURS)
            for number, box in enumerate(ndimage.find_objects(numbered), start=1):
                pixels = numbered == number
                if np.count_nonzero(pixels) >= SMALLEST_PX:
                    yield Component(int(value), int(z), (box[0], box[1]), pixels)


def drawn_for(
    component: Component,
    prediction: npt.NDArray[np.integer[Any]],
    *,
    by_value: bool,
) -> Pixels:
    """Return what a prediction, (z, y, x), drew for a component: the slice's size, in its box.

    Args:
        component: of the reference.
        prediction: its mask of the whole series.
        by_value: whether its values are the reference's; else all that is not 0 counts.
    """
    drawn = prediction[component.slice_z]
    found = np.zeros(component.pixels.shape, dtype=np.bool_)
    inside = drawn[component.wide_yx]
    found[component.wide_yx] = inside == component.value if by_value else inside != 0
    return found


def dice_in_box(component: Component, drawn: Pixels) -> float:
    """Return the Dice of a component and what was drawn for it."""
    common = np.count_nonzero(component.pixels & drawn)
    return 2 * common / (np.count_nonzero(component.pixels) + np.count_nonzero(drawn))


def values_are_labels(
    prediction: npt.NDArray[np.integer[Any]], labels: Mapping[int, object]
) -> bool:
    """Tell a mask with the reference's values from one of 0 and 1 alone.

    Raises:
        ValueError: it has values that are neither.
    """
    found = set(np.unique(prediction).tolist()) - {0}
    if found <= {1}:
        return set(labels) == {1}
    if unknown := sorted(found - set(labels)):
        raise ValueError(f"{unknown[0]}")
    return True
