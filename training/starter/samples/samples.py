"""Scenes and samples: a patch with lesions in it, and a click with what it asks for."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cc3d
import numpy as np
import numpy.typing as npt

from algorithm.models.zoom_channels import Correction, PatchBox, channels
from algorithm.models.zoom_patch import Point
from training.starter.lesions.fields import grown
from uls.workshop.errors import InputError

__all__ = [
    "FEWEST_VOXELS",
    "Sample",
    "Scene",
    "clicked_part",
    "clicked_share",
    "draw_box",
    "first_usable",
    "network_input",
    "sample_of",
    "usable",
]

FEWEST_VOXELS = 1
"""Of a lesion in a patch. Wide first looks see small lesions as no more than a few; were they left
out, such looks would learn that every lesion is large, and find one wherever they are asked."""

MOST_TRIES = 20_000
"""For one sample. Ordinary scans need two or three; most tries that fail take microseconds."""

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Voxel = tuple[int, int, int]


@dataclass(frozen=True)
class Scene:
    """A patch and the lesions in it.

    Attributes:
        hu: float32, `PATCH_SIZE` along (z, y, x).
        lesions: the share of readers who drew each voxel; the first one is clicked. None where
            healthy tissue is clicked.
        click: a voxel of the first lesion, (z, y, x).
        step_mm: the patch's step.
        slice_mm: the scan's slice spacing.
        real: drawn by a radiologist, not implanted.
        fitted: the patch was centred on the lesion, not on the click.
        healthy_mm: how far from the patch's centre tissue outside the lesions is known to be none.
    """

    hu: Floats
    lesions: tuple[Floats, ...]
    click: Voxel
    step_mm: float
    slice_mm: float
    real: bool
    fitted: bool
    healthy_mm: float = 0.0


@dataclass(frozen=True)
class Sample:
    """A scene, one click in it, and the lesion that is asked for.

    Attributes:
        scene: the patch.
        target: 0 to 1; all 0 where no lesion is clicked.
        click: (z, y, x).
        box: a box around the lesion, if the sample has one.
        corrections: further clicks.
    """

    scene: Scene
    target: Floats
    click: Voxel
    box: PatchBox | None = None
    corrections: tuple[Correction, ...] = ()

    @property
    def mask(self) -> Mask:
        """What most readers drew."""
        return self.target > 0.5


def clicked_part(mask: Mask, click: Voxel) -> Mask:
    """Keep the 6-connected component that holds the click; nothing where the click is outside."""
    if not mask[click]:
        return np.zeros_like(mask)
    labels = cc3d.connected_components(mask, connectivity=6)
    part: Mask = labels == labels[click]
    return part


def clicked_share(share: Floats, click: Voxel) -> Floats:
    """Keep the part of a lesion that holds the click, and what few readers drew around it."""
    most = share > 0.5
    part = clicked_part(most, click)
    few = ~most & (share > 0)
    kept = part | (few & grown(part, (2, 2, 2))) if few.any() else part
    return np.asarray(share * kept)


def usable(scene: Scene) -> bool:
    """Say whether the click is in the lesion, and enough of it in the patch to learn from."""
    if not scene.lesions:
        return scene.healthy_mm > 0
    mask = scene.lesions[0] > 0.5
    return bool(mask[scene.click] and np.count_nonzero(mask) >= FEWEST_VOXELS)


def first_usable(draw: Callable[[], Scene | None]) -> Scene:
    """Draw until a scene is usable.

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


def sample_of(scene: Scene) -> Sample:
    """Give the sample of a scene's own click."""
    if not scene.lesions:
        return Sample(scene, np.zeros(scene.hu.shape, dtype=np.float32), scene.click)
    return Sample(scene, clicked_share(scene.lesions[0], scene.click), scene.click)


def draw_box(sample: Sample, jitter: float, wider: float, rng: np.random.Generator) -> Sample:
    """Add a box around the lesion, as a person would draw it: each side off by a little.

    Args:
        sample: without a box, of a lesion.
        jitter: standard deviation of a side's place, over the lesion's size along that axis.
        wider: how far out a side lies in the mean, over that size.
        rng: source of the jitter.
    """
    voxels = np.argwhere(sample.mask)
    low, high = voxels.min(0).astype(float), voxels.max(0) + 1.0
    size = high - low
    low = low - rng.normal(wider, jitter, 3) * size
    high = high + rng.normal(wider, jitter, 3) * size
    return replace(sample, box=(_point(low), _point(np.maximum(high, low + 1))))


def _point(values: npt.NDArray[np.float64]) -> Point:
    z, y, x = (float(value) for value in values)
    return z, y, x


def network_input(sample: Sample) -> Floats:
    """Compute the network's input channels."""
    return channels(
        sample.scene.hu,
        click=sample.click,
        step_mm=sample.scene.step_mm,
        slice_mm=sample.scene.slice_mm,
        box=sample.box,
        corrections=sample.corrections,
    )
