"""Engines that are not there: fakes that are off by a factor, and a count of how many were made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from algorithm.engines.base import Batch, Engine
from algorithm.engines.catalogue import catalogue
from algorithm.engines.catalogue.catalogue import Candidate
from algorithm.engines.guarded import GuardedEngine
from algorithm.engines.selection import trial
from algorithm.models.manifest import Fold
from algorithm.models.weights import Model
from uls.workshop.errors import CallError


class FakeEngine:
    """Lesion is what is bright; half of it is missed as far as there is an error."""

    name = "fake"

    def __init__(
        self,
        candidate: Candidate,
        *,
        error: float,
        fails: bool = False,
        takes: Callable[[], None] = lambda: None,
    ) -> None:
        self.device = str(candidate)
        self._takes = takes
        self._error = error
        self._fails = fails

    def __call__(self, batch: Batch) -> Batch:
        if self._fails:
            raise RuntimeError("out of memory\nand much more")
        self._takes()
        logits = np.concatenate([-batch, batch], axis=1)
        logits[:, :, ::2] *= 1 - 2 * self._error
        return logits


@dataclass
class Fakes:
    """Makes fake engines and writes down which.

    Attributes:
        errors: of candidates, as they are said; others are exact.
        broken: candidates that cannot be made.
        failing: candidates that can be made, and then do not run.
        made: those that were, in order.
        seconds: that a pass takes; of others a second in float32, else half of one.
        now: what the clock of trials shows.
    """

    errors: Mapping[str, float] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    made: list[str] = field(default_factory=list)
    seconds: Mapping[str, float] = field(default_factory=dict)
    now: float = 0.0

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take the place of all real engines."""

        def make(
            candidate: Candidate, model: Model, _fold: Fold, *, fill_cache: bool = False
        ) -> Engine:
            if str(candidate) in self.broken:
                raise CallError(f"{candidate} is broken")
            self.made.append(str(candidate))
            error = self.errors.get(str(candidate), 0.0)
            engine = FakeEngine(
                candidate,
                error=error,
                fails=str(candidate) in self.failing,
                takes=partial(self._pass, candidate),
            )
            return GuardedEngine(engine, model.manifest.name)

        monkeypatch.setattr(catalogue.Candidate, "make", make)
        monkeypatch.setattr(trial, "time", SimpleNamespace(perf_counter=lambda: self.now))

    def _pass(self, candidate: Candidate) -> None:
        usual = 1.0 if candidate.precision == "f32" else 0.5
        self.now += self.seconds.get(str(candidate), usual)
