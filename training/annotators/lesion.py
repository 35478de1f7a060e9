"""One lesion, top to bottom: its masks read, voted on, compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from training.annotators.agreement import (
    Mask,
    PairDice,
    Size,
    majority,
    pairwise_dice,
    size_of,
)
from training.annotators.staple import Staple, staple
from uls.geometry.component import count_components
from uls.geometry.cropped import cropped
from uls.geometry.overlap import dice
from uls.images.grid import Geometry, check_same_grid
from uls.images.scan_reading import read_image
from uls.images.voxels import label_array
from uls.workshop.errors import InputError

__all__ = ["Judged", "judge"]


@dataclass(frozen=True, eq=False)
class Judged:
    """What became of one lesion's masks.

    Attributes:
        name: the lesion's.
        image: the first mask's file, for its place in space.
        sizes: by annotator.
        pairs: of every two annotators.
        voted: what more than half of them drew.
        voted_size: of that.
        parts: how many parts it has (6-connected).
        staple: the estimate; None where nobody drew anything.
        staple_dice: of the vote and the estimate.
        staple_ml: the estimate's volume.
    """

    name: str
    image: sitk.Image
    sizes: dict[str, Size]
    pairs: list[PairDice]
    voted: Mask
    voted_size: Size
    parts: int
    staple: Staple | None
    staple_dice: float | None
    staple_ml: float | None

    @property
    def mean_dice(self) -> float | None:
        """The mean over pairs that exist."""
        known = [pair.dice for pair in self.pairs if pair.dice is not None]
        return float(np.mean(known)) if known else None

    @property
    def worst(self) -> PairDice | None:
        """The pair that agrees least."""
        known = [pair for pair in self.pairs if pair.dice is not None]
        return min(known, key=lambda pair: pair.dice or 0.0, default=None)


def judge(name: str, files: Mapping[str, Path]) -> Judged:
    """Read two masks or more of a lesion, and compare them.

    Raises:
        InputError: a mask is damaged, holds several values, or lies elsewhere than the first.
    """
    images = {annotator: read_image(path) for annotator, path in sorted(files.items())}
    first = next(iter(images.values()))
    for annotator, image in images.items():
        check_same_grid(Geometry.of(first), Geometry.of(image), files[annotator])
    masks = {annotator: _mask(images[annotator], files[annotator]) for annotator in images}
    x, y, z = first.GetSpacing()
    drawn = list(masks.values())
    voted, estimate = majority(drawn), staple(drawn)
    estimated = None if estimate is None else cropped(estimate.mask)
    return Judged(
        name=name,
        image=first,
        sizes={annotator: size_of(mask, (x, y, z)) for annotator, mask in masks.items()},
        pairs=pairwise_dice(masks),
        voted=voted,
        voted_size=size_of(voted, (x, y, z)),
        parts=_parts(voted),
        staple=estimate,
        staple_dice=None if estimated is None else dice(cropped(voted), estimated),
        staple_ml=None if estimated is None else estimated.n_voxels * x * y * z / 1000,
    )


def _mask(image: sitk.Image, path: Path) -> Mask:
    labels = label_array(image, path)
    values = np.unique(labels[labels != 0])
    if len(values) > 1:
        raise InputError.about(
            path,
            expected="one lesion a file: 0 and one other value",
            found=f"the values {', '.join(map(str, values[:5].tolist()))}",
            hint="Cut lesions apart first; `python -m training prepare` makes a VOI of each.",
        )
    return np.asarray(labels != 0)


def _parts(mask: Mask) -> int:
    box = cropped(mask)
    return count_components(box.voxels, None)[0] if box.n_voxels else 0
