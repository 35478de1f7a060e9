"""Where the 2D masks and what was measured of them come from."""

import csv
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_raw_sets import SHAPE, write_raw
from synthetic_scans import deeplesion_row, write, write_table, zipped
from typer.testing import CliRunner

from training.__main__ import app
from training.jobs.stages import Stages
from training.nnunet.semi_supervised.measurements import Measured, read_measurements
from training.nnunet.semi_supervised.partial import is_prepared, measurements_of, raw_set_of
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX
from uls.workshop.errors import CallError, InputError

SLICE = "000001_01_01_104"


def cross(long: int, short: int, *, slices: int = 1) -> np.ndarray:
    """A mask whose arms' ends are so many pixels apart."""
    label = np.zeros(SHAPE, dtype=np.uint8)
    for z in range(4, 4 + slices):
        label[z, 6, 6 - long // 2 : 7 + long // 2] = 1
        label[z, 6 - short // 2 : 7 + short // 2, 6] = 1
    return label


def rows(path: Path, *measured: tuple[float, float], name: str = SLICE) -> Path:
    return write_table(
        path / "DL_info.csv",
        [
            deeplesion_row(
                f"{name}.png", Measurement_coordinates=f"0,0,{short},0, 5,1,5,{1 + long}"
            )
            for long, short in measured
        ],
    )


def test_without_a_table_the_masks_are_measured(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    raw = write_raw(tmp_path / "Dataset002_Part", {"a": cross(8, 4), "b": cross(6, 6)})
    path = measurements_of(raw, None, tmp_path / "run")
    assert read_measurements(path) == {"a": Measured(8, 4), "b": Measured(6, 6)}
    assert "the axes of its masks are taken" in caplog.text
    assert measurements_of(raw, None, tmp_path / "run") == path  # done already


def test_a_table_beside_the_data_set_or_given_goes_first(tmp_path: Path) -> None:
    raw = write_raw(tmp_path / "Dataset002_Part", {"a": cross(8, 4)})
    given = tmp_path / "mine.csv"
    given.write_text("case,long_axis_px,short_axis_px\na,9,5\n")
    assert measurements_of(raw, given, tmp_path / "run") == given
    beside = raw.folder / "measurements.csv"
    beside.write_text(given.read_text())
    assert measurements_of(raw, None, tmp_path / "run") == beside


def test_deeplesions_table_is_matched_by_slice_and_by_size(tmp_path: Path) -> None:
    one, two = f"{SLICE}_lesion_01", f"DeepLesion_{SLICE}_lesion_02"
    raw = write_raw(tmp_path / "Dataset002_Part", {one: cross(8, 4), two: cross(4, 2)})
    path = measurements_of(raw, rows(tmp_path, (4.5, 2.5), (7.5, 4.25)), tmp_path / "run")
    assert read_measurements(path) == {one: Measured(7.5, 4.25), two: Measured(4.5, 2.5)}


def test_deeplesions_table_must_name_every_case(tmp_path: Path) -> None:
    raw = write_raw(tmp_path / "Dataset002_Part", {f"{SLICE}_lesion_01": cross(8, 4)})
    table = rows(tmp_path, (8, 4), name="000002_01_01_007")
    with pytest.raises(InputError, match=rf"a row for case {SLICE}_lesion_01, found none"):
        measurements_of(raw, table, tmp_path / "run")
    table = write_table(
        tmp_path / "DL_info.csv", [deeplesion_row(f"{SLICE}.png", Measurement_coordinates="1, x")]
    )
    with pytest.raises(InputError, match="line 2: expected eight numbers"):
        measurements_of(raw, table, tmp_path / "other")


@pytest.mark.parametrize(("slices", "found"), [(0, "0 slices"), (2, "2 slices")])
def test_masks_that_are_not_2d_are_refused(tmp_path: Path, slices: int, found: str) -> None:
    raw = write_raw(tmp_path / "Dataset002_Part", {"a": cross(8, 4, slices=slices)})
    with pytest.raises(InputError, match=f"on one axial slice, found one on {found}"):
        measurements_of(raw, None, tmp_path / "run")


def test_measurements_of_other_masks_are_not_used_silently(tmp_path: Path) -> None:
    raw = write_raw(tmp_path / "Dataset002_Part", {"a": cross(8, 4)})
    path = measurements_of(raw, None, tmp_path / "run")
    path.write_text(path.read_text().replace("8.0", "9.0"))
    with pytest.raises(InputError, match="added, removed or changed"):
        measurements_of(raw, None, tmp_path / "run")
    Stages(tmp_path / "run")._records.forget("0-measurements")
    with pytest.raises(CallError, match="did not make"):
        measurements_of(raw, None, tmp_path / "run")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The challenge's release of DeepLesion's 2D masks, of two lesions; labels are zipped."""
    root = tmp_path_factory.mktemp("release") / "novel_data" / "DeepLesion"
    rng = np.random.default_rng(0)
    for case in (f"{SLICE}_lesion_01", "000002_02_01_033_lesion_01"):
        label = np.zeros(VOI_SHAPE_ZYX, dtype=np.uint8)
        z, y, x = CLICK_ZYX
        label[z, y - 4 : y + 5, x - 6 : x + 7] = 1
        hu = (rng.normal(40, 8, VOI_SHAPE_ZYX) + 60 * label).astype(np.int16)
        write(root / "images" / f"{case}.nii.gz", hu)
        zipped(write(root / "labels_grabcut" / f"{case}.nii.gz", label))
    return root


def test_the_challenges_archive_is_taken_as_it_was_released(archive: Path, tmp_path: Path) -> None:
    assert not is_prepared(archive, tmp_path / "run")
    raw = raw_set_of(archive, tmp_path / "run")
    assert is_prepared(archive, tmp_path / "run")
    assert raw.cases == (f"{SLICE}_lesion_01", "000002_02_01_033_lesion_01")
    label = sitk.GetArrayFromImage(sitk.ReadImage(str(raw.label(raw.cases[0]))))
    assert np.flatnonzero(label.any(axis=(1, 2))).tolist() == [CLICK_ZYX[0]]
    path = measurements_of(raw, None, tmp_path / "run")
    with path.open() as file:
        measured = {row["case"]: row for row in csv.DictReader(file)}
    # the rectangle of 13 × 9 pixels: its diagonal is the longest line, sqrt(12² + 8²)
    assert float(measured[raw.cases[0]]["long_axis_px"]) == pytest.approx(14.4222, abs=1e-4)


def test_what_is_neither_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"labels\[_grabcut\]"):
        raw_set_of(tmp_path / "empty", tmp_path / "run")


def listed(tmp_path: Path, partial: Path) -> str:
    full = tmp_path / "Dataset001_Full"
    if not full.exists():
        write_raw(full, {"c": cross(8, 4)})
    call = ["semi-supervised", "--full", str(full), "--partial", str(partial)]
    result = CliRunner().invoke(app, [*call, "--output", str(tmp_path / "run"), "--list"])
    assert result.exit_code == 0, result.output
    return result.output


def test_listing_the_stages_makes_nothing(archive: Path, tmp_path: Path) -> None:
    assert "is not made yet" in listed(tmp_path, archive)
    raw = write_raw(tmp_path / "Dataset002_Part", {"a": cross(8, 4)})
    assert "5-fine-tune  model" in listed(tmp_path, raw.folder)
    assert not (tmp_path / "run").exists()
