"""Sums of diameters whose meaning RECIST 1.1 states."""

import pytest

from clinic.follow_up.recist import Category, Response, SizeAt, category, verdicts


def tumours(**diameters_mm: float) -> dict[str, SizeAt]:
    return {alias: SizeAt(mm, is_node=False) for alias, mm in diameters_mm.items()}


@pytest.mark.parametrize(
    ("diameter_mm", "is_node", "slice_mm", "expected"),
    [
        (10.0, False, 1.0, Category.MEASURABLE),
        (9.99, False, 1.0, Category.NOT_MEASURABLE),
        (11.9, False, 6.0, Category.NOT_MEASURABLE),  # twice 6 mm is 12
        (12.0, False, 6.0, Category.MEASURABLE),
        (10.0, False, 5.0, Category.MEASURABLE),  # 5 mm is not yet thick
        (15.0, True, 1.0, Category.NODE_TARGET),
        (14.9, True, 1.0, Category.NODE_NON_TARGET),
        (10.0, True, 1.0, Category.NODE_NON_TARGET),
        (9.9, True, 1.0, Category.NODE_NORMAL),
    ],
)
def test_category(diameter_mm: float, is_node: bool, slice_mm: float, expected: Category) -> None:
    assert category(diameter_mm, is_node=is_node, slice_mm=slice_mm) is expected


@pytest.mark.parametrize(
    ("later_mm", "expected"),
    [
        (70.0, Response.PARTIAL),  # −30 % of 100
        (70.1, Response.STABLE),
        (119.9, Response.STABLE),
        (120.0, Response.PROGRESSION),  # +20 %
        (0.0, Response.COMPLETE),
    ],
)
def test_response_of_one_follow_up(later_mm: float, expected: Response) -> None:
    assert verdicts([tumours(A=100), tumours(A=later_mm)])[1].response is expected


def test_twenty_percent_of_a_small_sum_are_not_five_millimetres() -> None:
    first, second, third = verdicts([tumours(A=20), tumours(A=24.9), tumours(A=25)])
    assert (first.response, second.response) == (Response.BASELINE, Response.STABLE)
    assert third.response is Response.PROGRESSION  # 5 mm above 20


def test_progression_counts_from_the_smallest_sum() -> None:
    # 100 → 40 is a partial response; 60 is still −40 % of the baseline, but +50 % of 40
    found = verdicts([tumours(A=60, B=40), tumours(A=20, B=20), tumours(A=30, B=30)])
    assert [verdict.sum_mm for verdict in found] == [100, 40, 60]
    assert found[1].response is Response.PARTIAL
    assert found[2].response is Response.PROGRESSION
    assert found[2].change_from_baseline == pytest.approx(-0.4)
    assert found[2].change_from_smallest == pytest.approx(0.5)


def test_a_node_need_not_vanish_for_a_complete_response() -> None:
    start = {"A": SizeAt(12, is_node=False), "N": SizeAt(16, is_node=True)}
    gone = {"A": SizeAt(0, is_node=False), "N": SizeAt(9.9, is_node=True)}
    left = {"A": SizeAt(0, is_node=False), "N": SizeAt(10, is_node=True)}
    assert verdicts([start, gone])[1].response is Response.COMPLETE
    assert verdicts([start, left])[1].response is Response.PARTIAL  # 10 of 28


def test_new_lesions_and_missing_ones() -> None:
    start = tumours(A=20, B=20)
    new = verdicts([start, tumours(A=10, B=10, C=5)])[1]
    assert (new.response, new.new, new.sum_mm) == (Response.PROGRESSION, ("C",), 20)
    missing = verdicts([start, tumours(A=10)])[1]
    assert (missing.response, missing.missing, missing.sum_mm) == (Response.UNKNOWN, ("B",), None)
    both = verdicts([start, tumours(A=10, C=5)])[1]
    assert both.response is Response.PROGRESSION


def test_growth_from_nothing_has_no_percentage_and_needs_five_millimetres() -> None:
    found = verdicts([tumours(A=10), tumours(A=0), tumours(A=4), tumours(A=5)])
    assert [v.response for v in found[1:]] == [
        Response.COMPLETE,
        Response.PARTIAL,  # 4 of 10
        Response.PROGRESSION,
    ]
    assert found[3].change_from_smallest is None


def test_without_studies_there_is_nothing_to_say() -> None:
    assert verdicts([]) == []


def test_targets_that_alone_make_it_progression_need_not_all_be_measured() -> None:
    found = verdicts([tumours(A=20, B=10), tumours(A=36)])[1]  # 36 of 30 mm: 20 % and 6 mm
    assert (found.response, found.missing, found.sum_mm) == (Response.PROGRESSION, ("B",), None)
