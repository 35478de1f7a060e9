import numpy as np
import pytest

from evaluation.report.views import BONE, LUNG, SOFT_TISSUE, choose_window, outline, view_of
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX

SPACING = (0.5, 1.0, 2.0)


def empty() -> np.ndarray:
    return np.zeros(VOI_SHAPE_ZYX, dtype=bool)


def block(z: slice, y: slice, x: slice) -> np.ndarray:
    mask = empty()
    mask[z, y, x] = True
    return mask


def test_the_outline_of_one_voxel_is_its_four_edges_in_mm() -> None:
    mask = np.zeros((4, 5), dtype=bool)
    mask[1, 2] = True
    edges = {tuple(map(tuple, segment)) for segment in outline(mask, (3.0, 0.5))}
    # columns 2 to 3 are 1.0 to 1.5 mm across, row 1 is 3 to 6 mm down
    assert edges == {
        ((1.0, 3.0), (1.5, 3.0)),
        ((1.0, 6.0), (1.5, 6.0)),
        ((1.0, 3.0), (1.0, 6.0)),
        ((1.5, 3.0), (1.5, 6.0)),
    }


def test_edges_between_two_voxels_of_a_mask_are_not_outlined() -> None:
    assert len(outline(np.ones((2, 3), dtype=bool), (1.0, 1.0))) == 2 * (2 + 3)


def test_an_empty_mask_has_no_outline() -> None:
    assert outline(np.zeros((4, 4), dtype=bool), (1.0, 1.0)).shape == (0, 2, 2)


def test_the_planes_go_through_the_click_and_keep_their_spacing() -> None:
    z, y, x = np.indices(VOI_SHAPE_ZYX, dtype=np.int32, sparse=True)
    voi = z * 65536 + y * 256 + x  # every voxel tells where it is
    axial, coronal, sagittal = view_of(voi, empty(), None, SPACING).slices
    assert axial.hu[3, 5] == 64 * 65536 + 3 * 256 + 5
    assert coronal.hu[3, 5] == 3 * 65536 + 128 * 256 + 5
    assert sagittal.hu[3, 5] == 3 * 65536 + 5 * 256 + 128
    assert [panel.voxel_mm for panel in (axial, coronal, sagittal)] == [(1, 0.5), (2, 0.5), (2, 1)]
    assert [panel.rows_down for panel in (axial, coronal, sagittal)] == [True, False, False]


def test_the_click_is_the_middle_of_its_voxel() -> None:
    axial, coronal, _ = view_of(np.zeros(VOI_SHAPE_ZYX), empty(), None, SPACING).slices
    assert axial.click_mm == (128.5 * 1.0, 128.5 * 0.5)
    assert coronal.click_mm == (64.5 * 2.0, 128.5 * 0.5)


def test_the_view_is_centred_on_both_masks_with_room_around_them() -> None:
    reference = block(slice(60, 70), slice(100, 130), slice(120, 140))
    prediction = block(slice(64, 66), slice(128, 160), slice(128, 130))
    view = view_of(np.zeros(VOI_SHAPE_ZYX), prediction, reference, SPACING)
    # rows 100 to 160 of 1 mm are the longest side: 60 mm
    assert view.side_mm == pytest.approx(1.8 * 60)
    assert view.slices[0].centre_mm == (130.0, 130 * 0.5)
    assert view.slices[1].centre_mm == (65 * 2.0, 130 * 0.5)


def test_a_small_lesion_is_shown_60_mm_wide_and_a_huge_one_no_wider_than_the_voi() -> None:
    nothing = view_of(np.zeros(VOI_SHAPE_ZYX), empty(), None, SPACING)
    everything = view_of(np.zeros(VOI_SHAPE_ZYX), ~empty(), None, SPACING)
    assert nothing.side_mm == 60
    assert everything.side_mm == 256 * 0.5


def test_masks_are_cut_with_the_image() -> None:
    reference = block(slice(64, 65), slice(10, 12), slice(20, 23))
    prediction = block(slice(0, 5), slice(128, 129), slice(7, 9))
    axial, coronal, _ = view_of(np.zeros(VOI_SHAPE_ZYX), prediction, reference, SPACING).slices
    assert axial.reference is not None
    assert axial.reference.sum() == 6
    assert not axial.prediction.any()
    assert coronal.prediction.sum() == 10


@pytest.mark.parametrize(("hu", "window"), [(-850, LUNG), (40, SOFT_TISSUE), (700, BONE)])
def test_the_window_follows_the_tissue_around_the_click_not_the_padding(
    hu: int, window: object
) -> None:
    voi = np.full(VOI_SHAPE_ZYX, -1025, dtype=np.int16)
    voi[tuple(slice(c - 3, c + 4) for c in CLICK_ZYX)] = hu
    assert choose_window(voi, side_mm=60, spacing=(1, 1, 1)) is window


def test_the_limits_of_a_window() -> None:
    assert SOFT_TISSUE.limits == (-125, 225)
