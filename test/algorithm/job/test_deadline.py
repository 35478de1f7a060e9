"""By what each VOI is predicted, and how often, with a clock that only the tests move.

A tenth of the time left is kept back, and 1 s: of T seconds left, 0.9 T − 1 are used.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from algorithm.engines.interruption import OutOfTimeError, go_on_or_stop
from algorithm.job.deadline import Deadline
from algorithm.job.means import Means
from algorithm.job.rehearsal import Expected

MODEL, FALLBACK, NOTHING = Means.MODEL, Means.FALLBACK, Means.NOTHING


class Job:
    """Plays a job of VOIs whose passes take `expected.per_pass`, and all else likewise."""

    def __init__(self, expected: Expected, **options: Any) -> None:
        self.now = 0.0
        self.expected = expected
        self.n_vois = options["n_vois"]
        self.deadline = Deadline(expected=expected, clock=lambda: self.now, **options)
        self.means: list[Means] = []
        self.passes: list[int] = []
        self.left_out: list[int] = []

    def play(self, disagreements: Sequence[float] = ()) -> "Job":
        for index in range(self.n_vois):
            self.means.append(self.deadline.means_for_next_voi())
            if self.means[-1] is MODEL:
                self._predict(disagreements[index] if disagreements else 0.0)
            elif self.means[-1] is FALLBACK:
                with self.deadline.fallback():
                    self.now += self.expected.per_fallback or 0.0
            else:
                self.now += self.expected.per_empty_mask
                continue
            with self.deadline.writing():
                self.now += self.expected.per_empty_mask
        return self

    def _predict(self, disagreement: float) -> None:
        with self.deadline.mirroring() as mirroring:
            self.now += self.expected.per_pass
            done, seen = 1, None
            while mirroring.go_on(done, seen) and done < mirroring.most:
                coming = min(2 * done, mirroring.most)
                self.now += (coming - done) * self.expected.per_pass
                done, seen = coming, disagreement
        self.passes.append(done)
        self.left_out.append(self.deadline.passes_left_out)


def test_without_a_budget_auto_means_the_plain_pass() -> None:
    job = Job(Expected(per_pass=1.0), n_vois=3).play()
    assert job.means == [MODEL] * 3
    assert job.passes == [1, 1, 1]


def test_without_a_budget_every_voi_gets_the_passes_asked_for() -> None:
    job = Job(Expected(per_pass=1.0), n_vois=2, mirror=8).play()
    assert job.passes == [8, 8]
    assert job.left_out == [0, 0]


def test_with_time_enough_auto_is_the_model_with_all_passes() -> None:
    """8 s for each of 10 VOIs, easy or hard, fit into 0.9 · 100 − 1."""
    disagreements = [0.1, 0.5, 0.0, 0.9, 0.1, 0.1, 0.2, 0.0, 0.4, 0.1]
    job = Job(Expected(per_pass=1.0), n_vois=10, budget_seconds=100.0).play(disagreements)
    assert job.means == [MODEL] * 10
    assert job.passes == [8] * 10
    assert job.now == 80


def test_passes_asked_for_are_stepped_down_to_what_an_even_share_covers() -> None:
    """10 VOIs, 1 s per pass, 51 s. After the first pass, 50 s: 44 to use, 9 for the others' passes,
    35 to share, 3.5 for each: 3 passes more, not 7.
    """
    job = Job(Expected(per_pass=1.0), n_vois=10, mirror=8, budget_seconds=51.0).play()
    assert job.means == [MODEL] * 10
    assert job.passes[0] == 4
    assert job.left_out[0] == 4
    assert job.now <= 51


def test_passes_asked_for_are_given_where_they_fit() -> None:
    job = Job(Expected(per_pass=1.0), n_vois=10, mirror=4, budget_seconds=100.0).play()
    assert job.passes == [4] * 10
    assert job.left_out == [0] * 10


def test_what_a_model_has_not_is_not_left_out() -> None:
    """A model mirrored along one axis has 2 views, whatever is asked for."""
    job = Job(
        Expected(per_pass=1.0),
        n_vois=2,
        mirror=8,
        passes=lambda mirror: min(mirror, 2),
        budget_seconds=100.0,
    ).play()
    assert job.passes == [2, 2]
    assert job.left_out == [0, 0]


def test_the_voi_whose_passes_disagree_most_gets_most() -> None:
    """10 VOIs at 1 s per pass in 38 s. After the first pass, 37 s: 32.3 to use, 9 for the others,
    2.33 for each: 2 passes. The fourth's share, at 7 s, is still (26.9 - 6) / 7 = 2.99. The hard
    one's is 4 times (25.1 - 5) / 6 = 3.35: 8 passes.
    """
    disagreements = [0.1] * 10
    disagreements[4] = 0.8
    job = Job(Expected(per_pass=1.0), n_vois=10, budget_seconds=38.0).play(disagreements)
    assert job.means == [MODEL] * 10
    assert job.passes[:5] == [2, 2, 2, 2, 8]
    assert job.now <= 38


def test_no_mirroring_where_one_pass_each_is_all_that_fits() -> None:
    """10 VOIs at 1 s: 0.9 · 14 − 1 = 11.6 s to use."""
    job = Job(Expected(per_pass=1.0), n_vois=10, budget_seconds=14.0).play([0.5] * 10)
    assert job.means == [MODEL] * 10
    assert job.passes[:5] == [1] * 5
    assert job.now <= 14


def test_the_starter_model_does_the_rest() -> None:
    """10 VOIs in 50 s; 10 s by the model, 1 s by the fallback.

    To use, at 0 s, 44; at 10 s, 35; at 20 s, 26; at 30 s, 17: as many as the model's 10 and the
    fallback's 6 for the rest take. At 40 s, 8, so the fallback.
    """
    expected = Expected(per_pass=10.0, per_fallback=1.0)
    job = Job(expected, n_vois=10, budget_seconds=50.0).play()
    assert job.means == [MODEL] * 4 + [FALLBACK] * 6
    assert job.passes == [1] * 4
    assert job.now == 46


def test_without_a_fallback_the_rest_is_left_empty() -> None:
    """10 VOIs in 50 s; 10 s by the model, 0.5 s to write a mask, 0.5 s kept for the last one's.

    To use, at 31.5 s, 15.15, and 10 + 6 · 0.5 = 13 are needed; at 42 s, 5.7.
    """
    expected = Expected(per_pass=10.0, per_empty_mask=0.5)
    job = Job(expected, n_vois=10, budget_seconds=50.0).play()
    assert job.means == [MODEL] * 4 + [NOTHING] * 6
    assert job.deadline.is_over
    assert job.now == 45


def test_where_the_fallback_is_too_slow_as_well_the_rest_is_left_empty() -> None:
    """10 VOIs in 20 s; 10 s by the model, 4 s by the fallback, 0.5 s to write.

    To use, less the 0.5 s: 16.5 at 0 s; 12.45 at 4.5 s; 8.4 at 9 s, and 4 + 7 · 0.5 = 7.5 are
    needed; 4.35 at 13.5 s, and 7 are.
    """
    expected = Expected(per_pass=10.0, per_fallback=4.0, per_empty_mask=0.5)
    job = Job(expected, n_vois=10, budget_seconds=20.0).play()
    assert job.means == [FALLBACK] * 3 + [NOTHING] * 7
    assert job.now == 17


def test_a_budget_spent_before_the_job_leaves_all_empty() -> None:
    job = Job(Expected(), n_vois=3, budget_seconds=10.0, spent_seconds=11.0).play()
    assert job.means == [NOTHING] * 3


@pytest.mark.parametrize(("starting_seconds", "kept"), [(0.0, 1), (3.0, 3), (40.0, 6)])
def test_a_process_that_was_slow_to_start_is_given_time_to_leave(
    starting_seconds: float, kept: float
) -> None:
    """Of 60 s, 40 are spent: 18 to use, less what is kept: at most a tenth of the budget."""
    options: dict[str, Any] = {"n_vois": 1, "budget_seconds": 60.0, "spent_seconds": 40.0}
    for per_pass, means in ((17.9 - kept, MODEL), (18.1 - kept, NOTHING)):
        job = Job(Expected(per_pass=per_pass), starting_seconds=starting_seconds, **options)
        assert job.play().means == [means]


def test_a_pass_takes_as_long_as_the_longest_of_the_latest_three() -> None:
    """A slow spell of one pass is over after three more."""
    job = Job(Expected(per_pass=1.0), n_vois=30, budget_seconds=60.0, mirror=1)
    for seconds in (1.0, 8.0, 1.0, 1.0, 1.0):
        assert job.deadline.means_for_next_voi() is MODEL
        with job.deadline.mirroring() as mirroring:
            job.now += seconds
            assert not mirroring.go_on(1, None)
        with job.deadline.writing():
            pass
    assert job.deadline._pace.per_pass == 1.0


SPEEDS = {
    "as rehearsed": lambda _: 1.0,
    "twice as fast": lambda _: 0.5,
    "three times as slow": lambda _: 3.0,
    "ten times as slow": lambda _: 10.0,
    "slower from 20 s on": lambda now: 1.0 if now < 20 else 4.0,
    "slow until 20 s": lambda now: 4.0 if now < 20 else 1.0,
    "a slow spell": lambda now: 5.0 if 15 < now < 30 else 1.0,
    "slower and slower": lambda now: 1.0 + now / 10,
}
"""By how much longer all takes than rehearsed, when the clock shows so much."""


class Machine:
    """Does a job second by second on a machine whose speed changes; stops what is to stop."""

    _TICK = 0.05

    def __init__(self, speed: Callable[[float], float], expected: Expected, **options: Any) -> None:
        self.now, self.speed, self.expected = 0.0, speed, expected
        self.budget_seconds = options["budget_seconds"]
        self.deadline = Deadline(expected=expected, clock=lambda: self.now, **options)
        self.means: list[Means] = []
        for _ in range(options["n_vois"]):
            self._one(self.deadline.means_for_next_voi())

    def _one(self, means: Means) -> None:
        try:
            if means is MODEL:
                with self.deadline.mirroring() as mirroring:
                    self._work(self.expected.per_pass)
                    mirroring.go_on(1, None)
        except OutOfTimeError:
            means = NOTHING if self.expected.per_fallback is None else FALLBACK
        try:
            if means is FALLBACK:
                with self.deadline.fallback():
                    self._work(self.expected.per_fallback or 0.0)
        except OutOfTimeError:
            means = NOTHING
        if means is NOTHING:
            self.deadline.skip_voi()
            self.now += self.expected.per_empty_mask
        else:
            with self.deadline.writing():
                self.now += self.expected.per_empty_mask
        self.means.append(means)

    def _work(self, seconds: float) -> None:
        """Compute in small steps, as engines do, and ask between them whether to go on."""
        while seconds > 0:
            go_on_or_stop()
            self.now += self._TICK
            seconds -= self._TICK / self.speed(self.now)


@pytest.mark.parametrize("speed", SPEEDS.values(), ids=SPEEDS)
@pytest.mark.parametrize("per_fallback", [None, 0.6])
@pytest.mark.parametrize("per_pass", [1.0, 6.0, 17.0])
@pytest.mark.parametrize("spent_seconds", [0.0, 30.0, 50.0])
def test_no_speed_makes_a_job_late(
    speed: Callable[[float], float],
    per_fallback: float | None,
    per_pass: float,
    spent_seconds: float,
) -> None:
    """20 VOIs in 60 s: the second that is kept back for leaving is left in any case."""
    expected = Expected(per_pass=per_pass, per_fallback=per_fallback, per_empty_mask=0.02)

    done = Machine(
        speed, expected, n_vois=20, budget_seconds=60.0, spent_seconds=spent_seconds, mirror=1
    )

    assert len(done.means) == 20
    assert done.now <= 60.0 - spent_seconds - 1.0 + 2 * Machine._TICK


@pytest.mark.parametrize("speed", SPEEDS.values(), ids=SPEEDS)
@pytest.mark.parametrize("per_pass", [1.0, 6.0, 17.0, inf])
def test_a_voi_is_left_empty_only_where_the_fallback_has_no_time_either(
    speed: Callable[[float], float], per_pass: float
) -> None:
    """As the machine is at the end, a turn of the fallback takes longer than what is left then."""
    expected = Expected(per_pass=per_pass, per_fallback=0.6, per_empty_mask=0.02)

    done = Machine(speed, expected, n_vois=20, budget_seconds=60.0, mirror=1)

    if NOTHING in done.means:
        assert 60.0 - 1.0 - done.now < 0.6 * max(speed(done.now), 1.0) + 20 * 0.02 + 0.1


def test_where_20_vois_by_the_fallback_take_12_seconds_none_is_left_empty() -> None:
    """After 48 s of loading there are 12; after 40 s, 20, and 17 s for a pass are not begun."""
    expected = Expected(per_pass=17.0, per_fallback=0.5, per_empty_mask=0.01)
    for spent_seconds in (0.0, 30.0, 40.0, 46.0):
        done = Machine(
            SPEEDS["as rehearsed"],
            expected,
            n_vois=20,
            budget_seconds=60.0,
            spent_seconds=spent_seconds,
            starting_seconds=1.0,
            mirror=1,
        )
        assert done.means.count(NOTHING) == 0
        assert done.means.count(MODEL) == {0.0: 2, 30.0: 0, 40.0: 0, 46.0: 0}[spent_seconds]


def test_the_slowest_pass_so_far_is_what_counts() -> None:
    """Expected were 1 s; then one took 6. With 5 VOIs left in 34 s, 29.6 to use: 5 fit, once."""
    job = Job(Expected(per_pass=1.0), n_vois=6, budget_seconds=40.0)
    job.deadline.means_for_next_voi()
    with job.deadline.mirroring() as mirroring:
        job.now += 6.0
        assert not mirroring.go_on(1, None)
    assert job.deadline.means_for_next_voi() is MODEL
    with job.deadline.mirroring() as mirroring:
        job.now += 1.0
        # 33 s: 28.7 to use, 24 for four more: 4.7 to share.
        assert not mirroring.go_on(1, None)


def test_masks_that_wait_to_be_written_count() -> None:
    """0.9 · 20 − 1 = 17 s to use. The pass takes 5, but writing 7: 14 for itself and the one after.

    With its predecessor still waiting, 21.
    """
    expected = Expected(per_pass=5.0, per_empty_mask=7.0)
    assert Job(expected, n_vois=1, budget_seconds=20.0).deadline.means_for_next_voi() is MODEL

    job = Job(expected, n_vois=2, budget_seconds=30.0)
    with job.deadline.mirroring():
        job.now += 10.0
    assert job.deadline.means_for_next_voi() is NOTHING


@given(
    disagreements=st.lists(st.floats(0, 1), min_size=1, max_size=40),
    budget_seconds=st.floats(1, 2000),
    per_pass=st.floats(0.01, 60),
    per_fallback=st.none() | st.floats(0.01, 5),
    mirror=st.none() | st.integers(0, 8),
)
def test_a_job_whose_expectations_hold_is_never_late(
    disagreements: list[float],
    budget_seconds: float,
    per_pass: float,
    per_fallback: float | None,
    mirror: int | None,
) -> None:
    """But for the empty masks of all VOIs, which it must write in any case."""
    expected = Expected(per_pass=per_pass, per_fallback=per_fallback, per_empty_mask=0.01)
    job = Job(expected, n_vois=len(disagreements), budget_seconds=budget_seconds, mirror=mirror)
    job.play(disagreements)
    assert job.now <= max(budget_seconds, len(disagreements) * expected.per_empty_mask) + 1e-6


def test_process_start_counts_the_time_before_our_code() -> None:
    code = (
        "import time; time.sleep(0.5);"
        "from algorithm.engines.process_start import seconds_since_process_start as s; print(s())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 0.45 < float(done.stdout) < 60
