import pytest

from evaluation.results.quantities import Interval, MeanStd
from uls.report.text import counted, dice_std, interval, number, percent, percent_std, signed


@pytest.mark.parametrize(
    ("value", "text"), [(0.12345, "0.123"), (-0.5, "−0.500"), (-0.0001, "0.000"), (None, "–")]
)
def test_numbers(value: float | None, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(1.25, "+1.2"), (-1.26, "−1.3"), (0.04, "0.0"), (-0.04, "0.0"), (None, "–")]
)
def test_signs(value: float | None, text: str) -> None:
    assert signed(value, 1) == text


def test_percent_of_a_fraction() -> None:
    assert (percent(0.125), percent(1, 0), percent(None)) == ("12.5 %", "100 %", "–")


def test_intervals() -> None:
    assert interval(Interval(lower=-0.1, upper=0.25)) == "−0.100 to 0.250"
    bounds = Interval(lower=0.1, upper=0.25)
    assert interval(bounds, digits=1, times=100, unit=" %") == "10.0 to 25.0 %"
    assert interval(None) == "–"


def test_mean_and_deviation() -> None:
    assert dice_std(MeanStd(mean=0.5, std=0.25, count=2)) == "0.500 ± 0.250"
    assert dice_std(MeanStd(mean=0.5, count=1)) == "0.500"
    assert percent_std(MeanStd(mean=0.5, std=0.25, count=2)) == "50.0 ± 25.0 %"
    assert percent_std(MeanStd(count=0)) == "–"


def test_counts() -> None:
    assert [counted(n, "lesion") for n in (0, 1, 2)] == ["0 lesions", "1 lesion", "2 lesions"]
    assert counted(["a"], "stack") == "1 stack"
