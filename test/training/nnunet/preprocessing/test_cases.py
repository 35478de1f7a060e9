from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_raw_sets import SHAPE, SPACING, box_label, write_raw

from training.nnunet.preprocessing.cases import read_case
from training.nnunet.preprocessing.fingerprint import fingerprint
from training.nnunet.preprocessing.lesion_sizes import (
    long_axis_mm,
    read_long_axes_mm,
    write_long_axis_mm,
)
from uls.workshop.errors import InputError


def test_a_case_is_cropped_around_its_click(tmp_path: Path) -> None:
    """Of 8 x 12 x 12 the centre is (4, 6, 6); a patch of 4 x 6 x 20 begins at (2, 3, 0)."""
    hu = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)
    raw = write_raw(tmp_path / "Dataset001_A", {"a": box_label()}, {"a": hu})
    case = read_case(raw, "a", (4, 6, 20))
    np.testing.assert_array_equal(case.image_hu, hu[2:6, 3:9, :])
    np.testing.assert_array_equal(case.label, box_label()[2:6, 3:9, :])
    assert case.spacing_mm == SPACING
    assert case.origin_mm == (0, 3 * 0.5, 2 * 2.0)


def test_a_label_that_is_not_declared_and_nan_are_told(tmp_path: Path) -> None:
    labels = {"two": box_label() * 2, "nan": box_label()}
    spoiled = {"nan": np.full(SHAPE, np.nan, dtype=np.float32)}
    raw = write_raw(tmp_path / "Dataset001_A", labels, spoiled, ending=".mha")
    with pytest.raises(InputError, match=r"two.mha: expected the labels 0, 1 .*also \[2\]"):
        read_case(raw, "two", SHAPE)
    with pytest.raises(InputError, match=r"nan_0000.mha: expected finite values"):
        read_case(raw, "nan", SHAPE)


@pytest.mark.parametrize(("value", "found"), [(0.99998, "0.99998"), (-1, "-1"), (257, r"\[257\]")])
def test_labels_are_checked_before_they_are_cast(tmp_path: Path, value: float, found: str) -> None:
    """As int8 they would be 0, -1 and 1."""
    labels = {"a": box_label().astype(np.float32) * np.float32(value)}
    raw = write_raw(tmp_path / "Dataset001_A", labels)
    with pytest.raises(InputError, match=rf"a\.nii\.gz: expected .*{found}"):
        read_case(raw, "a", SHAPE)


def test_a_label_that_lies_elsewhere_is_refused(tmp_path: Path) -> None:
    raw = write_raw(tmp_path / "Dataset001_A", {"a": box_label()})
    label = sitk.ReadImage(str(raw.label("a")))
    label.SetOrigin((5, 0, 0))
    sitk.WriteImage(label, str(raw.label("a")))
    with pytest.raises(InputError, match="spacing, origin and direction"):
        read_case(raw, "a", SHAPE)


def test_a_scan_that_is_no_hu_is_read_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hu = np.random.default_rng(0).integers(900, 1200, SHAPE).astype(np.int16)
    raw = write_raw(tmp_path / "Dataset001_A", {"a": box_label()}, {"a": hu})
    read_case(raw, "a", SHAPE)
    assert "a_0000.nii.gz: no value below 0" in caplog.text


def test_the_fingerprint_weighs_every_case_the_same(tmp_path: Path) -> None:
    """One lesion of 64 voxels at 0 HU, one of 8 at 100 HU: mean 50, standard deviation 50."""
    labels = {"a": box_label(half=2), "b": box_label(half=1)}
    images = {"a": np.zeros(SHAPE, np.int16), "b": np.full(SHAPE, 100, np.int16)}
    raw = write_raw(tmp_path / "Dataset001_A", labels, images)
    found = fingerprint(raw, (4, 4, 4))
    hu = found["foreground_intensity_properties_per_channel"]["0"]
    assert (hu["mean"], hu["std"], hu["min"], hu["max"]) == (50, 50, 0, 100)
    assert found["shapes_after_crop"] == [[4, 4, 4], [4, 4, 4]]
    assert found["spacings"] == [[2.0, 0.5, 0.5]] * 2


def test_a_data_set_without_lesions_is_told(tmp_path: Path) -> None:
    raw = write_raw(tmp_path / "Dataset001_A", {"a": np.zeros(SHAPE, np.uint8)})
    with pytest.raises(InputError, match="lesions in the labels, found none"):
        fingerprint(raw, SHAPE)


def test_the_long_axis_is_measured_in_mm(tmp_path: Path) -> None:
    """A bar of 7 voxels has its ends' centres 6 x 0.5 mm apart."""
    bar = np.zeros(SHAPE, dtype=bool)
    bar[4, 6, 2:9] = True
    assert long_axis_mm(bar, SPACING) == 3.0
    assert long_axis_mm(np.zeros(SHAPE, dtype=bool), SPACING) == 0.0
    (tmp_path / "cases").mkdir()
    write_long_axis_mm(tmp_path / "cases", "a", 3.0)
    assert read_long_axes_mm(tmp_path / "cases") == {"a": 3.0}
