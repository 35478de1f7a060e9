"""The vectors between pixels, by pairs and by autocorrelation, against all pairs in a loop."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from uls.geometry.vectors import vectors_between

Slice = npt.NDArray[np.bool_]
SLICES = hnp.arrays(np.bool_, st.tuples(st.integers(1, 22), st.integers(1, 22)))


def literal(pixels: Slice) -> list[list[int]]:
    places = np.argwhere(pixels).tolist()
    pairs = [(a, b) for i, a in enumerate(places) for b in places[i + 1 :]]
    return sorted([list(v) for v in {(b[0] - a[0], b[1] - a[1]) for a, b in pairs}])


@settings(deadline=None, max_examples=60)
@given(SLICES)
def test_all_vectors_in_row_order(pixels: Slice) -> None:
    assert vectors_between(pixels).tolist() == literal(pixels)


@pytest.mark.parametrize("density", [0.1, 0.6, 1.0])
def test_many_pixels_give_the_same_as_few(density: float) -> None:
    """17×23 pixels are more than the 200 that are compared one by one, from a density of 0.6 on."""
    pixels = np.random.default_rng(0).random((17, 23)) < density
    assert vectors_between(pixels).tolist() == literal(pixels)


def test_three_pixels_in_a_row() -> None:
    assert vectors_between(np.ones((1, 3), dtype=np.bool_)).tolist() == [[0, 1], [0, 2]]


@pytest.mark.parametrize("filled", [0, 1])
def test_fewer_than_two_pixels_have_none(filled: int) -> None:
    pixels = np.zeros((4, 5), dtype=np.bool_)
    pixels.flat[:filled] = True
    assert vectors_between(pixels).shape == (0, 2)


def test_a_full_slice_has_every_vector_there_is() -> None:
    """Downwards 255 rows of 511 columns, and 255 along the row itself: 130 560."""
    vectors = vectors_between(np.ones((256, 256), dtype=np.bool_))
    assert len(vectors) == 255 * 511 + 255
    assert (vectors[0].tolist(), vectors[-1].tolist()) == ([0, 1], [255, 255])
