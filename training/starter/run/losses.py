"""What training minimises: soft Dice (MONAI), a cross entropy per lesion voxel, and consistency."""

from collections.abc import Sequence
from typing import cast

import torch
from monai.losses.dice import DiceLoss
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from training.starter.settings.training_settings import Training

__all__ = ["LesionLoss"]


class LesionLoss:
    """1 - Dice, plus the cross entropy summed over a patch and divided by its lesion's voxels.

    Averaged over the patch instead, a small lesion would hardly count. Where readers disagree the
    target lies between 0 and 1: Dice is computed such that it is best there, too (MONAI's
    `soft_label`, after Wang et al. 2023). Two clicks in one lesion must have one answer: 1 - Dice
    between both comes on top.
    """

    def __init__(self, settings: Training) -> None:
        smooth = settings.dice_smooth
        self._dice = DiceLoss(sigmoid=True, soft_label=True, smooth_nr=smooth, smooth_dr=smooth)
        self._agree = DiceLoss(soft_label=True, smooth_nr=smooth, smooth_dr=smooth)
        self._settings = settings

    def __call__(
        self, logits: Tensor, target: Tensor, same: Sequence[tuple[int, int]] = ()
    ) -> Tensor:
        """Give the mean loss of a batch of logits and targets, float32 (n, 1, z, y, x).

        Args:
            logits: the network's.
            target: 0 to 1.
            same: pairs of samples of one patch that ask for the same lesion.
        """
        dice = cast(Tensor, self._dice(logits, target))
        loss = dice + self._settings.cross_entropy_weight * self._per_lesion_voxel(logits, target)
        if same and self._settings.consistency_weight:
            one, other = (torch.sigmoid(logits[list(side)]) for side in zip(*same, strict=True))
            apart = cast(Tensor, self._agree(one, other)) * len(same) / (len(logits) / 2)
            loss = loss + self._settings.consistency_weight * apart
        return loss

    def _per_lesion_voxel(self, logits: Tensor, target: Tensor) -> Tensor:
        entropy = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
        axes = (1, 2, 3, 4)
        predicted = torch.sigmoid(logits.detach()).sum(axes)
        voxels = target.sum(axes) + 0.5 * predicted + self._settings.cross_entropy_voxels
        return (entropy.sum(axes) / voxels).mean()
