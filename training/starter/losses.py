"""What training minimises: soft Dice (MONAI) and a cross entropy that counts per lesion voxel."""

from typing import cast

import torch
from monai.losses.dice import DiceLoss
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

__all__ = ["LesionLoss"]

_SMOOTH = 20.0
"""Voxels added to Dice's numerator and denominator: small lesions' gradients stay tame."""


class LesionLoss:
    """1 - Dice, plus the cross entropy summed over a patch and divided by its lesion's voxels.

    Averaged over the patch instead, a small lesion would hardly count.
    """

    def __init__(self, cross_entropy_weight: float) -> None:
        self._dice = DiceLoss(sigmoid=True, smooth_nr=_SMOOTH, smooth_dr=_SMOOTH)
        self._weight = cross_entropy_weight

    def __call__(self, logits: Tensor, mask: Tensor) -> Tensor:
        """Give the mean loss of a batch of logits and masks, float32 (n, 1, z, y, x)."""
        dice = cast(Tensor, self._dice(logits, mask))
        return dice + self._weight * _per_lesion_voxel(logits, mask)


def _per_lesion_voxel(logits: Tensor, mask: Tensor) -> Tensor:
    entropy = F.binary_cross_entropy_with_logits(logits, mask, reduction="none")
    axes = (1, 2, 3, 4)
    predicted = torch.sigmoid(logits.detach()).sum(axes)
    return (entropy.sum(axes) / (mask.sum(axes) + 0.5 * predicted + 64)).mean()
