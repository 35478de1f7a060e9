"""The largest 4-connected component, against scipy's labelling and worked out by hand."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

import uls.geometry.component
from uls.geometry.component import count_components, largest_component

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


VOLUMES = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=7))


def literal_count(voxels: Mask, voxel: tuple[int, int, int]) -> tuple[int, int]:
    """Label with scipy, which joins voxels that share a face."""
    labels, count = ndimage.label(voxels)
    return count, int((labels == labels[voxel]).sum()) if voxels[voxel] else 0


@given(VOLUMES, st.data())
def test_components_of_a_volume_equal_a_labelling(voxels: Mask, data: st.DataObject) -> None:
    z, y, x = (data.draw(st.integers(0, size - 1)) for size in voxels.shape)
    assert count_components(voxels, (z, y, x)) == literal_count(voxels, (z, y, x))
    assert count_components(voxels, None) == (literal_count(voxels, (z, y, x))[0], 0)


@pytest.mark.parametrize("density", [0.25, 0.32, 0.5])
@pytest.mark.parametrize("many_runs", [0, 10**9])
def test_winding_volumes_by_runs_and_by_labels(
    density: float, many_runs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At about 0.31 a random volume percolates."""
    monkeypatch.setattr(uls.geometry.component, "_MANY_RUNS", many_runs)
    voxels = np.random.default_rng(5).random((20, 30, 40)) < density
    voxel = tuple(np.argwhere(voxels)[len(voxels) // 2].tolist())
    assert count_components(voxels, voxel) == literal_count(voxels, voxel)


def test_the_last_row_of_a_slice_does_not_touch_the_next_slices_first() -> None:
    voxels = np.zeros((2, 3, 4), dtype=np.bool_)
    voxels[0, 2] = voxels[1, 0] = True
    assert count_components(voxels, (1, 0, 0)) == (2, 4)
