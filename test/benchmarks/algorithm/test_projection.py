"""A T4's seconds, against numbers worked out by hand."""

from benchmarks.algorithm.projection import pass_seconds, project
from benchmarks.algorithm.work import Work

ONE_SECOND = Work(flops=65 * 10**12, weights=10 * 10**9, activations=150 * 10**9)
"""At 65 TFLOP/s; and its 160e9 values of two bytes take a second at 320 GB/s."""


def test_a_pass_takes_the_longer_of_the_two() -> None:
    assert pass_seconds(ONE_SECOND, share=1.0) == 1.0
    assert pass_seconds(ONE_SECOND, share=0.25) == 4.0
    assert pass_seconds(Work(65 * 10**12, 0, 480 * 10**9), share=1.0) == 3.0


def test_100_vois_for_each_number_of_passes() -> None:
    """At half the peak a pass takes 2 s, two patches 4 s, 100 VOIs 400 s; 540 s are there."""
    found = project(ONE_SECOND, patches_per_voi=2, share=0.5, why="a guess")
    assert [(row.passes, row.seconds) for row in found.passes] == [
        (1, 400.0),
        (2, 800.0),
        (4, 1600.0),
        (8, 3200.0),
    ]
    assert [row.in_budget for row in found.passes] == [True, False, False, False]
    assert found.bound_by == "arithmetic"


def test_the_assumptions_are_told() -> None:
    found = project(Work(1, 0, 10**9), patches_per_voi=1, share=0.5, why="a guess")
    assert found.bound_by == "memory"
    assert all(said in found.assumptions for said in ("65 TFLOP/s", "320 GB/s", "50%", "a guess"))
