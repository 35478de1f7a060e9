"""Pseudo-masks released in the challenge's layout, and read again by our own reader."""

import csv
import hashlib
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_raw_sets import box_label, write_raw
from synthetic_scans import deeplesion, deeplesion_row
from typer.testing import CliRunner, Result

from training.__main__ import app
from training.data.prepare.manifest import read_manifest
from training.data.readers import READERS, Source
from uls.images.scan_reading import read_image
from uls.workshop.errors import CallError, InputError, OutputError

A, B = "000001_01_01_100_lesion_01", "000002_01_01_100_lesion_02"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["release", *map(str, arguments)])


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Two lesions of 64 and 8 voxels, with the selection beside them."""
    labels = {A: box_label(), B: box_label(half=1)}
    folder = write_raw(tmp_path / "raw-pseudo" / "Dataset902_M_Pseudo", labels).folder
    (folder.parent / "selection.csv").write_text(
        "case,measured_long_px,measured_short_px,predicted_long_px,predicted_short_px,kept\n"
        f"{A},5.000,4.000,4.243,4.243,true\n{B},2.000,2.000,1.414,1.414,true\n"
        "000003_01_01_100_lesion_01,9.000,9.000,1.000,1.000,false\n"
    )
    return folder


def test_the_layout_is_the_challenges_and_our_reader_reads_it(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(raw, "--output", out, "--dataset", "DeepLesion", "--images")
    assert result.exit_code == 0, result.output
    label = out / "DeepLesion" / "labels" / f"{A}.nii.gz.zip"
    assert zipfile.ZipFile(label).namelist() == [f"{A}.nii.gz"]
    given = sitk.ReadImage(str(raw / "labelsTr" / f"{A}.nii.gz"))
    again = read_image(label)
    assert np.array_equal(sitk.GetArrayFromImage(again), sitk.GetArrayFromImage(given))
    assert again.GetSpacing() == pytest.approx(given.GetSpacing())
    assert again.GetOrigin() == pytest.approx(given.GetOrigin())
    found = READERS["uls23"].find(Source(out)).cases
    assert [(case.name, case.dataset, case.patient) for case in found] == [
        *((A, "DeepLesion", "000001"), (B, "DeepLesion", "000002"))
    ]
    assert [case.voi_lesion for case in found] == [1, 2]


def test_masks_alone_are_read_with_images_from_elsewhere(raw: Path, tmp_path: Path) -> None:
    run(raw, "--output", tmp_path / "out", "--dataset", "DeepLesion")
    assert not list((tmp_path / "out").rglob("images"))
    images = tmp_path / "ULS23" / "DeepLesion" / "images"
    images.mkdir(parents=True)
    for name in (A, B):
        source = raw / "imagesTr" / f"{name}_0000.nii.gz"
        (images / f"{name}.nii.gz").write_bytes(source.read_bytes())
    source = Source(tmp_path / "ULS23", labels=tmp_path / "out")
    assert len(READERS["uls23"].find(source).cases) == 2


def test_split_table_and_hashes(raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(raw, "--output", out, "--dataset", "DeepLesion")
    assert json.loads((out / "split.json").read_text()) == {"train": [A, B], "held-out": []}
    with (out / "lesions.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["name"], row["voxels"], row["measured_long_px"]) for row in rows] == [
        *((A, "64", "5.000"), (B, "8", "2.000"))
    ]
    sums = dict(line.split("  ")[::-1] for line in (out / "SHA256SUMS").read_text().splitlines())
    files = {str(p.relative_to(out)) for p in out.rglob("*") if p.is_file()} - {"SHA256SUMS"}
    assert set(sums) == files
    for name, digest in sums.items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest


def test_the_same_masks_make_the_same_bytes(raw: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run(raw, "--output", tmp_path / name, "--dataset", "DeepLesion")
    one, two = ((tmp_path / name / "SHA256SUMS").read_bytes() for name in ("one", "two"))
    assert one == two


def test_the_manifest_says_data_sets_and_who_is_held_out(tmp_path: Path) -> None:
    """Two patients; one is held out, and its lesion is in the split, without a mask."""
    files = deeplesion(tmp_path / "DL", [deeplesion_row(), deeplesion_row("000102_01_01_104.png")])
    cut = tmp_path / "cut"
    call = ["grabcut", f"deeplesion={files}", "--output", cut, "--workers", 1, "--ellipses"]
    assert CliRunner().invoke(app, [*map(str, call), "--held-out", "0.5"]).exit_code == 0
    parts = {x.part: x.vois[0].name for x in read_manifest(cut).lesions}
    assert set(parts) == {"train", "held-out"}
    raw = write_raw(tmp_path / "Dataset903_P", {parts["train"]: box_label()})
    result = run(raw.folder, "--output", tmp_path / "out", "--manifest", cut)
    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "out" / "split.json").read_text()) == {
        "train": [parts["train"]],
        "held-out": [parts["held-out"]],
    }
    assert (tmp_path / "out" / "DeepLesion" / "labels").is_dir()
    held_out = write_raw(tmp_path / "Dataset904_H", {parts["held-out"]: box_label()})
    error = run(held_out.folder, "--output", tmp_path / "no", "--manifest", cut).exception
    assert isinstance(error, InputError)
    assert "held out by the manifest" in str(error)


@pytest.mark.parametrize(
    ("case", "label", "says"),
    [
        ("scan1", box_label(), "names as <case>_lesion_<nn>"),
        (A, np.zeros_like(box_label()), "the values 0 and 1, found 0"),
        (A, 2 * box_label(), "the values 0 and 1, found 0, 2"),
    ],
)
def test_what_is_no_release_is_refused(
    tmp_path: Path, case: str, label: np.ndarray, says: str
) -> None:
    raw = write_raw(tmp_path / "Dataset905_X", {case: label})
    error = run(raw.folder, "--output", tmp_path / "out", "--dataset", "DeepLesion").exception
    assert isinstance(error, InputError)
    assert says in str(error)
    assert not (tmp_path / "out").exists()


def test_masks_of_one_slice_are_no_3d_masks(tmp_path: Path) -> None:
    raw = write_raw(tmp_path / "Dataset906_2D", {A: box_label()}, ignore=True)
    error = run(raw.folder, "--output", tmp_path / "out", "--dataset", "DeepLesion").exception
    assert "ignore" in str(error)


def test_wrong_calls(raw: Path, tmp_path: Path) -> None:
    assert isinstance(run(raw, "--output", tmp_path / "out").exception, CallError)
    error = run(raw, "--output", tmp_path, "--dataset", "DeepLesion").exception
    assert isinstance(error, OutputError)
