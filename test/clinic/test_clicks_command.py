"""`segment --clicks` with DICOM files: our own objects come back as clicks on the same lesions."""

import contextlib
import csv
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clinic_scans import whole
from dicom_series import PLANTED, body, real_series, save, synthetic_series
from earlier_work import saved, segmentation, structure_set
from real_contours import real_structure_set

import clinic
from clinic.contours.read_masks import read_masks

Call = Callable[..., tuple[int, str, str]]

_ROOT = Path(__file__).parents[2]
_MEMORY_BYTES = 1536 << 20


def _two_lesions() -> Any:
    """The body's own lesion, and a bent one: an L, whose centroid is not in it."""
    hu = body(24, 64, 96)
    hu[5:8, 15:40, 20:25] = 90
    hu[5:8, 15:20, 20:40] = 90
    return hu


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "lesions.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def _figures(rows: list[dict[str, str]]) -> list[tuple[str, ...]]:
    kept = ("long_axis_mm", "short_axis_mm", "slice", "volume_ml", "mean_hu", "voxels")
    return [tuple(row[name] for name in kept) for row in rows]


def test_our_own_objects_come_back_on_the_same_lesions(tmp_path: Path, call: Call) -> None:
    study = save(synthetic_series(_two_lesions()), tmp_path / "study")
    first = tmp_path / "first"
    clicked = ("--click", "45,32,12", "--click", "22,30,6")
    assert call("segment", study, *clicked, "--output", first)[0] == 0
    before = _figures(_rows(first))
    assert before[0] != before[1]

    for name, files in (
        ("SEG", ["segmentation.dcm"]),
        ("SR", ["report.dcm"]),
        ("GSPS", ["axes-1.dcm", "axes-2.dcm"]),
    ):
        options = [part for file in files for part in ("--clicks", first / file)]
        code, _, err = call("segment", study, *options, "--output", tmp_path / name)
        assert code == 0, err
        rows = _rows(tmp_path / name)
        assert _figures(rows) == before, name
        if name == "SEG":  # the middle of a bent lesion's long axis may lie beside it
            assert not [row for row in rows if "not in the mask" in row["warnings"]]
    assert [row["name"] for row in _rows(tmp_path / "SEG")] == ["ROI 1", "ROI 2"]


def test_our_own_masks_come_back_voxel_by_voxel(tmp_path: Path, call: Call) -> None:
    study = save(synthetic_series(_two_lesions()), tmp_path / "study")
    out = tmp_path / "out"
    assert (
        call("segment", study, "--click", "45,32,12", "--click", "22,30,6", "--output", out)[0] == 0
    )
    scan = clinic.read_scan(study)

    rois = read_masks(out / "segmentation.dcm", scan.place)

    lesions = body(24, 64, 96) == 90
    np.testing.assert_array_equal(whole(rois[0].mask), lesions)
    np.testing.assert_array_equal(whole(rois[1].mask), (_two_lesions() == 90) & ~lesions)


def test_rois_are_chosen_and_their_names_are_nowhere(tmp_path: Path, call: Call) -> None:
    slices = synthetic_series(_two_lesions())
    study = save(slices, tmp_path / "study")
    masks = [body(24, 64, 96) == 90, _two_lesions() == 90]
    labels = ["GTV PLANTEDROI^JANE", "PLANTEDNODE"]
    file = saved(segmentation(slices, masks, labels=labels), tmp_path / "seg.dcm")
    out = tmp_path / "out"

    code, shown, err = call(
        "segment", study, "--clicks", file, "--roi", "gtv*", "--verbose", "--format", "nifti",
        "--output", out,
    )  # fmt: skip

    assert code == 0, err
    (row,) = _rows(out)
    assert row["name"] == "ROI 1"
    written = b"".join(f.read_bytes() + f.name.encode() for f in out.iterdir())
    for value in (*PLANTED.values(), "PLANTED"):
        assert value.encode() not in written
        assert value not in shown + err
    other = ("--roi", "9", "--output", tmp_path / "other")
    code, shown, err = call("segment", study, "--clicks", file, *other)
    assert (code, "there are the numbers 1, 2" in err) == (3, True)
    assert "PLANTED" not in shown + err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("--roi 1 --click 1,1,1", 2, "--roi: expected a file by --clicks"),
        ("--clicks clicks.csv --roi 1", 2, "found a table or markups"),
        ("--clicks none.dcm", 3, "No such file"),
        ("--clicks study/IM0001.dcm", 3, "found DICOM of another kind"),
    ],
)
def test_calls_that_are_wrong(
    arguments: str, code: int, said: str, tmp_path: Path, call: Call
) -> None:
    save(synthetic_series(), tmp_path / "study")
    (tmp_path / "clicks.csv").write_text("x,y,z\n1,2,3\n")

    with contextlib.chdir(tmp_path):
        found, _, err = call("segment", "study", *arguments.split(), "--output", "out")

    assert found == code, err
    assert said in err.strip().splitlines()[-1]
    assert not (tmp_path / "out").exists()


def test_the_real_contours_click_the_real_lesions(tmp_path: Path, call: Call) -> None:
    """The bright model takes soft tissue for lesion: only the places are of interest here."""
    study = save(real_series(None), tmp_path / "study")
    file = saved(real_structure_set(), tmp_path / "rt.dcm")

    code, _, err = call(
        "segment", study, "--clicks", file, "--roi", "Tumor*", "--roi", "18", "--format", "nifti",
        "--output", tmp_path / "out",
    )  # fmt: skip

    assert code == 0, err
    assert [row["name"] for row in _rows(tmp_path / "out")] == ["ROI 17", "ROI 18"]


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))


def _many_items() -> bytes:
    """A sequence of 4 million empty items: 32 MB that would take some 10 GB once parsed."""
    item = bytes.fromhex("feff00e000000000")
    start = bytes.fromhex("063020005351 0000ffffffff".replace(" ", ""))
    return start + item * (4 << 20) + bytes.fromhex("feffdde000000000")


def test_a_bomb_takes_less_than_one_and_a_half_gigabytes(tmp_path: Path) -> None:
    slices = synthetic_series()
    study = save(slices, tmp_path / "study")
    made = structure_set(slices, {})
    del made.StructureSetROISequence, made.ROIContourSequence
    file = saved(made, tmp_path / "rt.dcm")
    with file.open("ab") as more:
        more.write(_many_items())

    done = subprocess.run(
        [sys.executable, "-m", "clinic", "segment", study, "--clicks", file,
         "--output", tmp_path / "out"],
        capture_output=True, text=True, check=False, preexec_fn=_limit, cwd=_ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip

    assert done.returncode == 3, done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert "takes more memory than it may" in last or "s to read" in last
    assert not (tmp_path / "out").exists()
