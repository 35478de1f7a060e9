"""What a round is asked to do."""

from dataclasses import dataclass, field

from training.cycle.fine_tuning import FineTune, nnunet_fine_tune
from training.cycle.segmenting import AlgorithmSegment, Segment
from training.cycle.settings import RoundSettings
from training.nnunet.run.settings import PreparingMachine

__all__ = ["Options"]


@dataclass(frozen=True)
class Options:
    """What a round is asked to do, and by what.

    Attributes:
        settings: what decides its result; a round that goes on keeps those it began with.
        machine: where training runs.
        fine_tune: what tunes.
        segment: what segments the test set.
    """

    settings: RoundSettings = field(default_factory=RoundSettings)
    machine: PreparingMachine = field(default_factory=PreparingMachine)
    fine_tune: FineTune = nnunet_fine_tune
    segment: Segment = field(default_factory=AlgorithmSegment)
