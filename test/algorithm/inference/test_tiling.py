"""Tiles and their weights, against arithmetic and against nnunetv2's functions."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from nnunet_oracle import compute_gaussian, compute_steps_for_sliding_window

from algorithm.inference.tiling import gaussian_weights, starts_around, tile_starts, tiles
from algorithm.models.architecture import Zyx


def test_half_overlapping_tiles() -> None:
    # 256 voxels, tiles of 128, 64 apart: 0, 64, 128.
    assert tile_starts(256, 128) == [0, 64, 128]


def test_tiles_move_closer_where_half_does_not_fit() -> None:
    # 110 voxels, tiles of 64: 46 to go in steps of at most 32, so two steps of 23.
    assert tile_starts(110, 64) == [0, 23, 46]


def test_a_tile_as_large_as_the_axis_comes_once() -> None:
    assert tile_starts(64, 64) == [0]


def test_the_patch_of_uls_plus_takes_27_tiles() -> None:
    where = list(tiles((128, 256, 256), (64, 128, 128)))

    assert len(where) == 27
    assert where[0] == (slice(0, 64), slice(0, 128), slice(0, 128))
    assert where[1] == (slice(0, 64), slice(0, 128), slice(64, 192))
    assert where[-1] == (slice(64, 128), slice(128, 256), slice(128, 256))


def test_tiles_around_one_are_half_a_tile_apart_and_end_with_the_axis() -> None:
    assert starts_around(64, 256, 128) == [0, 64, 128]
    # 20 apart from 44 on: 24, 4, and 64, 84; the outermost ones end with the axis.
    assert starts_around(44, 128, 40) == [0, 4, 24, 44, 64, 84, 88]
    assert starts_around(0, 64, 64) == [0]


@given(st.integers(1, 300), st.integers(1, 300))
def test_starts_equal_those_of_nnunet(first: int, second: int) -> None:
    size, patch = max(first, second), min(first, second)

    assert [tile_starts(size, patch)] == compute_steps_for_sliding_window((size,), (patch,), 0.5)


@pytest.mark.parametrize("patch", [(128, 256, 256), (64, 128, 128), (16, 24, 32), (5, 7, 9)])
def test_weights_equal_those_of_nnunet(patch: Zyx) -> None:
    expected = compute_gaussian(patch, value_scaling_factor=10, device=torch.device("cpu"))

    weights = gaussian_weights(patch)

    assert weights.dtype == np.float32
    assert expected.dtype == torch.float16
    np.testing.assert_array_equal(weights, expected.float().numpy())


def test_weights_are_ten_in_the_middle_and_positive_everywhere() -> None:
    weights = gaussian_weights((16, 32, 32))

    assert weights[8, 16, 16] == 10 == weights.max()
    assert weights.min() > 0
    # Four voxels from the centre along z are two standard deviations (16 / 8): e^-2 of the peak.
    assert weights[4, 16, 16] == pytest.approx(10 * np.exp(-2), rel=1e-3)
