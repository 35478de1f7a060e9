"""What a round is asked to do."""

from dataclasses import dataclass, field
from typing import Literal

from training.cycle.fine_tuning import FineTune, Machine, nnunet_fine_tune
from training.cycle.records import FineTuneSettings
from training.cycle.scoring import AlgorithmSegment, Segment

__all__ = ["Options"]


@dataclass(frozen=True)
class Options:
    """What a round is asked to do, and by what.

    Attributes:
        settings: of the fine-tuning; a round that goes on keeps those it began with.
        smallest_axis_px: lesions shorter than this are not trained on.
        seed: of clicks.
        machine: where training runs.
        fine_tune: what tunes.
        segment: what segments the test set.
        signed_off_only: train on cases that were signed off, and no others.
        begin_with: tune the promoted model on, or the cycle's first one anew on all masks so far.
    """

    settings: FineTuneSettings = field(default_factory=FineTuneSettings)
    smallest_axis_px: float = 5.0
    seed: int = 23
    machine: Machine = field(default_factory=Machine)
    fine_tune: FineTune = nnunet_fine_tune
    segment: Segment = field(default_factory=AlgorithmSegment)
    signed_off_only: bool = False
    begin_with: Literal["current", "original"] = "current"
