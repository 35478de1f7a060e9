"""Every command reads scans and masks by one reader, with one set of checks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import SimpleITK as sitk
from tiny_scans import SAMPLES

from clinic.follow_up.measure import read_axial
from training.cycle.grids import read_grid
from training.cycle.segments import read_segmentation
from training.data.cases.images import read_image
from training.nnunet.data.raw_dataset import RawDataset, write_dataset_json
from training.nnunet.preprocessing.cases import read_case
from training.nnunet.semi_supervised.measurements import Measured
from training.nnunet.semi_supervised.selection import judge
from training.starter.evaluate.cases import LesionFiles, read_lesion
from training.starter.samples.bank import read_bank
from training.starter.samples.case_images import axial_image, voxels_of
from uls.workshop.errors import InputError

SHAPE = (6, 10, 12)
OBLIQUE = (1.0, 0.01, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)

Voxels = npt.NDArray[Any]


def hu() -> Voxels:
    values = np.random.default_rng(0).normal(40, 60, SHAPE)
    values[:, :3] -= 500
    return values.astype(np.float32)


def lesion() -> Voxels:
    mask = np.zeros(SHAPE, np.float32)
    mask[2:4, 4:8, 4:9] = 1
    return mask


def write(
    path: Path,
    voxels: Voxels,
    *,
    spacing: tuple[float, ...] = (0.8, 0.8, 2.0),
    direction: tuple[float, ...] = (1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0),
    origin: tuple[float, ...] = (0.0, 0.0, 0.0),
) -> Path:
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing(spacing)
    image.SetOrigin(origin)
    image.SetDirection(direction)
    path.parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(image, str(path))
    return path


Reader = Callable[[Path, Path], object]
"""Reads a scan and its mask, or one of them."""


def starter_training(scan: Path, mask: Path) -> object:
    return read_bank([scan.parent], SAMPLES, seed=0)


def starter_evaluation(scan: Path, mask: Path) -> object:
    return read_lesion(LesionFiles("a", "group", scan, mask))


def nnunet_case(scan: Path, mask: Path) -> object:
    folder = scan.parent / "Dataset001_A"
    for kind, path in (("imagesTr/a_0000", scan), ("labelsTr/a", mask)):
        target = folder / f"{kind}.nii.gz"
        target.parent.mkdir(parents=True)
        target.symlink_to(path)
    write_dataset_json(folder, 1, ending=".nii.gz")
    return read_case(RawDataset.read(folder), "a", SHAPE)


def selection(scan: Path, mask: Path) -> object:
    return judge(mask.parent / "masks", {"a": Measured(5, 4)})


def selected_mask(scan: Path, mask: Path) -> object:
    (mask.parent / "masks").mkdir()
    (mask.parent / "masks/a.nii.gz").symlink_to(mask)
    return selection(scan, mask)


SCAN_READERS: list[Reader] = [
    lambda scan, mask: read_image(scan),
    lambda scan, mask: axial_image(scan),
    lambda scan, mask: read_axial(scan),
    starter_training,
    starter_evaluation,
    nnunet_case,
]
MASK_READERS: list[Reader] = [
    lambda scan, mask: read_image(mask),
    lambda scan, mask: voxels_of(mask, axial_image(scan), scan.name),
    lambda scan, mask: read_axial(mask),
    lambda scan, mask: read_segmentation(mask),
    starter_training,
    starter_evaluation,
    nnunet_case,
    selected_mask,
]
PAIR_READERS: list[Reader] = [
    lambda scan, mask: voxels_of(mask, axial_image(scan), scan.name),
    starter_training,
    starter_evaluation,
    nnunet_case,
]
GRID_READERS: list[Reader] = [*SCAN_READERS, lambda scan, mask: read_grid(scan)]


def files(folder: Path, scan: Voxels, mask: Voxels, **changes: Any) -> tuple[Path, Path]:
    return (
        write(folder / "a_image.nii.gz", scan, **changes.pop("scan_grid", {})),
        write(folder / "a_tumour.nii.gz", mask, **changes.pop("mask_grid", {})),
    )


@pytest.mark.parametrize("read", dict.fromkeys([*SCAN_READERS, *MASK_READERS, *GRID_READERS]))
def test_good_files_are_read(tmp_path: Path, read: Reader) -> None:
    read(*files(tmp_path, hu(), lesion()))


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("read", SCAN_READERS)
def test_a_scan_with_a_voxel_that_is_no_number_is_refused(
    tmp_path: Path, read: Reader, value: float
) -> None:
    """SimpleITK alone makes 0 HU of it."""
    scan = hu()
    scan[1, 1, 1] = value
    with pytest.raises(InputError, match=r"a.*image.*: expected finite values, found 1 voxels NaN"):
        read(*files(tmp_path, scan, lesion()))


@pytest.mark.parametrize("read", MASK_READERS)
def test_a_mask_with_a_voxel_that_is_no_number_is_refused(tmp_path: Path, read: Reader) -> None:
    mask = lesion()
    mask[1, 1, 1] = np.nan
    with pytest.raises(InputError, match="expected finite values, found 1 voxels NaN"):
        read(*files(tmp_path, hu(), mask))


@pytest.mark.parametrize(
    "mask_grid",
    [
        {"origin": (3.0, 0, 0)},
        {"direction": (-1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0)},
        {"spacing": (0.8, 0.9, 2)},
    ],
)
@pytest.mark.parametrize("read", PAIR_READERS)
def test_a_mask_that_lies_elsewhere_is_refused(
    tmp_path: Path, read: Reader, mask_grid: dict[str, Any]
) -> None:
    with pytest.raises(InputError, match="expected its image's spacing, origin and direction"):
        read(*files(tmp_path, hu(), lesion(), mask_grid=mask_grid))


@pytest.mark.parametrize("spacing", [(1e-6, 0.8, 2.0), (0.8, 0.8, 1000.0)])
@pytest.mark.parametrize("read", GRID_READERS)
def test_implausible_spacings_are_refused(
    tmp_path: Path, read: Reader, spacing: tuple[float, ...]
) -> None:
    with pytest.raises(InputError, match=r"spacings of 0\.01 to 100 mm"):
        read(*files(tmp_path, hu(), lesion(), scan_grid={"spacing": spacing}))


@pytest.mark.parametrize(
    "read", [read for read in GRID_READERS if read not in (starter_training, nnunet_case)]
)
def test_oblique_axes_are_refused(tmp_path: Path, read: Reader) -> None:
    """The two others read `.nii.gz` alone, which SimpleITK does not write with such axes."""
    scan = write(tmp_path / "a_image.mha", hu(), direction=OBLIQUE)
    mask = write(tmp_path / "a_tumour.nii.gz", lesion())
    with pytest.raises(InputError, match="perpendicular axes"):
        read(scan, mask)


@pytest.mark.parametrize("read", [starter_training, starter_evaluation])
def test_voxels_beyond_int16_are_clipped_and_logged(
    tmp_path: Path, read: Reader, caplog: pytest.LogCaptureFixture
) -> None:
    scan = hu()
    scan[0, 0, 0] = 1e6
    read(*files(tmp_path, scan, lesion()))
    assert "1 voxels beyond -32767 to 32767 HU" in caplog.text
