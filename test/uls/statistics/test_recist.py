"""RECIST 1.1: every pair of lengths on a grid of 0.1 mm against arithmetic in fractions."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest

from clinic.follow_up.recist import SizeAt, verdicts
from evaluation.analysis.recist import response as of_evaluation
from uls.statistics.recist import (
    Category,
    Response,
    Target,
    category,
    measurable_limit_mm,
    reaches,
    response,
    sum_mm,
)

_TENTHS = range(1, 601)
"""0.1 to 60.0 mm."""


def by_fractions(baseline: Fraction, later: Fraction) -> Response:
    """Judge a single tumour by RECIST's words, in exact arithmetic."""
    growth = later - baseline
    if later == 0:
        return Response.COMPLETE
    if growth >= baseline / 5 and growth >= 5:
        return Response.PROGRESSION
    return Response.PARTIAL if -growth >= baseline * Fraction(3, 10) else Response.STABLE


def limits_near(tenths: int) -> set[int]:
    """Give the lengths, in tenths of a millimetre, at and beside every limit of a baseline."""
    near = {tenths * 7 // 10, tenths * 6 // 5, tenths + 50, 0}
    return {length + step for length in near for step in (-1, 0, 1) if length + step >= 0}


def test_every_limit_on_a_grid_of_a_tenth_of_a_millimetre() -> None:
    wrong = [
        (before / 10, after / 10)
        for before in _TENTHS
        for after in limits_near(before)
        if response([Target(before / 10, after / 10, is_node=False)])
        is not by_fractions(Fraction(before, 10), Fraction(after, 10))
    ]
    assert wrong == []


def test_evaluation_and_follow_up_call_a_change_the_same() -> None:
    for before in range(1, 601, 7):
        for after in limits_near(before):
            pair = before / 10, after / 10
            studies = [{"A": SizeAt(length, is_node=False)} for length in pair]
            assert verdicts(studies)[1].response.name == of_evaluation(*pair, node=False).name


@pytest.mark.parametrize(
    ("baseline", "later", "expected"),
    [
        (14.0, 9.8, Response.PARTIAL),  # 4.199999999999999 < 0.3 · 14 in binary fractions
        (14.0, 9.81, Response.STABLE),
        (26.0, 31.2, Response.PROGRESSION),  # 5.199999999999999 < 0.2 · 26
        (26.0, 31.19, Response.STABLE),
        (20.1, 25.1, Response.PROGRESSION),  # 5 mm, 24.9 %
        (20.1, 25.0, Response.STABLE),  # 4.9 mm
        (9.3, 9.3, Response.STABLE),
        (0.1, 0.0, Response.COMPLETE),
    ],
)
def test_limits_are_reached_not_passed(baseline: float, later: float, expected: Response) -> None:
    assert response([Target(baseline, later, is_node=False)]) is expected


def test_lengths_of_single_precision_reach_their_limits() -> None:
    """Spacings of NIfTI files: 0.7 mm is 0.699999988; 20 → 14 and 40 → 48 pixels of it."""
    step = float(np.float32(0.7))
    assert response([Target(14.0, 14 * step, is_node=False)]) is Response.PARTIAL
    assert response([Target(28.0, 48 * step, is_node=False)]) is Response.PROGRESSION


@pytest.mark.parametrize("lengths", list(permutations([14.7, 22.1, 3.3, 9.9])))
def test_sums_do_not_depend_on_their_order(lengths: tuple[float, ...]) -> None:
    """50.0 mm less 30 % are 35.0 mm: in binary fractions some orders miss it."""
    assert sum_mm(lengths) == 50.0
    later = [Target(mm, mm * 0.7, is_node=False) for mm in lengths]
    assert response(later) is Response.PARTIAL


def test_growth_counts_from_the_smallest_sum() -> None:
    target = [Target(40.0, 31.2, is_node=False)]
    assert response(target, smallest_mm=26.0) is Response.PROGRESSION  # 26.0 → 31.2 is +20 %
    assert response(target, smallest_mm=26.1) is Response.STABLE
    assert response(target) is Response.STABLE  # −22 %


def test_a_new_lesion_is_progression_whatever_the_sum() -> None:
    assert response([Target(20, 0, is_node=False)], any_new=True) is Response.PROGRESSION


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ([(16, 9.9)], Response.COMPLETE),
        ([(16, 10)], Response.PARTIAL),
        ([(9, 9)], Response.STABLE),  # normal from the start: nothing has responded
        ([(9, 6)], Response.PARTIAL),
        ([(9, 0)], Response.COMPLETE),
        ([(9, 9), (15, 9.9)], Response.COMPLETE),
        ([(9, 9), (15, 10)], Response.STABLE),  # 24 → 19 is −21 %
        ([(0, 0)], Response.STABLE),
    ],
)
def test_nodes_need_not_vanish(targets: list[tuple[float, float]], expected: Response) -> None:
    assert response([Target(*pair, is_node=True) for pair in targets]) is expected


@pytest.mark.parametrize(
    ("diameter_mm", "is_node", "slice_mm", "expected"),
    [
        (10.0, False, 1.0, Category.MEASURABLE),
        (0.1 * 3 * 33 + 0.1, False, 1.0, Category.MEASURABLE),  # 10.000000000000002
        (9.999999999999998, False, 1.0, Category.MEASURABLE),
        (9.9999, False, 1.0, Category.NOT_MEASURABLE),
        (12.2, False, float(np.float32(6.1)), Category.MEASURABLE),
        (12.1, False, 6.1, Category.NOT_MEASURABLE),
        (10.0, False, 5.0000000001, Category.MEASURABLE),  # 5 mm is not yet thick
        (14.999999999999998, True, 9.0, Category.NODE_TARGET),
        (9.999999999999998, True, 9.0, Category.NODE_NON_TARGET),
        (9.99, True, 9.0, Category.NODE_NORMAL),
    ],
)
def test_categories_at_their_limits(
    diameter_mm: float, is_node: bool, slice_mm: float, expected: Category
) -> None:
    assert category(diameter_mm, is_node=is_node, slice_mm=slice_mm) is expected


def test_what_is_measurable_reaches_its_limit() -> None:
    assert measurable_limit_mm(is_node=False, slice_mm=5.5) == 11.0
    assert measurable_limit_mm(is_node=True, slice_mm=5.5) == 15.0
    assert reaches(11.0, 11.0)
    assert not reaches(10.9, 11.0)
