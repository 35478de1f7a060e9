import subprocess
import sys

import pytest

from algorithm.deadline import Deadline, DeadlineError


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_without_a_budget_auto_means_the_plain_pass() -> None:
    deadline = Deadline(n_vois=2)
    deadline.voi_done(passes=1, seconds=0.001)
    assert deadline.mirror_for_next_voi() == 1


def test_passes_asked_for_are_given_whatever_the_time() -> None:
    deadline = Deadline(n_vois=100, mirror=8, budget_seconds=100.0, clock=Clock())
    deadline.voi_done(passes=8, seconds=50.0)
    assert deadline.mirror_for_next_voi() == 8


@pytest.mark.parametrize(
    ("budget_seconds", "passes"),
    [(1000.0, 8), (890.0, 8), (888.0, 4), (445.0, 4), (444.0, 2), (223.0, 2), (222.0, 1)],
)
def test_auto_takes_as_many_passes_as_fit(budget_seconds: float, passes: int) -> None:
    """A tenth of the time is kept back; 100 VOIs share the rest, at 1 s a pass.

    n passes fit from a budget of 100·n/0.9 s on: 8 from 888.9 s, 4 from 444.4 s, 2 from 222.2 s.
    """
    deadline = Deadline(n_vois=101, budget_seconds=budget_seconds, clock=Clock())
    assert deadline.mirror_for_next_voi() == 1
    deadline.voi_done(passes=1, seconds=1.0)
    assert deadline.mirror_for_next_voi() == passes


def test_what_a_value_of_mirror_costs_is_for_the_model_to_say() -> None:
    """A model mirrored along one axis has 2 views at most: with 2 s a VOI left, all of them fit."""
    deadline = Deadline(
        n_vois=11, budget_seconds=23.0, passes=lambda mirror: min(mirror, 2), clock=Clock()
    )
    deadline.voi_done(passes=1, seconds=1.0)
    assert deadline.mirror_for_next_voi() == 8


def test_slowest_pass_so_far_counts() -> None:
    deadline = Deadline(n_vois=12, budget_seconds=100.0, clock=Clock())
    deadline.voi_done(passes=1, seconds=4.0)
    deadline.voi_done(passes=2, seconds=2.0)
    assert deadline.mirror_for_next_voi() == 2  # 10 VOIs in 90 s: 9 s each, 4 s a pass


def test_spent_budget_is_an_error_that_says_what_is_left() -> None:
    clock = Clock()
    deadline = Deadline(n_vois=3, budget_seconds=60.0, spent_seconds=10.0, clock=clock)
    clock.now += 49.0
    assert deadline.mirror_for_next_voi() == 1
    deadline.voi_done(passes=1, seconds=49.0)
    clock.now += 1.0
    with pytest.raises(DeadlineError, match="budget of 60 s is spent, 2 VOIs left"):
        deadline.mirror_for_next_voi()


def test_process_start_counts_the_time_before_our_code() -> None:
    code = (
        "import time; time.sleep(0.5);"
        "from algorithm.deadline import seconds_since_process_start as s; print(s())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 0.45 < float(done.stdout) < 60
