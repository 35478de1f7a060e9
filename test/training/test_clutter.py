"""AppleDouble files and their like beside a user's: no command takes them for scans or masks."""

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_raw_sets import box_label, write_raw
from synthetic_scans import deeplesion, deeplesion_row, mask, nnunet, scan, write, write_table
from tiny_scans import SAMPLES

from clinic.follow_up.dataset import find_series
from training.cycle.inbox import pairs
from training.data.readers import READERS, Source
from training.jobs.digests import digest
from training.nnunet.data.raw_dataset import RawDataset
from training.nnunet.preprocessing.training_data import TrainingData
from training.nnunet.run.predict import image_files
from training.nnunet.semi_supervised.measurements import Measured
from training.nnunet.semi_supervised.selection import judge
from training.starter.evaluate.cases import find_lesions
from training.starter.samples.bank import read_bank


def strew(folder: Path) -> None:
    """Put into every folder what macOS and Windows leave there, beside each file its shadow."""
    for place in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        for path in [path for path in place.iterdir() if path.is_file()]:
            (place / f"._{path.name}").write_bytes(b"\x00\x05\x16\x07")
        for name in (".DS_Store", "Thumbs.db", "desktop.ini"):
            (place / name).write_bytes(b"\x00")
    shadow = folder / "__MACOSX"
    shadow.mkdir()
    (shadow / "a_image.nii.gz").write_bytes(b"\x00")


def test_plan(tmp_path: Path) -> None:
    raw = write_raw(tmp_path / "Dataset001_A", {"a": box_label()})
    before = digest(raw.folder)
    strew(raw.folder)
    assert RawDataset.read(raw.folder).cases == ("a",)
    assert digest(raw.folder) == before


@pytest.mark.parametrize("reader", ["nnunet", "pairs"])
def test_prepare(tmp_path: Path, reader: str) -> None:
    nnunet(tmp_path / "mine", ["a"])
    strew(tmp_path / "mine")
    found = READERS[reader].find(Source(tmp_path / "mine"))
    assert [case.name for case in found.cases] == ["a"]
    assert (found.without_mask, found.without_image) == ((), ())


def test_kits(tmp_path: Path) -> None:
    write(tmp_path / "case_00003/imaging.nii.gz", scan())
    write(tmp_path / "case_00003/segmentation.nii.gz", mask(value=2))
    (tmp_path / "__MACOSX/case_00003").mkdir(parents=True)
    (tmp_path / "__MACOSX/case_00003/imaging.nii.gz").touch()
    assert len(READERS["kits"].find(Source(tmp_path)).cases) == 1


def test_deeplesion_and_ccc18(tmp_path: Path) -> None:
    deeplesion(tmp_path / "deep", [deeplesion_row()])
    strew(tmp_path / "deep")
    assert len(READERS["deeplesion"].find(Source(tmp_path / "deep")).cases) == 1
    write(tmp_path / "ccc/imagesTr/a.nii.gz", scan())
    axes = {
        f"{axis}Axis.point{end}.{of}": str(3 * end)
        for axis in ("Long", "Short")
        for end in (1, 2)
        for of in "xy"
    }
    write_table(tmp_path / "ccc/annotations.csv", [{"name": "a", "z": "3", **axes}])
    strew(tmp_path / "ccc")
    assert [case.name for case in READERS["ccc18"].find(Source(tmp_path / "ccc")).cases] == ["a"]


def test_hcuch_report(tmp_path: Path) -> None:
    folder = tmp_path / "thorax/train"
    write(folder / "images/7_1.2.nii.gz", scan())
    write(folder / "masks/7_1.2.nii.gz", mask())
    (folder / "labels").mkdir()
    (folder / "labels/7_1.2.json").write_text(json.dumps({"1": "t,lung"}))
    strew(tmp_path)
    assert [series.name for series in find_series(tmp_path)] == ["7_1.2"]


def test_starter(tmp_path: Path) -> None:
    write(tmp_path / "a_image.nii.gz", scan() - np.int16(60))
    write(tmp_path / "a_tumour.nii.gz", mask())
    write(tmp_path / "b_image.nrrd", scan())
    write(tmp_path / "b_label.nrrd", mask())
    strew(tmp_path)
    assert [lesion.name for lesion in find_lesions([tmp_path])] == ["a_tumour", "b"]
    assert [one.name for one in read_bank([tmp_path], SAMPLES, seed=1).scans] == ["a"]


def test_cycle(tmp_path: Path) -> None:
    for name in ("masks/a.seg.nrrd", "scans/a.nii.gz"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    strew(tmp_path)
    assert pairs(tmp_path / "masks", tmp_path / "scans") == [
        (tmp_path / "masks/a.seg.nrrd", tmp_path / "scans/a.nii.gz")
    ]


def test_predict_and_select(tmp_path: Path) -> None:
    (tmp_path / "vois").mkdir()
    image = sitk.GetImageFromArray(np.ones((2, 5, 5), np.uint8))
    sitk.WriteImage(image, str(tmp_path / "vois/a.nii.gz"))
    strew(tmp_path)
    assert list(image_files(tmp_path / "vois")) == ["a"]
    (one,) = judge(tmp_path / "vois", {"a": Measured(5.0, 5.0)}, tolerance_px=5)
    assert one.case == "a"


def test_train(tmp_path: Path) -> None:
    dataset = tmp_path / "Dataset001_A"
    (dataset / "p_3d").mkdir(parents=True)
    plans = {"configurations": {"3d": {"data_identifier": "p_3d"}}}
    (dataset / "p.json").write_text(json.dumps(plans))
    strew(tmp_path)
    found = TrainingData.read(tmp_path)
    assert (found.plans_name, found.configuration) == ("p", "3d")
