"""The commands as users call them: files, exit codes, last lines, and nothing of the patient."""

import csv
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from bad_series import BAD
from clinic_scans import CENTRE_MM, DIRECTIONS, scan_of
from dicom_series import PLANTED, body, save, synthetic_series
from PIL import Image

import clinic.segmentation.model
from uls.workshop.errors import ModelError

Call = Callable[..., tuple[int, str, str]]


def _scan_file(folder: Path, name: str, turn: str = "axial") -> tuple[Path, np.ndarray]:
    scan, lesion = scan_of(DIRECTIONS[turn])
    path = folder / name
    sitk.WriteImage(scan.grid.copied_to(sitk.GetImageFromArray(scan.hu)), str(path))
    return path, lesion


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


_CLICK = ("--click", ",".join(map(str, CENTRE_MM)), "--mm", "LPS")


@pytest.mark.parametrize("turn", list(DIRECTIONS))
@pytest.mark.parametrize(
    ("name", "mask_name"),
    [("s.nii.gz", "mask.nii.gz"), ("s.nrrd", "mask.nrrd"), ("s.mha", "mask.mha")],
)
def test_the_mask_lies_on_the_scan_in_the_scans_format(
    name: str, mask_name: str, turn: str, tmp_path: Path, call: Call
) -> None:
    path, lesion = _scan_file(tmp_path, name, turn)

    code, _, err = call("segment", path, *_CLICK, "--output", tmp_path / "out")

    assert code == 0, err
    mask, scan = (sitk.ReadImage(str(p)) for p in (tmp_path / "out" / mask_name, path))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(mask), lesion)
    assert mask.GetPixelID() == sitk.sitkUInt8
    for of in ("GetSpacing", "GetOrigin", "GetDirection"):
        np.testing.assert_allclose(getattr(mask, of)(), getattr(scan, of)(), atol=1e-6)
    if name.endswith(".nii.gz"):
        ours, theirs = nibabel.load(tmp_path / "out" / mask_name), nibabel.load(path)
        far = [n - 1 for n in theirs.shape]
        for corner in ([0, 0, 0], far, [far[0], 0, far[2]]):
            np.testing.assert_allclose(
                nibabel.affines.apply_affine(ours.affine, corner),
                nibabel.affines.apply_affine(theirs.affine, corner),
                atol=0.01,
            )


def test_all_that_is_written(tmp_path: Path, call: Call) -> None:
    path, lesion = _scan_file(tmp_path, "s.nii.gz")
    out = tmp_path / "out"

    code, _, err = call(
        "segment", path, *_CLICK, "--click", "-8.5,-20,140", "--format", "nrrd", "--output", out
    )

    assert code == 0, err
    names = ["lesion-1.png", "lesions.csv", "mask.nrrd", "results.json"]
    assert sorted(p.name for p in out.iterdir()) == names  # a lesion without a mask has no picture
    record = json.loads((out / "results.json").read_text())
    first, second = record["lesions"]
    assert first["measurements"]["voxels"] == int(lesion.sum())
    assert first["click_lps_mm"] == pytest.approx(CENTRE_MM, abs=0.6)
    assert second["measurements"] is None
    assert second["warnings"] == ["nothing was found at the click"]
    assert record["model"] == {
        "name": "bright", "kind": "zoom", "sha256": "0" * 64, "engine": "numpy",
        "not_good_for": "",
    }  # fmt: skip
    for name, digest in record["files"].items():
        assert sha256((out / name).read_bytes()).hexdigest() == digest
    rows = _rows(out / "lesions.csv")
    assert [row["voxels"] for row in rows] == [str(int(lesion.sum())), ""]
    picture = np.asarray(Image.open(out / "lesion-1.png"))
    assert picture.shape == (720, 640, 3)
    assert "Lesion 2: nothing was found at the click" in err


def test_twice_the_same_gives_the_same_files(tmp_path: Path, call: Call) -> None:
    path, _ = _scan_file(tmp_path, "s.nii.gz")
    for name in ("a", "b"):
        assert call("segment", path, *_CLICK, "--output", tmp_path / name)[0] == 0

    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "expected a lesion to segment"),
        (("--click", "1,2"), 2, "expected three numbers x,y,z, found '1,2'"),
        (("--click", "1,2,nan"), 2, "expected three numbers"),
        (("--click", "1,2,x"), 2, "expected three numbers"),
        (("--box", "1,2,3"), 2, "expected six numbers"),
        (("--click", "999,0,0"), 3, "found one outside it"),
        (("--click", "24,22,20", "--format", "dicom"), 2, "a scan that is not DICOM"),
        (("--click", "24,22,20", "--series", "1"), 2, "expected a DICOM study"),
        (("--cases", "table.csv"), 2, "found both"),
        (("--click", "1,1,1", "--box", "0,0,0,9,9,9", "--click", "2,2,2"), 2, "one click"),
    ],
)
def test_calls_that_are_wrong(
    arguments: tuple[str, ...], code: int, said: str, tmp_path: Path, call: Call
) -> None:
    path, _ = _scan_file(tmp_path, "s.nii.gz")

    found, _, err = call("segment", path, *arguments, "--output", tmp_path / "out")

    assert found == code
    assert said in err.strip().splitlines()[-1]
    assert not (tmp_path / "out").exists()


def test_results_are_never_mixed_with_what_is_there(tmp_path: Path, call: Call) -> None:
    path, _ = _scan_file(tmp_path, "s.nii.gz")
    out = tmp_path / "out"
    out.mkdir()
    arguments = ("segment", path, *_CLICK, "--output", out)
    assert call(*arguments)[0] == 0  # an empty folder may be there

    code, _, err = call(*arguments)
    assert (code, "found earlier results. Use --overwrite." in err) == (1, True)

    (out / "stale.txt").touch()
    assert call(*arguments, "--overwrite")[0] == 0
    assert not (out / "stale.txt").exists()

    other = tmp_path / "home"
    other.mkdir()
    (other / "diary.txt").write_text("mine")
    code, _, err = call("segment", path, *_CLICK, "--output", other, "--overwrite")
    assert (code, "found files that are not ours" in err) == (1, True)
    assert (other / "diary.txt").read_text() == "mine"


def test_a_job_that_fails_leaves_earlier_results_alone(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _ = _scan_file(tmp_path, "s.nii.gz")
    arguments = ("segment", path, *_CLICK, "--output", tmp_path / "out", "--overwrite")
    assert call(*arguments)[0] == 0
    before = (tmp_path / "out" / "results.json").read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("clinic.output.write.key_image", full)
    code, _, err = call(*arguments)

    assert (code, "No space left on device" in err) == (1, True)
    assert (tmp_path / "out" / "results.json").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "s.nii.gz"]


def test_cases_share_one_model_and_one_bad_case_does_not_stop_the_rest(
    tmp_path: Path, call: Call
) -> None:
    _scan_file(tmp_path, "a.nii.gz")
    _scan_file(tmp_path, "b.mha")
    (tmp_path / "broken.nii.gz").write_bytes(b"no image")
    x, y, z = CENTRE_MM
    (tmp_path / "cases.csv").write_text(
        "case,scan,x,y,z,lesion\n"
        f"one,a.nii.gz,{x},{y},{z},T01\n"
        f"two,broken.nii.gz,{x},{y},{z},T01\n"
        f"three,b.mha,{x},{y},{z},T01\n"
        f"one,a.nii.gz,{x + 2},{y},{z},T02\n"
    )

    code, _, err = call(
        "segment", "--cases", tmp_path / "cases.csv", "--mm", "LPS", "--output", tmp_path / "out"
    )

    assert code == 3
    assert "3 cases: expected that all can be segmented, found 1 that cannot" in err
    assert call.loads == [1]  # type: ignore[attr-defined]
    rows = _rows(tmp_path / "out" / "cases.csv")
    assert [(row["case"], row["lesions"]) for row in rows] == [
        ("one", "2"), ("two", "0"), ("three", "1"),
    ]  # fmt: skip
    assert "broken.nii.gz" in rows[1]["problem"]
    assert (tmp_path / "out" / "one" / "mask.nii.gz").is_file()
    assert (tmp_path / "out" / "three" / "mask.mha").is_file()
    assert not (tmp_path / "out" / "two").exists()


@pytest.mark.parametrize("name", ["../up", "/etc", "a/b", ".hidden", "CON:"])
def test_names_of_cases_never_lead_out_of_the_folder(name: str, tmp_path: Path, call: Call) -> None:
    (tmp_path / "cases.csv").write_text(f"case,scan,x,y,z\n{name},a.nii.gz,1,2,3\n")

    code, _, err = call("segment", "--cases", tmp_path / "cases.csv", "--output", tmp_path / "o")

    assert (code, "expected a name of letters" in err) == (3, True)


def test_a_file_of_clicks_names_the_lesions(tmp_path: Path, call: Call) -> None:
    path, _ = _scan_file(tmp_path, "s.nii.gz")
    x, y, z = CENTRE_MM
    (tmp_path / "F.mrk.json").write_text(
        json.dumps(
            {
                "markups": [
                    {
                        "type": "Fiducial",
                        "coordinateSystem": "RAS",
                        "controlPoints": [{"label": "=T01", "position": [-x, -y, z]}],
                    }
                ]
            }
        )
    )

    code, _, err = call(
        "segment", path, "--clicks", tmp_path / "F.mrk.json", "--output", tmp_path / "out"
    )

    assert code == 0, err
    (row,) = _rows(tmp_path / "out" / "lesions.csv")
    assert row["name"] == "'=T01"  # no formula
    assert float(row["volume_ml"]) > 0


@pytest.mark.parametrize("name", list(BAD))
def test_bad_series_end_with_code_3_and_their_sentence(
    name: str, tmp_path: Path, call: Call
) -> None:
    study = BAD[name].make(synthetic_series(), tmp_path / "study")

    code, out, err = call("segment", study, "--click", "40,30,12", "--output", tmp_path / "out")

    assert code == 3
    assert BAD[name].is_said_in(err.strip().splitlines()[-1])
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()
    assert not [value for value in PLANTED.values() if value in out + err]
    look_code, out, err = call("look", study)
    assert look_code in (0, 3)
    assert not [value for value in PLANTED.values() if value in out + err]


def test_nothing_of_the_patient_is_in_any_output(tmp_path: Path, call: Call) -> None:
    study = save(synthetic_series(body(24, 64, 96)), tmp_path / "study")

    code, out, err = call(
        "segment", study, "--click", "45,32,12", "--format", "nifti", "--verbose",
        "--output", tmp_path / "out",
    )  # fmt: skip
    assert code == 0, err
    shown = call("look", study, "--descriptions")[1]

    written = b"".join(
        file.read_bytes() + file.name.encode() for file in (tmp_path / "out").iterdir()
    )
    for value in PLANTED.values():
        assert value.encode() not in written
        assert value not in out + err
    assert PLANTED["SeriesDescription"] in shown  # only where it was asked for


def test_dicom_gives_dicom_and_nothing_of_the_patient_beside_it(tmp_path: Path, call: Call) -> None:
    study = save(synthetic_series(body(24, 64, 96)), tmp_path / "study")

    code, out, err = call("segment", study, "--click", "45,32,12", "--output", tmp_path / "out")

    assert code == 0, err
    files = {file.name: file for file in (tmp_path / "out").iterdir()}
    assert sorted(files) == [
        "axes-1.dcm", "key-1.dcm", "lesion-1.png", "lesions.csv", "report.dcm", "results.json",
        "segmentation.dcm",
    ]  # fmt: skip
    others = b"".join(file.read_bytes() for name, file in files.items() if ".dcm" not in name)
    for value in PLANTED.values():
        assert value.encode() not in others
        assert value not in out + err + " ".join(files)
    assert PLANTED["PatientName"].encode() in files["segmentation.dcm"].read_bytes()


def test_a_model_that_cannot_be_loaded(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _ = _scan_file(tmp_path, "s.nii.gz")

    def load(*_: object, **__: object) -> None:
        raise ModelError.about("models", expected="one", found="none")

    monkeypatch.setattr(clinic.segmentation.model, "load", load)

    code, _, err = call("segment", path, *_CLICK, "--output", tmp_path / "out")

    assert (code, "models: expected one, found none" in err) == (4, True)


def test_a_fault_of_the_program_quotes_nothing(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _ = _scan_file(tmp_path, "s.nii.gz")

    def fail(*_: object, **__: object) -> None:
        raise ValueError("PLANTEDNAME is no date")

    monkeypatch.setattr("clinic.running.read_scan", fail)

    code, out, err = call("segment", path, *_CLICK, "--output", tmp_path / "out")

    assert code == 1
    assert "not in what it was given: ValueError in running.py, line" in err
    assert "PLANTEDNAME" not in out + err
