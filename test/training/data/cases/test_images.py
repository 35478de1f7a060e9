"""Images read, turned to RAS, and refused where they do not fit."""

import gzip
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given
from hypothesis import strategies as st
from synthetic_scans import LPS, RAS, mask, scan, write, zipped

from training.data.cases.case import Case, PngSeries
from training.data.cases.files import checked_digest
from training.data.cases.images import (
    check_same_grid,
    oriented,
    read_image,
)
from training.data.cases.png_series import read_png_series
from training.data.prepare.plan import Plan
from training.data.prepare.scan import read_scan
from uls.workshop.errors import InputError

AXES = st.sampled_from(list(permutations(range(3))))
SIGNS = st.tuples(*[st.sampled_from([-1.0, 1.0])] * 3)


def turned(axes: tuple[int, ...], signs: tuple[float, ...]) -> sitk.Image:
    """2 × 3 × 4 voxels that say where they are, with axes along any of the body's."""
    direction = np.zeros((3, 3))
    for column, (axis, sign) in enumerate(zip(axes, signs, strict=True)):
        direction[axis, column] = sign
    image = sitk.GetImageFromArray(np.arange(24, dtype=np.int16).reshape(4, 3, 2))
    image.SetDirection(direction.ravel().tolist())
    image.SetSpacing((0.5, 0.75, 2.0))
    image.SetOrigin((7.0, -8.0, 9.0))
    return image


@given(axes=AXES, signs=SIGNS)
def test_every_voxel_keeps_its_place_in_the_body(
    axes: tuple[int, ...], signs: tuple[float, ...]
) -> None:
    image = turned(axes, signs)
    upright = oriented(image)
    assert upright.GetDirection() == RAS
    for index in np.ndindex(image.GetSize()):
        at = upright.TransformPhysicalPointToIndex(image.TransformIndexToPhysicalPoint(index))
        assert upright[at] == image[index]


def test_ras_grows_to_the_right_to_the_front_and_to_the_head() -> None:
    image = turned((0, 1, 2), (1.0, 1.0, 1.0))  # x to the left, y to the back, z to the head
    array, upright = (sitk.GetArrayFromImage(i) for i in (image, oriented(image)))
    np.testing.assert_array_equal(upright, array[:, ::-1, ::-1])


def test_an_image_alone_in_a_zip_is_read(tmp_path: Path) -> None:
    path = zipped(write(tmp_path / "a.nii.gz", scan()))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(read_image(path)), scan())


def test_a_truncated_gzip_file_is_noticed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.nii.gz", scan())
    assert len(checked_digest(path)) == 64
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(InputError, match=r"a\.nii\.gz: expected a whole, readable file.*truncated"):
        checked_digest(path)


def test_a_gzip_file_of_two_members_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"a" * 9) + gzip.compress(b"b"))
    checked_digest(path)


def test_a_missing_or_flat_image_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"none\.nii\.gz: expected a readable image, found no file"
    ):
        read_image(tmp_path / "none.nii.gz")
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros((3, 4), np.uint8)), str(tmp_path / "a.mha"))
    with pytest.raises(InputError, match="expected 3 dimensions"):
        read_image(tmp_path / "a.mha")


def pair(tmp_path: Path, **changes: object) -> tuple[sitk.Image, sitk.Image]:
    image = write(tmp_path / "image.nii.gz", scan())
    path = write(tmp_path / "mask.nii.gz", mask(), **changes)  # type: ignore[arg-type]
    return read_image(image), read_image(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"direction": LPS},
        {"spacing": (0.76, 0.75, 2.5)},  # 36 columns later by 0.36 mm, half a voxel
        {"origin": (10.0, -20.0, 30.5)},
    ],
)
def test_a_mask_that_lies_elsewhere_is_refused_unless_voxels_are_trusted(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    image, other = pair(tmp_path, **changes)
    with pytest.raises(InputError, match=r"expected its image's spacing.*--trust-grid"):
        check_same_grid(image, other, tmp_path / "mask.nii.gz", trust_grid=False)
    placed = check_same_grid(image, other, tmp_path / "mask.nii.gz", trust_grid=True)
    assert placed.GetDirection() == image.GetDirection()


def test_rounding_in_a_header_is_no_other_place(tmp_path: Path) -> None:
    image, other = pair(tmp_path, spacing=(0.75001, 0.75, 2.5), origin=(10.02, -20.0, 30.0))
    check_same_grid(image, other, tmp_path / "mask.nii.gz", trust_grid=False)


def test_a_mask_of_another_size_is_refused_in_any_case(tmp_path: Path) -> None:
    image = sitk.GetImageFromArray(scan())
    other = sitk.GetImageFromArray(mask()[1:])
    with pytest.raises(InputError, match=r"\(36, 40, 12\) voxels.*found \(36, 40, 11\)"):
        check_same_grid(image, other, tmp_path / "mask.nii.gz", trust_grid=True)


def test_png_slices_are_hu_plus_32768_from_head_to_feet(tmp_path: Path) -> None:
    paths = []
    for number, hu in enumerate((-1024, 3071)):
        values = np.full((2, 3), hu + 32768, dtype=np.uint16)
        paths.append(tmp_path / f"{number:03d}.png")
        sitk.WriteImage(sitk.GetImageFromArray(values), str(paths[-1]))
    image = read_png_series(PngSeries(tuple(paths), (0.8, 0.8, 5.0)))
    assert sitk.GetArrayFromImage(image)[:, 0, 0].tolist() == [-1024, 3071]
    assert sitk.GetArrayFromImage(oriented(image))[:, 0, 0].tolist() == [3071, -1024]
    assert image.GetSpacing() == (0.8, 0.8, 5.0)
    with pytest.raises(InputError, match=r"9\.png: expected a PNG image, found no file"):
        read_png_series(PngSeries((*paths, tmp_path / "9.png"), (0.8, 0.8, 5.0)))


def test_an_8_bit_png_is_no_hu(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros((2, 2), np.uint8)), str(path))
    with pytest.raises(InputError, match="expected a 16-bit grey image"):
        read_png_series(PngSeries((path,), (1.0, 1.0, 1.0)))


@pytest.mark.parametrize("step", [1e-6, 500.0])
def test_a_series_of_slices_has_the_same_limits_of_spacing(tmp_path: Path, step: float) -> None:
    path = tmp_path / "001.png"
    sitk.WriteImage(sitk.GetImageFromArray(np.full((4, 4), 32768, np.uint16)), str(path))
    case = Case("a", "DeepLesion", "1", PngSeries((path, path), (0.8, 0.8, step)))
    with pytest.raises(InputError, match=r"spacings of 0\.01 to 100 mm"):
        read_scan(case, Plan(output=tmp_path, dataset_folder=None))


def test_a_scan_with_padding_and_metal_beyond_int16_is_prepared(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    voxels = scan().astype(np.int32)
    voxels[0, 0, :2] = (-32768, 70000)
    image = write(tmp_path / "image.nii.gz", voxels)
    case = Case("a", "Mine", "1", image, write(tmp_path / "mask.nii.gz", mask()))
    prepared = read_scan(case, Plan(output=tmp_path, dataset_folder=None))
    assert (prepared.hu.min(), prepared.hu.max()) == (-32767, 32767)
    assert prepared.lesions
    assert "image.nii.gz: 2 voxels beyond -32767 to 32767 HU" in caplog.text
