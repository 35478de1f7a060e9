"""What is timed before a job, with a clock that only the fake models move."""

from math import inf
from typing import Any

import numpy as np
import pytest

from algorithm.engines.interruption import go_on_or_stop
from algorithm.job.rehearsal import (
    Expected,
    rehearse,
    rehearse_fallback,
    rehearse_model,
    time_empty_mask,
)
from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.workshop.errors import ModelError


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Timed:
    """A fake model: each run takes the next of some seconds, the last one again and again."""

    takes_boxes = False

    def __init__(self, clock: Clock, *seconds: float, patches: int | None = None) -> None:
        self.clock, self.seconds, self.patches = clock, list(seconds), patches
        self.runs: list[str] = []

    def predict(self, voi_hu: Any, **_: Any) -> Any:
        assert voi_hu.shape == VOI_SHAPE_ZYX
        self._run("VOI")
        return np.zeros(VOI_SHAPE_ZYX, np.float32)

    def warm_up(self) -> None:
        self._run("patch")

    def patches_per_pass(self) -> int | None:
        return self.patches

    def passes(self, mirror: int) -> int:
        return max(mirror, 1)

    def _run(self, what: str) -> None:
        self.runs.append(what)
        self.clock.now += self.seconds.pop(0) if len(self.seconds) > 1 else self.seconds[0]


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_pass_is_as_many_patches_as_the_model_says(clock: Clock) -> None:
    model = Timed(clock, 2.0, patches=27)
    assert rehearse(model, None, seconds_left=100.0, clock=clock) == Expected(per_pass=54.0)
    assert model.runs == ["patch"]


def test_a_fallback_that_does_not_run_is_as_good_as_none(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Timed):
        def predict(self, voi_hu: Any, **_: Any) -> Any:
            raise ModelError("no number")

    expected = rehearse(Timed(clock, 2.0), Broken(clock, 1.0), seconds_left=10.0, clock=clock)

    assert expected == Expected(per_pass=2.0)
    assert "No starter model to fall back on: no number" in caplog.text


def test_a_cheap_first_run_is_repeated_and_the_second_one_counts(clock: Clock) -> None:
    """The first patch makes the device ready: 0.5 s, 13.5 s for 27, of 1000 s."""
    model = Timed(clock, 0.5, 0.1, patches=27)
    expected = rehearse(model, None, seconds_left=1000.0, clock=clock)
    assert expected.per_pass == pytest.approx(2.7)
    assert model.runs == ["patch", "patch"]


def test_models_that_search_are_timed_on_a_voi(clock: Clock) -> None:
    model, fallback = Timed(clock, 20.0, patches=1), Timed(clock, 3.0, 1.5)
    expected = rehearse(model, fallback, seconds_left=160.0, clock=clock)
    assert expected == Expected(per_pass=20.0, per_fallback=1.5)
    assert fallback.runs == ["VOI", "VOI"]


def test_nothing_is_run_where_no_time_is_left(clock: Clock) -> None:
    model = Timed(clock, 20.0, patches=1)
    assert rehearse(model, model, seconds_left=0.0, clock=clock) == Expected()
    assert model.runs == []


class Stoppable(Timed):
    """A model that asks every half second whether to go on."""

    def _run(self, what: str) -> None:
        self.runs.append(what)
        for _ in range(int(2 * self.seconds[0])):
            go_on_or_stop()
            self.clock.now += 0.5


def test_the_fallbacks_turn_for_every_voi_is_no_time_for_the_model(clock: Clock) -> None:
    """20 VOIs at 2 s in 40 s: the model is not run; in 48 s it has 6 after 2, of them 1.5."""
    model, fallback = Stoppable(clock, 20.0, patches=1), Timed(clock, 2.0)
    expected = rehearse(model, fallback, seconds_left=40.0, n_vois=20, clock=clock)
    assert expected == Expected(per_pass=inf, per_fallback=2.0)
    assert model.runs == []
    expected = rehearse(model, fallback, seconds_left=48.0, n_vois=20, clock=clock)
    assert expected == Expected(per_pass=1.5, per_fallback=2.0)


@pytest.mark.parametrize(("seconds_left", "at_least"), [(8.0, 2.0), (40.0, 10.0), (60.0, 15.0)])
def test_a_rehearsal_is_stopped_after_a_quarter_of_the_time(
    clock: Clock, seconds_left: float, at_least: float
) -> None:
    model = Stoppable(clock, 17.0, patches=1)
    assert rehearse_model(model, seconds_left=seconds_left, clock=clock) == at_least
    assert rehearse_fallback(model, seconds_left=seconds_left, clock=clock) == at_least
    assert clock.now == 2 * at_least


def test_what_a_check_found_stands_where_a_pass_would_take_much_of_the_time(clock: Clock) -> None:
    model = Timed(clock, 5.0, patches=1)
    assert rehearse_model(model, seconds_left=60.0, already_known=6.0, clock=clock) == 6.0
    assert model.runs == []
    assert rehearse_model(model, seconds_left=60.0, already_known=0.1, clock=clock) == 5.0
    assert model.runs == ["patch"]


def test_packing_an_empty_mask_takes_some_time_but_not_long() -> None:
    assert 0 < time_empty_mask() < 10
