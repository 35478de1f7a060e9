"""How two engines' answers are compared, and when they agree well enough."""

import numpy as np
import pytest

from algorithm.engines.base import Batch
from algorithm.engines.selection.parity import Parity, compare


def _logits(lesion: list[float]) -> Batch:
    """Logits of as many voxels in a row; the background's are zero."""
    return np.array([[np.zeros(len(lesion)), lesion]], dtype=np.float32)[:, :, None, None]


def test_dice_and_relative_error() -> None:
    # Masks 1110 and 0111: 2 * 2 / 6. Differences 3, 0, 0, 3 on logits 1, 1, 1, -1: sqrt(18 / 4).
    parity = compare(_logits([-2, 1, 1, 2]), _logits([1, 1, 1, -1]))

    assert parity.dice == pytest.approx(4 / 6)
    assert parity.relative_error == pytest.approx(np.sqrt(18 / 4))


def test_only_the_difference_of_two_logits_counts() -> None:
    logits = _logits([1, -1])

    parity = compare(logits + np.float32(5), logits)

    assert parity == Parity(dice=1, relative_error=0)


def test_one_logit_is_compared_with_zero() -> None:
    # Masks 10 and 11: 2 * 1 / 3. Difference 0, -5 on 3, 4, whose norm is 5.
    logits, reference = _logits([3, -1])[:, 1:], _logits([3, 4])[:, 1:]

    assert compare(logits, reference) == Parity(dice=2 / 3, relative_error=1.0)


def test_dice_is_none_where_the_reference_is_empty() -> None:
    assert compare(_logits([1, -1]), _logits([-1, -1])).dice is None


def test_a_black_mask_does_not_hold() -> None:
    """However small the error: a single voxel, just above and just below zero."""
    logits, reference = _logits([-0.001, -1]), _logits([0.001, -1])

    parity = compare(logits, reference)

    assert parity.relative_error == pytest.approx(0.002, rel=1e-3)
    assert not parity.holds("bf16")


def test_a_reference_of_zeros_is_met_by_zeros_only() -> None:
    zeros = _logits([0, 0])

    assert compare(zeros, zeros).holds("f32")
    assert not compare(_logits([0, -1]), zeros).holds("bf16")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_does_not_hold(bad: float) -> None:
    logits = _logits([1, -1])
    logits[0, 0, 0, 0, 1] = bad

    assert not compare(logits, _logits([1, -1])).holds("bf16")


@pytest.mark.parametrize(
    ("parity", "precision", "holds"),
    [
        (Parity(dice=0.9991, relative_error=0.5), "bf16", True),
        (Parity(dice=0.9989, relative_error=0.5), "bf16", False),
        (Parity(dice=None, relative_error=0.5), "bf16", False),
        (Parity(dice=None, relative_error=0.019), "bf16", True),
        (Parity(dice=0.5, relative_error=0.021), "bf16", False),
        (Parity(dice=0.0, relative_error=0.001), "bf16", False),
        (Parity(dice=1.0, relative_error=None), "bf16", False),
        (Parity(dice=0.5, relative_error=0.019), "fp16", False),
        (Parity(dice=0.5, relative_error=0.004), "fp16", True),
        (Parity(dice=0.5, relative_error=0.0011), "f32", False),
    ],
)
def test_when_parity_holds(parity: Parity, precision: str, holds: bool) -> None:
    assert parity.holds(precision) is holds
