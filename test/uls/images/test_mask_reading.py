"""Masks read slab by slab, against whole VOIs read and cropped."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from synthetic_stacks import write_image

from uls.geometry.cropped import cropped
from uls.images.mask_reading import VoiMask, read_masks
from uls.images.stack import read_header, read_vois
from uls.workshop.errors import InputError


def read_one(path: Path, voxels: npt.NDArray[Any], **how: Any) -> VoiMask:
    (mask,) = read_masks(read_header(write_image(path, voxels, **how)))
    return mask


def voi(dtype: Any = np.uint8) -> npt.NDArray[Any]:
    return np.zeros((128, 256, 256), dtype=dtype)


@pytest.mark.parametrize("name", ["a.mha", "a.nii.gz"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64])
def test_equals_whole_vois_cropped(tmp_path: Path, name: str, dtype: Any) -> None:
    """Holes between slabs, the first and the last voxel, an empty VOI, and a fresh one after it."""
    stack = np.zeros((4 * 128, 256, 256), dtype=dtype)
    stack[3, 10, 20] = stack[100, 30, 5] = 1
    stack[128, 0, 0] = stack[255, 255, 255] = 1
    stack[400:403, 7:9, 100:120] = 1
    header = read_header(write_image(tmp_path / name, stack))
    for read, whole in zip(read_masks(header), read_vois(header), strict=True):
        expected = cropped(whole)
        assert read.mask.corner_zyx == expected.corner_zyx
        assert read.mask.shape_zyx == expected.shape_zyx
        np.testing.assert_array_equal(read.mask.voxels, expected.voxels)
        assert read.odd_value is None


def test_masks_read_later_leave_earlier_ones_alone(tmp_path: Path) -> None:
    stack = np.zeros((256, 256, 256), dtype=np.uint8)
    stack[5, 5, 5:8] = 1
    stack[133, 5, 5] = 1
    first, second = list(read_masks(read_header(write_image(tmp_path / "a.mha", stack))))
    assert (first.mask.n_voxels, second.mask.n_voxels) == (3, 1)


@pytest.mark.parametrize(
    ("dtype", "values", "odd"),
    [
        (np.uint8, [1, 255, 2], 255),
        (np.float32, [0.5, 1], 0.5),
        (np.float32, [0.5, 7, 1], 7),
        (np.float64, [-0.0, 1], None),
    ],
)
def test_values_other_than_0_and_1(
    tmp_path: Path, dtype: Any, values: list[float], odd: float | None
) -> None:
    """Each value lies in another slab; what is farthest from 0 is told."""
    voxels = voi(dtype)
    for slab, value in enumerate(values):
        voxels[slab * 40, 9, 9] = value
    read = read_one(tmp_path / "a.mha", voxels)
    assert read.odd_value == odd
    assert read.mask.n_voxels == sum(value != 0 for value in values)


@pytest.mark.parametrize(
    ("dtype", "values", "found"),
    [
        (np.int16, [1, -3, 2], -3),
        (np.int16, [-2, 3], -2),
        (np.int8, [-1], -1),
        (np.float32, [-0.5], -0.5),
        (np.uint64, [1, 2**41], 2**41),
    ],
)
def test_values_that_the_public_code_counts_otherwise_are_refused(
    tmp_path: Path, dtype: Any, values: list[float], found: float
) -> None:
    voxels = voi(dtype)
    for slab, value in enumerate(values):
        voxels[slab * 40, 9, 9] = value
    with pytest.raises(InputError, match=rf"VOI 0: expected values from 0 to.*found {found}\."):
        read_one(tmp_path / "a.mha", voxels)


def test_minus_zero_is_no_mask(tmp_path: Path) -> None:
    read = read_one(tmp_path / "a.mha", voi(np.float32) * np.float32(-1))
    assert read.mask.n_voxels == 0


def test_scaled_zeros_are_mask_where_the_intercept_says_so(tmp_path: Path) -> None:
    """NIfTI's stored 0 with an intercept of 1 is the voxel value 1: all of the VOI."""
    path = write_image(tmp_path / "a.nii", voi(), compressed=False)
    header = bytearray(path.read_bytes())
    header[112:120] = np.array([1, 1], dtype="<f4").tobytes()
    path.write_bytes(header)
    (read,) = read_masks(read_header(path))
    assert read.mask.n_voxels == 128 * 256 * 256


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(tmp_path: Path, value: float) -> None:
    voxels = voi(np.float32)
    voxels[77, 1, 1] = value
    with pytest.raises(InputError, match=r"a\.mha, VOI 0: expected finite values, found 1 voxels"):
        read_one(tmp_path / "a.mha", voxels)


def test_a_stream_that_ends_early_is_refused(tmp_path: Path) -> None:
    path = write_image(tmp_path / "a.nii", np.zeros((256, 256, 256), np.uint8), compressed=False)
    header = read_header(path)
    path.write_bytes(path.read_bytes()[:-1])
    masks = read_masks(header)
    next(masks)
    with pytest.raises(InputError, match="the voxels end inside VOI 1 of 2"):
        next(masks)
