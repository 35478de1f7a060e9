import numpy as np
import pytest

from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX, cut_voi
from uls.workshop.errors import InputError


def test_clicked_voxel_becomes_the_centre() -> None:
    scan = np.zeros((200, 300, 300), dtype=np.int16)
    scan[90, 140, 150] = 7
    voi = cut_voi(scan, (90, 140, 150))
    assert voi.shape == VOI_SHAPE_ZYX
    assert voi[CLICK_ZYX] == 7
    assert np.count_nonzero(voi) == 1


def test_pads_with_the_minimum_minus_one_where_the_scan_ends() -> None:
    scan = np.full((10, 10, 10), 40, dtype=np.int16)
    scan[0, 0, 0] = -30
    voi = cut_voi(scan, (0, 0, 0))
    assert voi[CLICK_ZYX] == -30
    assert voi[CLICK_ZYX[0] - 1, CLICK_ZYX[1], CLICK_ZYX[2]] == -31
    inside = voi[64:74, 128:138, 128:138]
    assert np.array_equal(inside, scan)
    assert np.count_nonzero(voi != -31) == 10 * 10 * 10


def test_labels_pad_with_the_value_asked_for() -> None:
    voi = cut_voi(np.ones((4, 4, 4), dtype=np.uint8), (3, 3, 3), fill=0)
    assert voi.sum() == 4 * 4 * 4


def test_unsigned_scan_that_cannot_hold_its_padding_is_refused() -> None:
    with pytest.raises(InputError, match="uint8"):
        cut_voi(np.zeros((4, 4, 4), dtype=np.uint8), (0, 0, 0))


@pytest.mark.parametrize("click", [(-1, 0, 0), (0, 4, 0), (0, 0, 9)])
def test_click_outside_the_scan_is_refused(click: tuple[int, int, int]) -> None:
    with pytest.raises(InputError, match="a voxel of the scan"):
        cut_voi(np.zeros((4, 4, 4), dtype=np.int16), click)


def test_scan_must_have_three_dimensions() -> None:
    with pytest.raises(InputError, match="3 dimensions"):
        cut_voi(np.zeros((4, 4), dtype=np.int16), (0, 0, 0))
