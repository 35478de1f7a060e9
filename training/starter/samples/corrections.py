"""Corrections in training: a further click where the network was wrong, in a later step.

After a step the largest wrong region of some of its samples is clicked, as a user would, and the
samples wait among others for a later step. So the clicks answer the network's own mistakes of the
moment, at no further pass of it, and the batches stay mixed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cc3d
import numpy as np
import numpy.typing as npt
import torch
from scipy import ndimage

from algorithm.models.zoom_channels import WITHOUT_CORRECTIONS, Correction, marks
from training.starter.samples.stream import Batch
from training.starter.settings.training_settings import Training

__all__ = ["Corrected", "next_correction"]

Mask = npt.NDArray[np.bool_]

_HALF = 0.5


@dataclass(frozen=True)
class _Waiting:
    image: torch.Tensor
    target: torch.Tensor
    corrections: tuple[Correction, ...]


class Corrected:
    """The samples that wait for a later step, each with one more click.

    Args:
        settings: how many, and where they are clicked.
        most: clicks of a sample.
        seed: of what is drawn.
    """

    def __init__(self, settings: Training, most: int, seed: Sequence[int]) -> None:
        self._settings = settings
        self._most = most
        self._rng = np.random.default_rng(seed)
        self._waiting: list[_Waiting] = []

    def added_to(self, fresh: Batch) -> Batch:
        """Add corrected samples to a batch of fresh ones, as far as some are waiting."""
        count = min(self._settings.corrected_samples, len(self._waiting))
        if not count:
            return fresh
        drawn = [self._waiting.pop(self._rng.integers(len(self._waiting))) for _ in range(count)]
        return Batch(
            torch.cat([fresh.image, *(one.image[None] for one in drawn)]),
            torch.cat([fresh.target, *(one.target[None] for one in drawn)]),
            fresh.same,
            (*fresh.corrections, *(one.corrections for one in drawn)),
        )

    def learn_from(self, batch: Batch, logits: torch.Tensor) -> None:
        """Click the largest mistake of some samples of a step, and let them wait.

        Args:
            batch: the step's.
            logits: what the network said, (n, 1, z, y, x).
        """
        weights = np.asarray(
            [self._settings.corrected_again if one else 1.0 for one in batch.corrections]
        )
        weights = weights * [len(one) < self._most for one in batch.corrections]
        count = min(self._settings.corrected_samples, int(np.count_nonzero(weights)))
        if not count:
            return
        shares = np.asarray(weights / weights.sum(), dtype=np.float64)
        chosen = self._rng.choice(len(weights), count, replace=False, p=shares)
        for number in chosen:
            self._correct(batch, int(number), logits[number, 0])
        del self._waiting[: max(len(self._waiting) - self._settings.waiting_samples, 0)]

    def _correct(self, batch: Batch, number: int, logits: torch.Tensor) -> None:
        target = batch.target[number]
        click = next_correction(
            (logits > 0).cpu().numpy(), target[0].float().cpu().numpy(), self._settings, self._rng
        )
        if click is None:
            return
        corrections = (*batch.corrections[number], click)
        image = batch.image[number].clone()
        image[WITHOUT_CORRECTIONS] = torch.from_numpy(marks(corrections)).to(image)
        self._waiting.append(_Waiting(image, target, corrections))


def next_correction(
    predicted: Mask,
    target: npt.NDArray[np.float32],
    settings: Training,
    rng: np.random.Generator,
) -> Correction | None:
    """Click the largest wrong region, missing or too much; None where none is large enough.

    Args:
        predicted: by the network.
        target: what is asked for, 0 to 1.
        settings: how large a region must be, and how often it is clicked anywhere.
        rng: draws where.
    """
    missing, too_much = (target > _HALF) & ~predicted, predicted & (target < _HALF)
    regions = [(_largest(missing), True), (_largest(too_much), False)]
    region, inside = max(regions, key=lambda one: int(np.count_nonzero(one[0])))
    if np.count_nonzero(region) < settings.fewest_wrong_voxels:
        return None
    if rng.random() < settings.random_correction_share:
        voxels = np.flatnonzero(region)
        at = int(voxels[rng.integers(len(voxels))])
    else:
        at = int(np.argmax(ndimage.distance_transform_edt(np.pad(region, 1))[1:-1, 1:-1, 1:-1]))
    z, y, x = (int(axis) for axis in np.unravel_index(at, region.shape))
    return (z, y, x), inside


def _largest(mask: Mask) -> Mask:
    labels = cc3d.connected_components(mask, connectivity=6)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    region: Mask = (labels == np.argmax(sizes)) & (labels > 0)
    return region
