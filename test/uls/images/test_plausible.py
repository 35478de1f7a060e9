"""Scans that are not in HU, masks of litres or of a voxel, borders of 0 HU: seen, and named."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from uls.images.plausible import implausible_size, not_hu, zero_border


def abdomen(padding: int | None = None) -> npt.NDArray[np.int16]:
    """Soft tissue with fat and a little gas, padded on one side."""
    rng = np.random.default_rng(0)
    hu = rng.normal(50, 20, (32, 64, 64)).astype(np.int16)
    hu[:, :20] = rng.normal(-100, 15, (32, 20, 64))
    hu[:, 40:44, 40:44] = -950
    if padding is not None:
        hu[20:] = padding
    return hu


@pytest.mark.parametrize("padding", [None, -1025, -3025, -32767])
def test_hu_are_hu(padding: int | None) -> None:
    assert not_hu(abdomen(padding)) == ""


def test_a_phantom_of_air_and_one_tissue_is_hu() -> None:
    phantom = np.full((8, 16, 16), -1000, np.int16)
    phantom[2:6, 4:12, 4:12] = 200
    assert not_hu(phantom) == ""
    assert "scaled to 0…1" in not_hu((phantom > 0).astype(np.uint8))


def test_a_few_slices_are_looked_at_whole() -> None:
    assert not_hu(abdomen()[:3, 18:24, :5]) == ""


def windowed(low: float, high: float) -> npt.NDArray[np.float64]:
    return np.clip((abdomen() - low) / (high - low), 0, 1)


@pytest.mark.parametrize(
    ("values", "guess"),
    [
        (abdomen() + 1024, "1024 added"),
        (abdomen(-1025) + 1024, "1024 added"),
        (np.clip(abdomen().astype(np.int32) % 65536, 0, None), "1024 added"),
        (np.rint(windowed(-160, 240) * 255), "window of 0…255"),
        (windowed(-160, 240), "scaled to 0…1"),
        ((abdomen() - 21.7) / 331.6, "normalised"),
        (np.zeros((8, 8, 8), np.int16), "every voxel is 0"),
    ],
)
def test_what_is_no_hu_is_named(values: npt.NDArray[Any], guess: str) -> None:
    assert guess in not_hu(values)


@pytest.mark.parametrize(
    ("voxels", "ml", "said"),
    [
        (1, 0.001, "single voxel"),
        (2, 0.002, ""),
        (10**6, 999.9, ""),
        (10**6, 5900.0, "5.9 litres"),
        (0, 0.0, ""),
    ],
)
def test_sizes_that_are_odd_are_named(voxels: int, ml: float, said: str) -> None:
    assert (said in implausible_size(voxels, ml)) if said else not implausible_size(voxels, ml)


def test_borders_of_zeros_are_counted() -> None:
    voi = abdomen()
    voi[voi == 0] = 1
    assert zero_border(voi) == ""
    voi[-3:] = 0
    assert zero_border(voi) == "the last 3 along z"
    voi[:, :, :2] = 0
    assert zero_border(voi) == "the last 3 along z, the first 2 along x"
    voi[-1, 5, 5] = 7
    assert zero_border(voi) == "the first 2 along x"


def test_a_voi_of_zeros_alone_has_no_border() -> None:
    assert zero_border(np.zeros((4, 4, 4), np.int16)) == ""
