"""One training sample: a patch, the clicked lesion in it, and what the network is told about it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cc3d
import numpy as np
import numpy.typing as npt

from algorithm.models.zoom_channels import PatchBox, channels
from algorithm.models.zoom_patch import Point
from uls.errors import InputError

__all__ = [
    "FEWEST_VOXELS",
    "Sample",
    "clicked_part",
    "draw_box",
    "first_usable",
    "network_input",
    "usable",
]

FEWEST_VOXELS = 1
"""Of a lesion in a patch. Wide first looks see small lesions as no more than a few; were they left
out, such looks would learn that every lesion is large, and find one wherever they are asked."""

MOST_TRIES = 20_000
"""For one sample. Ordinary scans need two or three; most tries that fail take microseconds."""

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sample:
    """A patch and the lesion clicked in it.

    Attributes:
        hu: float32, `PATCH_SIZE` along (z, y, x).
        mask: the clicked lesion.
        click: a voxel of the lesion, (z, y, x).
        step_mm: the patch's step.
        slice_mm: the scan's slice spacing.
        real: drawn by a radiologist, not implanted.
        fitted: the patch was centred on the lesion, not on the click.
        box: a box around the lesion, if the sample has one.
    """

    hu: Floats
    mask: Mask
    click: tuple[int, int, int]
    step_mm: float
    slice_mm: float
    real: bool
    fitted: bool
    box: PatchBox | None = None


def clicked_part(mask: Mask, click: tuple[int, int, int]) -> Mask:
    """Keep the 6-connected component that holds the click; nothing where the click is outside."""
    if not mask[click]:
        return np.zeros_like(mask)
    labels = cc3d.connected_components(mask, connectivity=6)
    part: Mask = labels == labels[click]
    return part


def usable(sample: Sample) -> bool:
    """Say whether the click is in the lesion, and enough of it in the patch to learn from."""
    return bool(sample.mask[sample.click] and np.count_nonzero(sample.mask) >= FEWEST_VOXELS)


def first_usable(draw: Callable[[], Sample | None]) -> Sample:
    """Draw until a sample is usable.

    Raises:
        InputError: none of `MOST_TRIES` is: training would wait for ever.
    """
    for _ in range(MOST_TRIES):
        drawn = draw()
        if drawn is not None and usable(drawn):
            return drawn
    raise InputError.about(
        "the scans to train on",
        expected="lesions, or lung, fat, soft tissue or bone in the body to implant some into",
        found=f"not one usable sample in {MOST_TRIES:,} tries",
        hint="Are they CT scans of patients, in HU?",
    )


def draw_box(sample: Sample, jitter: float, rng: np.random.Generator) -> Sample:
    """Add a box around the lesion, as a person would draw it: each side off by a little.

    Args:
        sample: without a box.
        jitter: standard deviation of a side's place, over the lesion's size along that axis.
        rng: source of the jitter.
    """
    voxels = np.argwhere(sample.mask)
    low, high = voxels.min(0).astype(float), voxels.max(0) + 1.0
    size = high - low
    low, high = low - rng.normal(0.02, jitter, 3) * size, high + rng.normal(0.02, jitter, 3) * size
    return replace(sample, box=(_point(low), _point(np.maximum(high, low + 1))))


def _point(values: npt.NDArray[np.float64]) -> Point:
    z, y, x = (float(value) for value in values)
    return z, y, x


def network_input(sample: Sample) -> Floats:
    """Compute the network's input channels."""
    return channels(
        sample.hu,
        click=sample.click,
        step_mm=sample.step_mm,
        slice_mm=sample.slice_mm,
        box=sample.box,
    )
