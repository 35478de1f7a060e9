"""Agreement of the axes."""

import math

import pytest
from synthetic_lesions import lesion, measures

from evaluation.analysis.agreement import agreement, bland_altman, is_within_10_percent
from evaluation.results.metrics import Lesion
from evaluation.results.sections import BlandAltman


@pytest.mark.parametrize(
    ("expected", "found", "within"),
    [
        (10, 11, True),
        (10, 9, True),
        (10, 11.001, False),
        (10, 8.999, False),
        (0.3, 0.33, True),  # 0.33 − 0.3 is above 0.03 in floating point
        (10, 0, False),
        (10, None, False),
        (0, 0, True),
        (0, 1, False),
    ],
)
def test_within_10_percent_of_the_reference(
    expected: float, found: float | None, within: bool
) -> None:
    assert is_within_10_percent(expected, found) is within


def test_limits_of_two_differences() -> None:
    """1 and 3: mean 2, deviation √2."""
    found = bland_altman([1, 3])
    assert (found.bias, found.count) == (2, 2)
    assert found.lower == pytest.approx(2 - 1.96 * math.sqrt(2))
    assert found.upper == pytest.approx(2 + 1.96 * math.sqrt(2))


def test_limits_need_two_differences() -> None:
    assert bland_altman([4]) == BlandAltman(bias=4, count=1)
    assert bland_altman([]) == BlandAltman(count=0)


@pytest.fixture
def lesions() -> list[Lesion]:
    """Long axes 10 → 12 and 30 → 30, short axes 10 → 10 and 20 → 30, one empty, one without."""
    return [
        lesion(reference=measures(10, 10), prediction=measures(12, 10)),
        lesion(reference=measures(30, 20), prediction=measures(30, 30)),
        lesion(reference=measures(30, 20), prediction=measures(0, 0, voxels=0)),
        lesion(reference=measures(30, 20), no_prediction=True),
    ]


def test_differences_are_prediction_minus_reference(lesions: list[Lesion]) -> None:
    """Long: 2 and 0 mm; 2/11 and 0. Short: 0 and 10 mm; 0 and 10/25."""
    found = agreement(lesions)
    long_axis, short_axis = found.long_axis, found.short_axis
    assert (long_axis.mm.bias, short_axis.mm.bias) == (1, 5)
    assert long_axis.percent.bias == pytest.approx(100 * 2 / 11 / 2)
    assert short_axis.percent.bias == pytest.approx(100 * 10 / 25 / 2)


def test_only_measured_lesions_are_compared_but_all_count_for_the_share(
    lesions: list[Lesion],
) -> None:
    found = agreement(lesions).long_axis
    assert (found.mm.count, found.percent.count, found.not_compared) == (2, 2, 2)
    assert (found.within_10_percent.count, found.within_10_percent.of) == (1, 4)


def test_the_observer_study_stands_beside_it(lesions: list[Lesion]) -> None:
    """1.6 − 1.96·12.1 = −22.116."""
    study = agreement(lesions).observer_study
    assert (study.bias, study.bias_lower, study.bias_upper, study.std) == (1.6, -2.8, 6.0, 12.1)
    assert (study.lower, study.upper) == (pytest.approx(-22.116), pytest.approx(25.316))
