"""Voxels as HU and as labels: nothing wraps, nothing is dropped without a line in the log."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from uls.images.voxels import hu_array, label_array
from uls.workshop.errors import InputError
from uls.workshop.numbers import exactly

PATH = Path("mask.nii.gz")


def image(*values: float, dtype: str = "f8") -> sitk.Image:
    return sitk.GetImageFromArray(np.array([[values]], dtype=dtype))


def test_hu_are_rounded() -> None:
    assert hu_array(image(-1024.4, 3071.0, 0.6), "a").tolist() == [[[-1024, 3071, 1]]]


@pytest.mark.parametrize("dtype", ["f4", "f8", "i4", "i8"])
def test_single_voxels_beyond_int16_are_clipped_and_logged(
    dtype: str, caplog: pytest.LogCaptureFixture
) -> None:
    hu = hu_array(image(-32768, -100, 40, 70000, dtype=dtype), "scan.nii.gz")
    assert hu.tolist() == [[[-32767, -100, 40, 32767]]]
    assert hu.dtype == np.int16
    assert "scan.nii.gz: 2 voxels beyond -32767 to 32767 HU" in caplog.text


def test_unsigned_voxels_do_not_wrap() -> None:
    assert hu_array(image(0, 65535, dtype="u2"), "a").tolist() == [[[0, 32767]]]
    assert hu_array(image(0, 2**63, dtype="u8"), "a").tolist() == [[[0, 32767]]]


def test_values_that_are_none_are_refused() -> None:
    with pytest.raises(InputError, match="NaN"):
        hu_array(image(0.0, np.nan), "a")


@pytest.mark.parametrize(
    ("value", "dtype", "found"),
    [
        (0.5, "f8", "fractions in it, such as 0.5"),
        (0.99998, "f8", "0.99998"),
        (1.0000001, "f8", "1.0000001"),
        (-1, "i2", "found -1"),
        (-0.5, "f4", "-0.5"),
        (2**31, "i8", "found 2147483648"),
        (2**63, "u8", "found 9223372036854775808"),
    ],
)
def test_what_is_no_label_is_refused_and_named_as_it_is(
    value: float, dtype: str, found: str
) -> None:
    with pytest.raises(InputError, match=found):
        label_array(image(0, value, dtype=dtype), PATH)


@pytest.mark.parametrize("value", [1, 255, 256, 257, 65536])
@pytest.mark.parametrize("dtype", ["i4", "u4", "i8", "f4", "f8"])
def test_labels_keep_their_value(value: int, dtype: str) -> None:
    assert label_array(image(0, value, dtype=dtype), PATH).tolist() == [[[0, value]]]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1"), (-0.0, "-0"), (1.0000001, "1.0000001"), (255.0, "255"), (2.0**63, f"{2**63}")],
)
def test_numbers_are_not_rounded_for_people(value: float, text: str) -> None:
    assert exactly(value) == text
