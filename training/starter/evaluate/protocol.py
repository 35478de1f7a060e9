"""The protocol: where each lesion is clicked, and what its VOIs show.

Both follow from the lesion's name and one seed, so that any two models, and any two machines, are
compared on the same VOIs.
"""

import zlib
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from training.data.cases.click_choice import Voxel, choose_clicks
from training.starter.evaluate.cases import Lesion
from uls.geometry.cropped import CroppedMask, cropped
from uls.geometry.lesion import bounding_box
from uls.geometry.voi import cut_voi
from uls.workshop.errors import InputError

__all__ = ["CLICKS", "SEED", "Case", "prepare", "with_random_margins"]

CLICKS = 3
"""Clicks a lesion, as many as the challenge's consistency check takes."""

SEED = 23
"""Of the protocol whose results are reported; another gives other clicks and margins."""

_EQUAL_MARGINS = 3
"""How many of a crop's six margins are equal where it was cut at a fixed distance."""

_Box = tuple[slice, slice, slice]


@dataclass(frozen=True, eq=False)
class Case:
    """A lesion and where it is clicked, (z, y, x) in its scan."""

    lesion: Lesion
    clicks: tuple[Voxel, ...]

    def voi_hu(self, click: Voxel) -> npt.NDArray[np.int16]:
        """Cut the VOI around a click, padded where the scan ends."""
        return cut_voi(self.lesion.scan_hu, click, fill=self.lesion.padding_hu)

    def reference(self, click: Voxel) -> CroppedMask:
        """Cut the lesion's mask in the same way: beyond the VOI it does not count."""
        return cropped(cut_voi(self.lesion.mask, click, fill=0))


def prepare(lesion: Lesion, *, clicks: int = CLICKS, seed: int = SEED) -> Case:
    """Click a lesion in different voxels, any of them as likely as any other.

    Clicks lie anywhere in the lesion, as in the challenge's consistency check. A scan that was
    cropped at a fixed distance from its lesion first gets its margins randomised.

    Raises:
        InputError: the lesion has fewer voxels than clicks are asked for.
    """
    n_voxels = int(np.count_nonzero(lesion.mask))
    if n_voxels < clicks:
        raise InputError.about(
            f"lesion {lesion.name}",
            expected=f"at least {clicks} voxels, one a click",
            found=f"{n_voxels}",
            hint="Ask for fewer with --clicks.",
        )
    own_seed = _seed_of(lesion.name, seed)
    if _cropped_at_fixed_margin(lesion):
        lesion = with_random_margins(lesion, np.random.default_rng([own_seed, 0]))
    return Case(lesion, tuple(choose_clicks(lesion.mask, clicks, seed=own_seed)))


def _seed_of(name: str, seed: int) -> int:
    return seed << 32 | zlib.crc32(name.encode())


def _cropped_at_fixed_margin(lesion: Lesion) -> bool:
    """Say whether at least three sides lie equally far from the lesion, and none lies farther.

    Equally far: to one and a half slices, as a margin is a whole number of them. A crop at 5 cm
    from a lesion that lies near the scan's end has fewer than six such sides.
    """
    margins = _margins_mm(lesion)
    least = max(margins) - 1.5 * max(lesion.spacing_mm)
    return sum(margin >= least for margin in margins) >= _EQUAL_MARGINS


def _margins_mm(lesion: Lesion) -> list[float]:
    """Give how far each of the scan's six sides is from the lesion."""
    axes = zip(_box(lesion), lesion.mask.shape, lesion.spacing_mm[::-1], strict=True)
    return [voxels * step for part, size, step in axes for voxels in (part.start, size - part.stop)]


def with_random_margins(lesion: Lesion, rng: np.random.Generator) -> Lesion:
    """Cut off the outer part of a scan on each side, any part of the margin as likely as another.

    A margin of the same width around every lesion would tell where the lesion ends, to a model
    that was trained on such crops and to a classical method alike. One voxel stays on each side.
    """
    kept = []
    for part, size in zip(_box(lesion), lesion.mask.shape, strict=True):
        low = int(rng.random() * max(part.start - 1, 0))
        high = size - int(rng.random() * max(size - part.stop - 1, 0))
        kept.append(slice(low, high))
    box = (kept[0], kept[1], kept[2])
    return replace(lesion, scan_hu=lesion.scan_hu[box], mask=lesion.mask[box])


def _box(lesion: Lesion) -> _Box:
    box = bounding_box(lesion.mask)
    if box is None:
        raise InputError.about(f"lesion {lesion.name}", expected="a voxel", found="none")
    return box
