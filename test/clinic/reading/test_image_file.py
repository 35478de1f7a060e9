"""Scans of one file: HU as whole numbers where they are, and what is refused."""

from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from clinic_scans import DIRECTIONS, grid_of
from dicom_series import body
from nobody import as_nobody, folder_for_all

from clinic.reading.image_file import read_image_file
from clinic.reading.read import read_scan
from uls.workshop.errors import CallError, InputError

_HU = body(6, 16, 24)
_SUFFIXES = (".nii.gz", ".nii", ".nrrd", ".mha", ".mhd")


def _write(path: Path, voxels: np.ndarray[Any, Any], turn: str = "axial") -> Path:
    grid = grid_of(DIRECTIONS[turn], voxels.shape, (0.7, 0.9, 1.5))
    sitk.WriteImage(grid.copied_to(sitk.GetImageFromArray(voxels)), str(path))
    return path


@pytest.mark.parametrize("suffix", _SUFFIXES)
@pytest.mark.parametrize("dtype", ["int16", "int32", "float32", "float64"])
def test_whole_numbers_become_int16(suffix: str, dtype: str, tmp_path: Path) -> None:
    scan = read_image_file(_write(tmp_path / f"scan{suffix}", _HU.astype(dtype)))

    assert scan.hu.dtype == np.int16
    np.testing.assert_array_equal(scan.hu, _HU)
    assert scan.warnings == ()


def test_numbers_that_are_not_whole_stay_floats(tmp_path: Path) -> None:
    scan = read_image_file(_write(tmp_path / "scan.nii.gz", _HU + np.float64(0.25)))

    assert scan.hu.dtype == np.float32
    np.testing.assert_array_equal(scan.hu, _HU + np.float32(0.25))


@pytest.mark.parametrize(("dtype", "odd"), [("int16", -32768), ("uint16", 65535), ("int32", 99999)])
def test_voxels_beyond_int16_are_clipped_and_counted(dtype: str, odd: int, tmp_path: Path) -> None:
    voxels = np.maximum(_HU, 0).astype(dtype)
    voxels[2, 3, 4:7] = odd

    scan = read_image_file(_write(tmp_path / "scan.mha", voxels))

    assert scan.hu[2, 3, 4:7].tolist() == [32767 if odd > 0 else -32767] * 3
    assert scan.warnings == ("3 voxels beyond ±32,767 HU were set to that",)


@pytest.mark.parametrize("suffix", _SUFFIXES)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_is_refused(suffix: str, bad: float, tmp_path: Path) -> None:
    voxels = _HU.astype(np.float32)
    voxels[1, 2, 3] = bad

    with pytest.raises(InputError, match=r"scan"):
        read_image_file(_write(tmp_path / f"scan{suffix}", voxels))


@pytest.mark.parametrize("turn", list(DIRECTIONS))
def test_voxels_lie_where_nibabel_puts_them(turn: str, tmp_path: Path) -> None:
    path = _write(tmp_path / "scan.nii.gz", _HU, turn)

    grid = read_image_file(path).grid

    affine = nibabel.load(path).affine
    for index in ((0, 0, 0), (23, 15, 5), (23, 0, 5), (7, 8, 3)):
        ras = nibabel.affines.apply_affine(affine, index)
        np.testing.assert_allclose(np.array(grid.to_mm(index)) * (-1, -1, 1), ras, atol=0.01)


@pytest.mark.parametrize(
    "voxels", [np.zeros((1, 8, 8), np.int16), np.zeros((8, 8), np.int16)], ids=["thin", "flat"]
)
def test_what_is_no_volume_is_refused(voxels: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "scan.nrrd"
    sitk.WriteImage(sitk.GetImageFromArray(voxels), str(path))

    with pytest.raises(InputError):
        read_image_file(path)


def test_a_header_bomb_is_refused_before_any_voxel_is_read(tmp_path: Path) -> None:
    (tmp_path / "bomb.mhd").write_text(
        "ObjectType = Image\nNDims = 3\nDimSize = 65535 65535 65535\nElementSpacing = 1 1 1\n"
        "ElementType = MET_SHORT\nElementDataFile = bomb.raw\n"
    )
    (tmp_path / "bomb.raw").write_bytes(b"0" * 100)

    with pytest.raises(InputError):
        read_image_file(tmp_path / "bomb.mhd")


def test_a_file_cut_off_is_refused(tmp_path: Path) -> None:
    for suffix in _SUFFIXES[:4]:
        path = _write(tmp_path / f"scan{suffix}", _HU)
        path.write_bytes(path.read_bytes()[:-200])
        with pytest.raises(InputError):
            read_image_file(path)


def test_what_is_not_there_and_what_may_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing there"):
        read_scan(tmp_path / "none.nii.gz")
    with folder_for_all() as folder:
        path = _write(folder / "scan.nii.gz", _HU)
        path.chmod(0)
        with as_nobody(), pytest.raises(InputError, match="may read it"):
            read_scan(path)


def test_a_file_has_no_series(tmp_path: Path) -> None:
    path = _write(tmp_path / "scan.nii.gz", _HU)

    for options in ({"series": "1"}, {"longest_run": True}):
        with pytest.raises(CallError, match="expected a DICOM study"):
            read_scan(path, **options)  # type: ignore[arg-type]


def test_files_of_other_kinds_are_named_by_what_they_are_not(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0")

    with pytest.raises(InputError, match="none of which is DICOM"):
        read_scan(tmp_path / "photo.jpg")
