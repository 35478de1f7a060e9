"""Hyper-parameters of the network's size and of its training."""

from typing import Self

from pydantic import model_validator

from training.starter.settings.strict_table import Count, Decay, Share, Strict, Whole

__all__ = ["Network", "Training"]


class Network(Strict):
    """The network's size: channels and residual blocks at 1/2, 1/4, 1/8, … of the resolution."""

    widths: tuple[Count, ...]
    blocks: tuple[Count, ...]

    @model_validator(mode="after")
    def _same_length(self) -> Self:
        if len(self.widths) != len(self.blocks):
            raise ValueError("as many widths as blocks")
        return self


class Training(Strict):
    """How the network is trained.

    The learning rate rises over `warm_up_steps`, stays, and falls over the last
    `cool_down_steps`: a run may go on for as long as it gains, and be ended from any checkpoint.

    Attributes:
        batch_size: samples per step; scenes are clicked twice, so it is even.
        corrected_samples: of these, those that were seen before and got a further click where the
            network was wrong (`corrections`); fewer where there are none yet.
        corrected_again: how much likelier a corrected sample is to be corrected again than a fresh
            one is to be corrected.
        waiting_samples: corrected samples that are kept for later steps, at most.
        random_correction_share: of corrections, those anywhere in the wrong region, not in its
            deepest voxel.
        fewest_wrong_voxels: of a region that is corrected.
        learning_rate: after `warm_up_steps`.
        weight_decay: AdamW's.
        betas: AdamW's.
        gradient_norm: to which gradients are clipped.
        ema_decay: of the averaged weights, which are the ones validated and exported.
        dice_smooth: voxels added to Dice's numerator and denominator: small lesions' gradients
            stay tame.
        cross_entropy_weight: of the cross entropy per lesion voxel beside Dice.
        cross_entropy_voxels: added to a lesion's voxels there.
        consistency_weight: of the difference between the answers to two clicks in one lesion.
        steps: the run's length where no `--steps` or `--minutes` are given.
        cool_down_steps: of these, at the end.
        validation_patches: real and synthetic patches, fixed by the seed, never trained on.
    """

    batch_size: Count
    corrected_samples: Whole
    corrected_again: float
    waiting_samples: Whole
    random_correction_share: Share
    fewest_wrong_voxels: Whole
    learning_rate: float
    warm_up_steps: Count
    weight_decay: float
    betas: tuple[Decay, Decay]
    gradient_norm: float
    ema_decay: Decay
    dice_smooth: float
    cross_entropy_weight: float
    cross_entropy_voxels: float
    consistency_weight: float
    steps: Count
    cool_down_steps: Whole
    validation_patches: Whole

    @model_validator(mode="after")
    def _scenes_are_clicked_twice(self) -> Self:
        if self.batch_size % 2 or self.corrected_samples % 2:
            raise ValueError("even numbers of samples")
        if not 0 <= self.corrected_samples < self.batch_size:
            raise ValueError("fewer corrected samples than a batch has")
        return self
