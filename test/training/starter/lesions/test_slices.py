import numpy as np
import pytest

from training.starter.lesions.slices import Slices


def _bent_at(positions: list[int], size: int = 24) -> np.ndarray:
    """A patch of slices with random values, interpolated linearly between."""
    rng = np.random.default_rng(3)
    values = rng.normal(0, 10, (len(positions), 6, 6))
    planes = np.arange(size)
    patch = np.empty((size, 6, 6), dtype=np.float32)
    for y in range(6):
        for x in range(6):
            patch[:, y, x] = np.interp(planes, positions, values[:, y, x])
    return patch


@pytest.mark.parametrize("first", [0, 1, 2, 3])
def test_slices_are_found_where_the_patch_bends(first: int) -> None:
    patch = _bent_at(list(range(first - 4, 30, 4)))
    found = Slices.find(patch, 4.0).positions
    assert found is not None
    inside = found[(found >= 0) & (found < 24)]
    assert inside.tolist() == list(range(first, 24, 4))


def test_thin_slices_change_nothing() -> None:
    patch = np.random.default_rng(1).normal(size=(6, 2, 2)).astype(np.float32)
    slices = Slices.find(patch, 1.2)
    assert slices.positions is None
    assert slices.averaged(patch) is patch
    assert slices.interpolated(patch, 6) is patch


def test_a_slice_averages_over_its_thickness() -> None:
    slices = Slices(np.array([1.0, 4.0], dtype=np.float32), 3.0)
    values = np.array([0, 3, 6, 0, 1, 5], dtype=np.float32).reshape(6, 1, 1)
    # Planes 0, 1, 2 make the first slice, 3, 4, 5 the second: (0+3+6)/3 and (0+1+5)/3.
    assert slices.averaged(values).ravel().tolist() == pytest.approx([3, 2])
    assert slices.sampled(values).ravel().tolist() == pytest.approx([3, 1])
    # Plane 2 lies a third of the way from 3 to 2; beyond the last slice its value goes on.
    back = slices.interpolated(slices.averaged(values), 6).ravel()
    assert back.tolist() == pytest.approx([3, 3, 8 / 3, 7 / 3, 2, 2])


def test_a_slice_beyond_the_end_sees_the_nearest_plane() -> None:
    slices = Slices(np.array([-3.0, 1.0, 5.0], dtype=np.float32), 4.0)
    values = np.array([7, 7, 7, 9], dtype=np.float32).reshape(4, 1, 1)
    ends = slices.averaged(values).ravel()
    assert (ends[0], ends[2]) == pytest.approx((7, 9))


def test_a_part_of_a_patch_has_its_slices() -> None:
    slices = Slices(np.array([-4.0, 0.0, 4.0, 8.0, 12.0, 16.0], dtype=np.float32), 4.0)
    part = slices.part(slice(5, 11)).positions
    assert part is not None
    assert part.tolist() == [-1.0, 3.0, 7.0]  # 4, 8 and 12: the neighbours of planes 5 to 10
