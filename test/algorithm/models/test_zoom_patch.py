import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from algorithm.models.zoom_patch import AIR_HU, PATCH_SIZE, Frame, cut_patch, put_back

MIDDLE = PATCH_SIZE // 2
Z, Y, X = np.indices((60, 70, 80)).astype(np.float32)


def test_a_patch_of_the_volumes_own_spacing_is_the_volume() -> None:
    volume = np.random.default_rng(0).integers(-900, 900, Z.shape).astype(np.int16)
    patch = cut_patch(volume, Frame((30, 35, 40), 1.0, (1.0, 1.0, 1.0)))
    np.testing.assert_allclose(patch, volume[6:54, 11:59, 16:64], atol=1e-3)


@pytest.mark.parametrize("step_mm", [0.5, 1.0, 2.0, 4.0])
def test_a_step_of_whole_or_half_voxels_keeps_a_slope(step_mm: float) -> None:
    # Along x, voxels are 0.5 mm apart: a step is step_mm / 0.5 of them.
    wide = np.broadcast_to(np.arange(800, dtype=np.float32), (8, 8, 800))
    patch = cut_patch(wide, Frame((4, 4, 400), step_mm, (50.0, 50.0, 0.5)))
    slope = np.diff(patch[MIDDLE, MIDDLE])
    np.testing.assert_allclose(slope, step_mm / 0.5, rtol=1e-4)
    assert patch[MIDDLE, MIDDLE, MIDDLE] == pytest.approx(400, abs=1e-2)


def test_a_wide_patch_averages_what_it_steps_over() -> None:
    stripes = np.where(np.arange(400) % 2, 100, -100).astype(np.int16)
    volume = np.broadcast_to(stripes, (8, 8, 400))
    patch = cut_patch(volume, Frame((4, 4, 200), 4.0, (50.0, 50.0, 1.0)))
    assert np.abs(patch[MIDDLE, MIDDLE, 4:-4]).max() < 1


def test_beyond_the_volume_lies_air() -> None:
    volume = np.full((10, 10, 10), 50, dtype=np.int16)
    patch = cut_patch(volume, Frame((5, 5, 5), 1.0, (1.0, 1.0, 1.0)))
    inside = slice(MIDDLE - 5, MIDDLE + 5)
    np.testing.assert_allclose(patch[inside, inside, inside], 50, atol=1e-3)
    assert (patch[: MIDDLE - 6] == AIR_HU).all()
    assert (cut_patch(volume, Frame((900, 5, 5), 1.0, (1.0, 1.0, 1.0))) == AIR_HU).all()


def test_put_back_lands_where_it_was_cut() -> None:
    values = (2 * Z - Y + 3 * X).astype(np.float32)
    frame = Frame((30, 33, 41), 0.5, (1.0, 0.5, 0.5))
    back, where = put_back(cut_patch(values, frame), frame, values.shape)
    # 48 patch voxels of 0.5 mm: 24 slices of 1 mm, from 12 below the centre to 11.5 above it.
    assert where[0] == slice(18, 42)
    assert where[1] == slice(9, 57)
    np.testing.assert_allclose(back, values[where], atol=0.05)


def test_put_back_of_a_patch_beside_the_volume_is_empty() -> None:
    frame = Frame((500, 5, 5), 1.0, (1.0, 1.0, 1.0))
    back, _ = put_back(np.zeros((PATCH_SIZE,) * 3, np.float32), frame, (10, 10, 10))
    assert back.size == 0


places = st.tuples(*[st.floats(-200, 200)] * 3)
spacings = st.tuples(*[st.floats(0.3, 6)] * 3)


@given(centre=places, voxel=places, step_mm=st.floats(0.2, 8), spacing=spacings)
def test_there_and_back_again(
    centre: tuple[float, float, float],
    voxel: tuple[float, float, float],
    step_mm: float,
    spacing: tuple[float, float, float],
) -> None:
    frame = Frame(centre, step_mm, spacing)
    np.testing.assert_allclose(frame.to_volume(frame.to_patch(voxel)), voxel, atol=1e-6)
    np.testing.assert_allclose(frame.to_patch(centre), MIDDLE)
