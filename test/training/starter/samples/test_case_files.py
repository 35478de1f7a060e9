"""Cases whose names begin alike keep their masks apart."""

from pathlib import Path

from training.starter.evaluate.cases import find_lesions
from training.starter.samples.case_files import masks_of_images

NAMES = ("P1_image", "P1_tumour", "P1_2_image", "P1_2_node", "P1_2_tumour", "P3_image", "loose")


def test_a_mask_is_of_the_longest_case_that_fits_and_an_image_of_none() -> None:
    paths = [Path(f"{name}.nii.gz") for name in NAMES] + [Path("P1_notes.txt")]

    masks = masks_of_images(reversed(paths))

    assert {image.name: [mask.name for mask in of_it] for image, of_it in masks.items()} == {
        "P1_image.nii.gz": ["P1_tumour.nii.gz"],
        "P1_2_image.nii.gz": ["P1_2_node.nii.gz", "P1_2_tumour.nii.gz"],
        "P3_image.nii.gz": [],
    }


def test_evaluation_finds_the_same(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / f"{name}.nii.gz").touch()

    found = find_lesions([tmp_path])

    assert [(lesion.case, lesion.name) for lesion in found] == [
        ("P1_2", "P1_2_node"),
        ("P1_2", "P1_2_tumour"),
        ("P1", "P1_tumour"),
    ]
