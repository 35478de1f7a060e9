"""Cropping a mask, and keeping it at a bit a voxel."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

from uls.geometry.cropped import CroppedMask, cropped

Mask = npt.NDArray[Any]

MASKS = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=6))


def uncropped(mask: CroppedMask) -> Mask:
    whole = np.zeros(mask.shape_zyx, dtype=np.bool_)
    box = tuple(
        slice(corner, corner + size)
        for corner, size in zip(mask.corner_zyx, mask.voxels.shape, strict=True)
    )
    whole[box] = mask.voxels
    return whole


@given(MASKS)
def test_put_back_it_is_the_mask(mask: Mask) -> None:
    np.testing.assert_array_equal(uncropped(cropped(mask)), mask)


@given(MASKS)
def test_packed_and_unpacked_it_is_the_mask(mask: Mask) -> None:
    np.testing.assert_array_equal(uncropped(cropped(mask).packed().unpacked()), mask)


@given(MASKS)
def test_no_face_of_the_box_is_empty(mask: Mask) -> None:
    box = cropped(mask).voxels
    if mask.any():
        faces = [box[0], box[-1], box[:, 0], box[:, -1], box[:, :, 0], box[:, :, -1]]
        assert all(face.any() for face in faces)
    else:
        assert box.shape == (0, 0, 0)


def test_box_and_corner() -> None:
    mask = np.zeros((5, 6, 7), dtype=np.uint8)
    mask[1, 2, 3] = mask[3, 4, 3] = 1
    box = cropped(mask)
    assert box.corner_zyx == (1, 2, 3)
    assert box.voxels.shape == (3, 3, 1)
    assert box.shape_zyx == (5, 6, 7)
    assert box.n_voxels == 2


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def test_every_nonzero_value_belongs_to_the_mask(dtype: type) -> None:
    mask: Mask = np.zeros((2, 2, 2), dtype=dtype)
    mask[0, 0, 0], mask[1, 1, 1] = 1, 120
    assert cropped(mask).n_voxels == 2


def test_negative_and_fractional_values_belong_to_the_mask() -> None:
    mask = np.array([[[-3.0, 0.25, 0.0]]])
    np.testing.assert_array_equal(cropped(mask).voxels, [[[True, True]]])


@given(MASKS)
def test_holds_exactly_the_masks_voxels(mask: Mask) -> None:
    box = cropped(mask)
    held = [
        [[box.holds((z, y, x)) for x in range(mask.shape[2])] for y in range(mask.shape[1])]
        for z in range(mask.shape[0])
    ]
    np.testing.assert_array_equal(held, mask)


def test_the_crop_is_a_copy() -> None:
    mask = np.ones((2, 2, 2), dtype=np.bool_)
    box = cropped(mask)
    mask[:] = False
    assert box.n_voxels == 8
