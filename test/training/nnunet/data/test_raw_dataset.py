from pathlib import Path

import pytest
from synthetic_raw_sets import box_label, write_raw

from training.nnunet.data.raw_dataset import RawDataset
from uls.workshop.errors import InputError


def test_cases_are_those_with_image_and_label(tmp_path: Path) -> None:
    raw = write_raw(tmp_path / "Dataset007_Two", {"b": box_label(), "a": box_label()})
    assert (raw.name, raw.cases) == ("Dataset007_Two", ("a", "b"))
    assert raw.image("a").exists()
    assert raw.label("b").exists()


def test_a_lonely_file_is_named(tmp_path: Path) -> None:
    raw = write_raw(tmp_path / "Dataset007_Two", {"b": box_label(), "a": box_label()})
    raw.label("b").unlink()
    with pytest.raises(InputError, match=r"an image and a label for every case, found b"):
        RawDataset.read(raw.folder)


def test_another_name_and_no_folder_are_told(tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    with pytest.raises(InputError, match="DatasetNNN_Name, found one of another name"):
        RawDataset.read(tmp_path / "scans")
    with pytest.raises(InputError, match="found no folder"):
        RawDataset.read(tmp_path / "Dataset001_None")
