"""Which of the predicted components is the clicked lesion: a named policy."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from uls.geometry.voi import CLICK_ZYX, Spacing

__all__ = ["DEFAULT_REACH_MM", "ClickedLesion", "Policy", "bounding_box", "clicked"]

DEFAULT_REACH_MM = 5.0
"""How far from the click a component may begin and still be taken for the clicked lesion."""


class Policy(StrEnum):
    """Which component of a prediction is kept; components are 6-connected.

    Both keep the component that holds the click when there is one. Otherwise `nearest` keeps the
    component that comes closest to the click, if it comes within reach; `baseline` does what the
    ULS23 baseline does: a single component is kept wherever it lies, several are all erased.
    """

    NEAREST = "nearest"
    BASELINE = "baseline"


@dataclass(frozen=True)
class ClickedLesion:
    """The mask that a policy kept, and how far from the click it begins.

    Attributes:
        mask: bool, (z, y, x), the VOI's shape.
        distance_mm: from the click to the mask's nearest voxel centre; 0 when the mask holds the
            click, None when nothing was kept.
        n_components: how many components were predicted.
    """

    mask: npt.NDArray[np.bool_]
    distance_mm: float | None
    n_components: int


def clicked(
    foreground: npt.NDArray[np.bool_],
    *,
    spacing_mm: Spacing,
    policy: Policy = Policy.NEAREST,
    reach_mm: float = DEFAULT_REACH_MM,
    click_zyx: tuple[int, int, int] = CLICK_ZYX,
) -> ClickedLesion:
    """Keep the clicked lesion of a prediction.

    Args:
        foreground: the predicted voxels, bool, (z, y, x).
        spacing_mm: voxel spacing along (x, y, z).
        policy: which component is kept.
        reach_mm: for `Policy.NEAREST`, how far from the click a component may begin.
        click_zyx: the clicked voxel.

    Returns:
        The kept component. An empty prediction gives an empty mask.
    """
    box = bounding_box(foreground)
    if box is None:
        return ClickedLesion(np.zeros_like(foreground), distance_mm=None, n_components=0)
    labels, n_components = _components(foreground[box])
    distances_mm = _distances_mm(labels, box, n_components, spacing_mm, click_zyx)
    label = int(np.argmin(distances_mm)) + 1
    distance_mm = float(distances_mm[label - 1])
    mask = np.zeros_like(foreground)
    if not _keeps(policy, distance_mm=distance_mm, reach_mm=reach_mm, n_components=n_components):
        return ClickedLesion(mask, distance_mm=None, n_components=n_components)
    np.equal(labels, label, out=mask[box])
    return ClickedLesion(mask, distance_mm=distance_mm, n_components=n_components)


def _keeps(policy: Policy, *, distance_mm: float, reach_mm: float, n_components: int) -> bool:
    if policy is Policy.BASELINE:
        return distance_mm == 0 or n_components == 1
    return distance_mm <= reach_mm


def bounding_box(mask: npt.NDArray[np.bool_]) -> tuple[slice, slice, slice] | None:
    """Give the smallest box of slices that holds every True voxel; None for an empty mask."""
    z = np.flatnonzero(mask.any(axis=(1, 2)))
    if not z.size:
        return None
    slab = mask[z[0] : z[-1] + 1]
    y, x = np.flatnonzero(slab.any(axis=(0, 2))), np.flatnonzero(slab.any(axis=(0, 1)))
    return (
        slice(int(z[0]), int(z[-1]) + 1),
        slice(int(y[0]), int(y[-1]) + 1),
        slice(int(x[0]), int(x[-1]) + 1),
    )


def _components(foreground: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[Any], int]:
    """Label the 6-connected components 1, 2, …; also say how many there are."""
    image = sitk.GetImageFromArray(foreground.astype(np.uint8))
    labels = sitk.GetArrayFromImage(sitk.ConnectedComponent(image, False))
    return labels, int(labels.max())


def _distances_mm(
    labels: npt.NDArray[Any],
    box: tuple[slice, slice, slice],
    n_components: int,
    spacing_mm: Spacing,
    click_zyx: tuple[int, int, int],
) -> npt.NDArray[np.float64]:
    """Give each component's distance from the click to its nearest voxel centre, in mm."""
    at = np.nonzero(labels)
    squared = np.zeros(at[0].size)
    for index, part, click, spacing in zip(at, box, click_zyx, spacing_mm[::-1], strict=True):
        squared += ((index + (part.start - click)) * spacing) ** 2
    nearest = np.full(n_components, np.inf)
    np.minimum.at(nearest, labels[at] - 1, squared)
    distances_mm: npt.NDArray[np.float64] = np.sqrt(nearest)
    return distances_mm
