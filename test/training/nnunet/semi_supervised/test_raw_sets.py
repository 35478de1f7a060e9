from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_raw_sets import SHAPE, box_label, image, write_raw

from training.nnunet.data.raw_dataset import RawDataset
from training.nnunet.semi_supervised.raw_sets import (
    ignoring_unannotated,
    write_2d_set,
    write_pseudo_set,
)
from uls.workshop.errors import InputError


def flat_label() -> np.ndarray:
    """A label on slice 4 alone."""
    label = box_label()
    label[np.arange(SHAPE[0]) != 4] = 0
    return label


def test_slices_without_a_mask_are_ignored() -> None:
    label = ignoring_unannotated(flat_label())
    np.testing.assert_array_equal(label[4], flat_label()[4])
    assert (np.delete(label, 4, axis=0) == 2).all()


def test_the_2d_set_has_the_ignore_label_and_the_same_images(tmp_path: Path) -> None:
    raw = write_raw(tmp_path / "Dataset002_Flat", {"a": flat_label()})
    write_2d_set(raw, tmp_path / "made/Dataset002_Flat")
    made = RawDataset.read(tmp_path / "made/Dataset002_Flat")
    assert made.json["labels"] == {"background": 0, "lesion": 1, "ignore": 2}
    assert made.image("a").read_bytes() == raw.image("a").read_bytes()
    label = sitk.GetArrayFromImage(sitk.ReadImage(str(made.label("a"))))
    np.testing.assert_array_equal(label, ignoring_unannotated(flat_label()))


def test_a_set_that_marks_what_is_not_annotated_is_taken_as_it_is(tmp_path: Path) -> None:
    label = flat_label()
    label[0] = 2
    raw = write_raw(tmp_path / "Dataset002_Flat", {"a": label}, ignore=True)
    write_2d_set(raw, tmp_path / "made/Dataset002_Flat")
    made = RawDataset.read(tmp_path / "made/Dataset002_Flat")
    found = sitk.GetArrayFromImage(sitk.ReadImage(str(made.label("a"))))
    np.testing.assert_array_equal(found, label)


def test_kept_masks_become_labels(tmp_path: Path) -> None:
    raw = write_raw(tmp_path / "Dataset002_Flat", {"a": flat_label(), "b": flat_label()})
    masks = tmp_path / "masks"
    masks.mkdir()
    sitk.WriteImage(image(box_label()), str(masks / "b.nii.gz"))
    write_pseudo_set(raw, masks, ["b"], tmp_path / "made/Dataset002_Flat_Pseudo")
    made = RawDataset.read(tmp_path / "made/Dataset002_Flat_Pseudo")
    assert made.cases == ("b",)
    assert made.json["labels"] == {"background": 0, "lesion": 1}
    found = sitk.GetArrayFromImage(sitk.ReadImage(str(made.label("b"))))
    np.testing.assert_array_equal(found, box_label())
    with pytest.raises(InputError, match=r"selection\.csv lists every case"):
        write_pseudo_set(raw, masks, [], tmp_path / "none/Dataset002_Flat_Pseudo")
