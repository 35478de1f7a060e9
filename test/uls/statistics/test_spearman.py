import math

import pytest

from uls.statistics.spearman import spearman_interval


def test_interval_by_hand() -> None:
    """rho 0.8 of 28 pairs: z = 1.0986, deviation √(1.32 / 25) = 0.22978, ± 0.45036."""
    low, high = spearman_interval(0.8, 28) or (0, 0)
    assert low == pytest.approx(math.tanh(1.098612 - 0.450361), abs=1e-5)
    assert high == pytest.approx(math.tanh(1.098612 + 0.450361), abs=1e-5)


@pytest.mark.parametrize(("rho", "n"), [(0.5, 3), (1.0, 20), (-1.0, 20)])
def test_there_is_not_always_one(rho: float, n: int) -> None:
    assert spearman_interval(rho, n) is None
