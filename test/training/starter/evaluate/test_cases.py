from pathlib import Path

import numpy as np
import pytest
from cube_lesions import CUBE, cube_lesion, write, write_cube

from training.starter.evaluate.cases import (
    find_lesions,
    read_lesion,
    trained_on,
)
from training.starter.settings.recipe import VALIDATION_LESIONS
from uls.workshop.errors import InputError

HELD = VALIDATION_LESIONS[0]


def write_nrrd(folder: Path, case: str) -> None:
    cube = cube_lesion()
    write(folder / f"{case}_image.nrrd", cube.scan_hu)
    write(folder / f"{case}_label.nrrd", cube.mask.astype(np.uint8))


def test_both_layouts_are_found_with_their_names_and_groups(tmp_path: Path) -> None:
    folder = tmp_path / "clinic"
    write_cube(folder, "STS_001")
    write_cube(folder, "4DLung-1", "tumour")
    write_cube(folder, "4DLung-1", "node")
    write_cube(folder, "patient_7", "liver")
    write_nrrd(folder, "lung1")
    found = {files.name: (files.case, files.group) for files in find_lesions([folder])}
    assert found == {
        "STS_001_tumour": ("STS_001", "sarcoma"),
        "4DLung-1_node": ("4DLung-1", "node"),
        "4DLung-1_tumour": ("4DLung-1", "lung"),
        "patient_7_liver": ("patient_7", "clinic"),
        "lung1": ("lung1", "lung"),
    }


def test_what_the_recipe_trains_on_is_told_from_what_it_never_reads(tmp_path: Path) -> None:
    for case in ("STS_001", HELD, "4DLung-1", "patient_7"):
        write_cube(tmp_path, case)
    found = find_lesions([tmp_path])
    assert {f.case for f in found if trained_on(f)} == {"STS_001", "4DLung-1"}


def test_a_model_that_names_its_cases_was_trained_on_these_and_no_others(tmp_path: Path) -> None:
    for case in ("STS_001", HELD, "patient_7"):
        write_cube(tmp_path, case)
    found = find_lesions([tmp_path])
    assert {f.case for f in found if trained_on(f, ("patient_7", "x"))} == {"patient_7"}
    assert not any(trained_on(f, ()) for f in found)


def test_a_lesion_is_read_with_its_spacing_and_padding(tmp_path: Path) -> None:
    write_cube(tmp_path, "a")
    (files,) = find_lesions([tmp_path])
    lesion = read_lesion(files)
    assert lesion.spacing_mm == pytest.approx((0.9, 0.9, 3.0))
    assert lesion.scan_hu.dtype == np.int16
    assert lesion.padding_hu == -1  # the scan's lowest HU, 0, minus one
    assert lesion.mask.sum() == 240
    assert lesion.mask[CUBE].all()


def test_a_scan_of_sagittal_slices_is_turned(tmp_path: Path) -> None:
    cube = cube_lesion()
    for name, voxels in (("image", cube.scan_hu), ("label", cube.mask.astype(np.uint8))):
        # Stored with the patient's x axis slowest: array (x, z, y).
        image = write(
            tmp_path / f"a_{name}.nrrd", voxels.transpose(2, 0, 1), spacing=(0.8, 3.0, 0.9)
        )
        image.SetDirection((0, 0, 1, 1, 0, 0, 0, 1, 0))
        import SimpleITK as sitk

        sitk.WriteImage(image, str(tmp_path / f"a_{name}.nrrd"))
    (files,) = find_lesions([tmp_path])
    lesion = read_lesion(files)
    assert lesion.spacing_mm == pytest.approx((0.9, 0.8, 3.0))
    assert lesion.mask[CUBE].all()
    assert lesion.mask.sum() == 240


def test_a_folder_that_is_missing_or_empty_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        find_lesions([tmp_path / "missing"])
    with pytest.raises(InputError, match="expected scans with masks, found none"):
        find_lesions([tmp_path])


def test_a_name_that_two_lesions_have_is_told(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_cube(tmp_path / folder, "case")
    with pytest.raises(InputError, match="case_tumour more than once"):
        find_lesions([tmp_path / "a", tmp_path / "b"])


def test_a_mask_on_another_grid_is_told(tmp_path: Path) -> None:
    write_cube(tmp_path, "a")
    write(tmp_path / "a_tumour.nii.gz", np.ones((20, 40, 39), dtype=np.uint8))
    (files,) = find_lesions([tmp_path])
    with pytest.raises(InputError, match=r"\(40, 40, 20\) voxels .* found \(39, 40, 20\)"):
        read_lesion(files)


def test_an_empty_mask_and_a_damaged_image_are_told(tmp_path: Path) -> None:
    write_cube(tmp_path, "a")
    write(tmp_path / "a_tumour.nii.gz", np.zeros((20, 40, 40), dtype=np.uint8))
    (files,) = find_lesions([tmp_path])
    with pytest.raises(InputError, match="expected a lesion, found no voxel"):
        read_lesion(files)
    files.image.write_bytes(b"not an image")
    with pytest.raises(InputError, match=r"a_image\.nii\.gz: expected a readable NIfTI header"):
        read_lesion(files)
