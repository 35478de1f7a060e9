"""What the looks of an answer say of how sure its mask is; `models.certainty` makes it a Dice."""

import math
from collections.abc import Sequence

import numpy as np

from algorithm.inference.zoom_look import Look
from algorithm.inference.zoom_measure import crispness

__all__ = ["evidence_of"]


def evidence_of(
    answer: Look,
    looks: Sequence[Look],
    *,
    threshold: float,
    votes: float,
    shell_voxels: int,
) -> dict[str, float]:
    """Say what speaks for an answer.

    Args:
        answer: the average of the last looks.
        looks: each of them.
        threshold: of the probability.
        votes: the share of first looks that found a lesion as large; 1 where a box was given.
        shell_voxels: of the search's settings.

    Returns:
        `spread`: the logarithm of the volume at a low over that at a high threshold; `agreement`:
        the last looks' mean Dice with the answer; `crispness`: how sure the network is of the
        voxels in the mask and around it; `inside`: the mean probability within the mask; `votes`.
    """
    probability, mask = answer.probability, answer.probability > threshold
    low, high = (np.count_nonzero(probability > at) for at in (threshold / 2, (1 + threshold) / 2))
    return {
        "spread": math.log((low + 1) / (high + 1)),
        "agreement": float(np.mean([_dice(look.probability > threshold, mask) for look in looks])),
        "crispness": crispness(probability, mask, shell_voxels),
        "inside": float(probability[mask].mean()) if mask.any() else 0.0,
        "votes": votes,
    }


def _dice(one: np.ndarray, other: np.ndarray) -> float:
    total = np.count_nonzero(one) + np.count_nonzero(other)
    return 2 * np.count_nonzero(one & other) / total if total else 1.0
