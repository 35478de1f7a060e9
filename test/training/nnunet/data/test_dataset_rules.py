"""Sets that no model of ours could be trained on are refused at `plan`, each with its reason."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_raw_sets import SHAPE, box_label, image, write_raw

from training.nnunet.data.raw_dataset import RawDataset
from training.nnunet.planning.presets import Overrides, preset
from training.nnunet.preprocessing.cases import read_case
from training.nnunet.run.jobs import plan
from uls.workshop.errors import InputError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_raw(tmp_path / "Dataset001_A", {"a": box_label()}).folder


def change(folder: Path, **changes: Any) -> None:
    file = folder / "dataset.json"
    content = json.loads(file.read_text())
    content.update(changes)
    file.write_text(json.dumps({k: v for k, v in content.items() if v is not None}))


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        (None, "labels: expected .*found none"),
        ({"0": "background", "1": "lesion"}, "names before values"),
        ({"0": "background"}, "names before values"),
        ({"background": "0", "lesion": "1"}, "values as numbers"),
        ({"background": 1, "lesion": 0}, '"background": 0 among them'),
        ({"background": 0}, "models of two classes"),
        ({}, '"background": 0 among them'),
        ({"background": 0, "lesion": 2}, '"lesion": 1}, found'),
        ({"background": 0, "lesion": 1.0}, r"label 'lesion': expected a whole number, found 1\.0"),
        ({"background": False, "lesion": True}, "a whole number, found False"),
        ({"background": 0, "lesion": [1]}, r"label 'lesion'.*regions.*found \[1\]"),
        ({"background": 0, "all": [1, 2], "lesion": 2}, r"label 'all'.*regions"),
        ({"background": 0, "organ": 1, "lesion": 2}, "two classes, found .*organ"),
        ({"background": 0, "a": 1, "b": 2, "ignore": 3}, "two classes"),
        ({"background": 0, "lesion": 1, "ignore": 3}, '"ignore": 2}, found'),
        (["background", "lesion"], "labels: expected .*found \\["),
    ],
)
def test_labels(folder: Path, labels: Any, reason: str) -> None:
    change(folder, labels=labels)
    with pytest.raises(InputError, match=rf"dataset\.json, .*{reason}"):
        RawDataset.read(folder).check_trainable()


def test_whatever_the_lesions_label_is_called(folder: Path) -> None:
    change(folder, labels={"background": 0, "cancer": 1})
    RawDataset.read(folder).check_trainable()


@pytest.mark.parametrize(
    "channels",
    [
        {"channel_names": {"0": "CT", "1": "PET"}},
        {"channel_names": {"0": "MRI"}},
        {"channel_names": {"0": "zscore"}},
        {"channel_names": {}},
        {"channel_names": "CT"},
        {"channel_names": None, "modality": {"0": "MR"}},
        {"channel_names": {"0": "direct"}},
    ],
)
def test_channels_that_are_not_ct_alone(folder: Path, channels: dict[str, Any]) -> None:
    change(folder, **channels)
    with pytest.raises(InputError, match=r"expected .*one channel of HU"):
        RawDataset.read(folder).check_trainable()


@pytest.mark.parametrize("name", ["CT", "ct", "CT_HU", "HU", "venous CT"])
def test_ct_by_any_name(folder: Path, name: str) -> None:
    change(folder, channel_names={"0": name})
    RawDataset.read(folder).check_trainable()


def test_a_second_channel_among_the_files(folder: Path) -> None:
    (folder / "imagesTr/a_0001.nii.gz").touch()
    with pytest.raises(InputError, match="models of one, found a further channel, _0001"):
        RawDataset.read(folder)


def test_images_without_their_channel_are_told_what_was_expected(folder: Path) -> None:
    (folder / "imagesTr/a_0000.nii.gz").rename(folder / "imagesTr/a.nii.gz")
    with pytest.raises(InputError, match=r"<case>_0000\.nii\.gz, found a\.nii\.gz.*Rename"):
        RawDataset.read(folder)


def test_folders_of_other_names_are_shown(folder: Path) -> None:
    (folder / "imagesTr").rename(folder / "Images")
    with pytest.raises(InputError, match=r"expected an image.*imagesTr/<case>_0000"):
        RawDataset.read(folder)
    (folder / "labelsTr").rename(folder / "Labels")
    with pytest.raises(InputError, match=r"no case at all \(Images/, Labels/, dataset\.json\)"):
        RawDataset.read(folder)


@pytest.mark.parametrize("ending", [1, "", "nii.gz", None])
def test_endings(folder: Path, ending: Any) -> None:
    file = folder / "dataset.json"
    content = json.loads(file.read_text()) | {"file_ending": ending}
    file.write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"file_ending: expected an ending such as \.nii\.gz"):
        RawDataset.read(folder)


def test_an_ignore_label_is_refused_at_plan(tmp_path: Path) -> None:
    """The semi-supervised job makes such sets for itself, so that reading one is no error."""
    raw = write_raw(tmp_path / "Dataset001_A", {"a": box_label()}, ignore=True)
    with pytest.raises(InputError, match=r"a label `ignore`.*semi-supervised"):
        plan(raw, preset("uls23-baseline"), Overrides(), tmp_path / "plan")
    assert not (tmp_path / "plan").exists()


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        *((0.99998, np.float32), (np.nan, np.float32), (np.inf, np.float64), (1e30, np.float64)),
        *((256, np.int16), (257, np.int16), (255, np.uint8), (-1, np.int16), (2, np.uint8)),
        *((256, np.float32), (1 << 16, np.int32), (-256, np.int16)),
    ],
)
def test_mask_values_are_checked_before_any_cast(
    tmp_path: Path, *, value: float, kind: type[np.generic]
) -> None:
    """As int8, 0.99998 and 256 would become 0, 257 would become 1, 255 would become −1."""
    raw = write_raw(tmp_path / "Dataset001_A", {"a": box_label()}, ending=".mha")
    voxels = np.zeros(SHAPE, dtype=kind)
    voxels[4, 6, 6] = value
    sitk.WriteImage(image(voxels), str(raw.label("a")))
    with pytest.raises(InputError, match=r"a\.mha: expected"):
        read_case(raw, "a", SHAPE)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int32, np.float32, np.float64])
def test_a_mask_of_whole_numbers_is_read_whatever_its_type(tmp_path: Path, kind: Any) -> None:
    raw = write_raw(tmp_path / "Dataset001_A", {"a": box_label().astype(kind)}, ending=".mha")
    np.testing.assert_array_equal(read_case(raw, "a", SHAPE).label, box_label())
