"""The built-in sample: whole as released, or refused by the file that is not."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from uls.geometry.cropped import cropped
from uls.platform.sample import (
    EXPECTED_FILE,
    EXPECTED_MASKS,
    find_sample,
    given_files,
    mask_sha256,
    masks_in,
    read_expected,
)
from uls.workshop.errors import InputError


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return Path(shutil.copytree(find_sample(), tmp_path / "sample"))


def test_the_released_sample_is_whole(sample: Path) -> None:
    expected = read_expected(sample)

    assert sorted(expected.files) == sorted(given_files(sample))
    assert [mask_sha256(mask) for mask in masks_in(sample / EXPECTED_MASKS)] == [*expected.masks]


def test_a_byte_that_differs_is_refused_by_its_file(sample: Path) -> None:
    for name in read_expected(sample).files:
        whole = (sample / name).read_bytes()
        (sample / name).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(InputError, match=f"{name}: expected SHA-256"):
            read_expected(sample)
        (sample / name).unlink()
        with pytest.raises(InputError, match="found no file"):
            read_expected(sample)
        (sample / name).write_bytes(whole)


def test_what_is_expected_must_be_readable(sample: Path) -> None:
    (sample / EXPECTED_FILE).write_text("{}")

    with pytest.raises(InputError, match=r"expected\.json: expected what was released"):
        read_expected(sample)


def test_a_masks_hash_is_that_of_its_bytes() -> None:
    """`printf '\\0\\0\\0\\1' | sha256sum`: a mask of 1 × 2 × 2 voxels, the last one set."""
    mask = cropped(np.array([[[0, 0], [0, 1]]]))

    expected = "b40711a88c7039756fb8a73827eabe2c0fe5a0346ca7e0a104adc0fc764f528d"
    assert mask_sha256(mask) == expected
