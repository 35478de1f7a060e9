"""How long a training run takes, and where it stands."""

from dataclasses import dataclass, field

from training.starter.settings.cases_seen import CasesSeen

__all__ = ["Progress", "RunLength"]


@dataclass(frozen=True)
class RunLength:
    """When training ends: after so many steps, or so many minutes if given; and when it pauses.

    Attributes:
        steps: of the whole run.
        minutes: of the whole run, all its pieces together; the learning rate falls by the clock.
        piece_minutes: after which this piece stops, to be resumed; None for the whole run.
    """

    steps: int
    minutes: float | None = None
    piece_minutes: float | None = None

    def done(self, step: int, seconds: float) -> float:
        """Give how much of the whole run is done, 0 to 1."""
        if self.minutes is None:
            return step / self.steps
        return seconds / 60 / self.minutes

    def steps_left(self, step: int, seconds: float) -> float:
        """Give how many steps are left of the whole run, by its pace so far."""
        if self.minutes is None:
            return self.steps - step
        if step == 0:
            return float("inf")
        return max(60 * self.minutes - seconds, 0.0) * step / max(seconds, 1e-9)


@dataclass
class Progress:
    """Where a run stands, and which cases it has read; kept in its checkpoint."""

    step: int = 0
    seconds: float = 0.0
    losses: list[float] = field(default_factory=list)
    curve: list[dict[str, float]] = field(default_factory=list)
    trained_on: CasesSeen = None
