import numpy as np
import pytest

from algorithm.models.zoom_channels import CHANNELS, WITHOUT_CORRECTIONS, channels, marks
from algorithm.models.zoom_patch import PATCH_SIZE

NAMES = {name: index for index, name in enumerate(CHANNELS)}
CLICK = (20.0, 24.0, 28.0)
SHAPE = (PATCH_SIZE,) * 3


def _see(hu: np.ndarray, **changes: object) -> dict[str, np.ndarray]:
    arguments = {"click": CLICK, "step_mm": 1.0, "slice_mm": 1.0} | changes
    stacked = channels(hu.astype(np.float32), **arguments)  # type: ignore[arg-type]
    assert stacked.dtype == np.float32
    return {name: stacked[index] for name, index in NAMES.items()}


def _two_balls() -> np.ndarray:
    """60 HU in a ball around the click and in another one, in -40 HU."""
    z, y, x = np.indices(SHAPE)
    hu = np.full(SHAPE, -40.0)
    for centre in (CLICK, (20.0, 24.0, 8.0)):
        hu[(z - centre[0]) ** 2 + (y - centre[1]) ** 2 + (x - centre[2]) ** 2 < 36] = 60
    return hu


def test_hu_in_two_windows_and_relative_to_the_click() -> None:
    seen = _see(_two_balls())
    assert seen["wide"][20, 24, 28] == pytest.approx(0.06)
    assert seen["soft"][20, 24, 28] == pytest.approx((60 - 40) / 100)
    assert seen["relative"][20, 24, 28] == 0
    assert seen["relative"][20, 24, 18] == pytest.approx(-2)  # -100 / 40, at least -2


def test_the_clicked_hu_is_the_most_common_one_around_not_the_clicked_voxels() -> None:
    hu = np.full(SHAPE, 50.0)
    hu[20, 24, 28] = 900
    assert _see(hu)["relative"][5, 5, 5] == 0


def test_connectedness_is_one_by_the_same_hu_and_falls_at_a_wall() -> None:
    connected = _see(_two_balls())["connected"]
    wall = 1 - np.log1p(100 / 12) / np.log1p(400 / 12)
    assert connected[20, 24, 28] == 1
    assert connected[20, 24, 24] == 1
    # The other ball has the same HU, but 100 HU of tissue lie on the way to it.
    assert connected[20, 24, 8] == pytest.approx(wall, abs=1e-3)
    assert connected[40, 40, 40] == pytest.approx(wall, abs=1e-3)


def test_a_bent_path_is_found() -> None:
    hu = np.full(SHAPE, 400.0)
    hu[:4, :4, :] = 0  # along x, then along y, then along z
    hu[:4, :, -4:] = 0
    hu[:, -4:, -4:] = 0
    connected = _see(hu, click=(1.0, 1.0, 1.0))["connected"]
    assert connected[46, 46, 46] == 1
    assert connected[24, 24, 24] < 0.1


def test_the_mark_lies_on_the_click_and_has_no_denormal_numbers() -> None:
    mark = _see(_two_balls())["click"]
    assert np.unravel_index(mark.argmax(), SHAPE) == (20, 24, 28)
    assert mark.max() == 1
    assert mark[20, 24, 31] == pytest.approx(np.exp(-9 / 18))
    assert not ((mark > 0) & (mark < np.finfo(np.float32).tiny)).any()


def test_zoom_and_slices_are_logarithms() -> None:
    seen = _see(_two_balls(), step_mm=2.0, slice_mm=5.0)
    assert seen["step"][0, 0, 0] == pytest.approx(np.log(2) / 1.2)
    assert seen["slices"][0, 0, 0] == pytest.approx(np.log(2.5) / 1.5)


def test_a_click_beyond_the_patch_counts_at_its_border() -> None:
    mark = _see(_two_balls(), click=(-30.0, 24.0, 99.0))["click"]
    assert np.unravel_index(mark.argmax(), SHAPE) == (0, 24, PATCH_SIZE - 1)


def test_the_box_marks_its_voxels() -> None:
    box = _see(_two_balls(), box=((1.0, 2.0, 3.0), (4.0, 6.0, 8.0)))["box"]
    expected = np.zeros(SHAPE)
    expected[1:4, 2:6, 3:8] = 1
    np.testing.assert_array_equal(box, expected)
    assert not _see(_two_balls())["box"].any()


def test_a_model_without_corrections_sees_the_first_channels_as_they_are() -> None:
    arguments = {"click": CLICK, "step_mm": 1.3, "slice_mm": 2.0, "box": (CLICK, (30, 30, 30))}
    hu = _two_balls().astype(np.float32)
    few, all_of_them = (
        channels(hu, count=count, **arguments)  # type: ignore[arg-type]
        for count in (WITHOUT_CORRECTIONS, len(CHANNELS))
    )
    assert len(few) == 8
    np.testing.assert_array_equal(few, all_of_them[:8])
    assert not all_of_them[8].any()


def test_corrections_are_marked_inside_and_outside() -> None:
    corrections = [((10.0, 10.0, 10.0), True), ((30.0, 20.0, 40.0), False)]
    seen = _see(_two_balls(), corrections=corrections)["corrected"]
    assert seen[10, 10, 10] == 1
    assert seen[30, 20, 40] == -1
    # Two voxels away, at a width of two: exp(-1/2).
    assert seen[10, 12, 10] == pytest.approx(np.exp(-0.5), rel=1e-5)
    assert seen[30, 20, 38] == pytest.approx(-np.exp(-0.5), rel=1e-5)
    assert abs(seen[20, 24, 28]) < 1e-3


def test_several_corrections_in_one_place_mark_it_no_more_than_one() -> None:
    twice = marks([((10.0, 10.0, 10.0), True), ((10.0, 10.0, 10.0), True)])
    np.testing.assert_array_equal(twice, marks([((10.0, 10.0, 10.0), True)]))


def test_a_correction_beyond_the_patch_is_not_seen() -> None:
    for beyond in ((-1.0, 10.0, 10.0), (10.0, 48.0, 10.0), (10.0, 10.0, 60.0)):
        assert not marks([(beyond, True)]).any()
