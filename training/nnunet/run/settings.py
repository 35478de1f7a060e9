"""What decides a training beside data and plans; recorded with its result."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["LargeLesions", "TrainingSettings"]


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class LargeLesions(_Settings):
    """Draw large lesions more often: they are rare, and under-segmented for it.

    Attributes:
        times: how often as often as others; 1 is nnU-Net's way.
        from_mm: a lesion is large from this long axis on, in mm.
    """

    times: int = Field(default=1, ge=1)
    from_mm: float = Field(default=50.0, ge=0)


class TrainingSettings(_Settings):
    """How one training differs from what its trainer's name says.

    Attributes:
        epochs: how many; None for the trainer's own number.
        iterations: training batches per epoch.
        validation_iterations: validation batches per epoch.
        initial_lr: the first learning rate; None for the trainer's own.
        save_every: epochs between two checkpoints to go on from.
        head: whether a hand-over begins the segmentation layers anew, as nnU-Net's
            `-pretrained_weights` does, or takes them over too.
        large_lesions: over-sampling of large lesions.
    """

    epochs: int | None = Field(default=None, ge=1)
    iterations: int = Field(default=250, ge=1)
    validation_iterations: int = Field(default=50, ge=1)
    initial_lr: float | None = Field(default=None, gt=0)
    save_every: int = Field(default=5, ge=1)
    head: Literal["new", "kept"] = "new"
    large_lesions: LargeLesions = LargeLesions()
