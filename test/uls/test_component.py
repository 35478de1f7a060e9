"""The largest 4-connected component, against scipy's labelling and worked out by hand."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from uls.component import largest_component

Mask = npt.NDArray[np.bool_]

SLICES = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=14))


def literal_largest_component(pixels: Mask) -> Mask:
    """Label with a 4-connected cross; scipy numbers labels in row order, argmax takes the first."""
    labels, _ = ndimage.label(pixels, structure=[[0, 1, 0], [1, 1, 1], [0, 1, 0]])
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return labels == sizes.argmax() if sizes.any() else np.zeros_like(pixels)


@given(SLICES)
def test_equals_a_labelling(pixels: Mask) -> None:
    np.testing.assert_array_equal(largest_component(pixels), literal_largest_component(pixels))


@given(st.integers(0, 2**32 - 1), st.floats(0.5, 0.7))
def test_equals_a_labelling_of_winding_components(seed: int, density: float) -> None:
    """At about 0.59 a random slice percolates: its components are as entangled as they get."""
    pixels = np.random.default_rng(seed).random((40, 40)) < density
    np.testing.assert_array_equal(largest_component(pixels), literal_largest_component(pixels))


def test_of_equally_large_components_the_first_in_row_order_is_kept() -> None:
    pixels = np.array([[0, 0, 0, 1], [1, 1, 0, 1], [0, 0, 0, 0], [1, 1, 0, 0]], dtype=np.bool_)
    expected = np.zeros_like(pixels)
    expected[:2, 3] = True  # met in row 0; the pair in row 1 lies further left but comes later
    np.testing.assert_array_equal(largest_component(pixels), expected)


def test_diagonal_neighbours_are_not_connected() -> None:
    pixels = np.eye(3, dtype=np.bool_)
    expected = np.zeros_like(pixels)
    expected[0, 0] = True
    np.testing.assert_array_equal(largest_component(pixels), expected)


def test_components_that_meet_only_at_their_end_are_one() -> None:
    pixels = np.array([[1, 0, 1, 0, 1], [1, 0, 1, 0, 1], [1, 1, 1, 1, 1]], dtype=np.bool_)
    np.testing.assert_array_equal(largest_component(pixels), pixels)


@pytest.mark.parametrize("shape", [(1, 1), (3, 4)])
def test_an_empty_slice_keeps_nothing(shape: tuple[int, ...]) -> None:
    assert not largest_component(np.zeros(shape, dtype=np.bool_)).any()
