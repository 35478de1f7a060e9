"""`send`, `segment --send` and `page --pacs` as users call them: exit codes and last lines."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from archives import c_store_archive, stow_archive
from bright_predictor import bright_model
from clinic_scans import DIRECTIONS, scan_of
from dicom_series import save, synthetic_series

import clinic.segmentation.model
from clinic.__main__ import main

_AWAY = "http://127.0.0.1:9/studies"
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """Run the command in this process: exit code, output, the last line of errors."""
    monkeypatch.setattr(clinic.segmentation.model, "load", lambda *_, **__: bright_model())

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["clinic", *map(str, arguments)])
        logging.captureWarnings(False)
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        out, err = capfd.readouterr()
        return code, out, (err.splitlines() or [""])[-1]

    return run


def test_what_waits_is_sent_later(call: Call, results: Path, tmp_path: Path) -> None:
    code, _, last = call("send", results, "--to", _AWAY, "--tries", 1)
    assert code == 1
    outbox = tmp_path / "outbox"
    assert last.endswith(f"They wait; to send them: uls23 send --outbox {outbox}")
    code, out, _ = call("send", "--outbox", outbox, "--to", "http://127.0.0.1:8/studies")
    assert (code, out) == (0, "0 objects are in the archive.\n")  # what waits is for another one
    with stow_archive() as archive:
        for file in outbox.glob("*/parcel.json"):
            file.write_text(file.read_text().replace(_AWAY, archive.address))
        code, out, _ = call("send", "--outbox", outbox)
        assert (code, out) == (0, "4 objects are in the archive.\n")
        assert len(archive.stored) == 4


def test_segment_sends_what_it_wrote(call: Call, tmp_path: Path) -> None:
    study = save(synthetic_series(), tmp_path / "study")
    with c_store_archive() as archive:
        out = tmp_path / "out" / "one"
        code, _, last = call(
            "segment", study, "--click", "45,32,12", "--output", out, "--send", archive.address
        )
        assert code == 0
        assert last.endswith("4 objects are in the archive")
    assert {str(one.SOPClassUID.name) for one in archive.stored} == {
        "Segmentation Storage",
        "Comprehensive 3D SR Storage",
        "Grayscale Softcopy Presentation State Storage",
        "Secondary Capture Image Storage",
    }
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == ["one", "outbox"]


def test_a_table_of_cases_is_sent_but_for_those_without_a_mask(call: Call, tmp_path: Path) -> None:
    save(synthetic_series(), tmp_path / "a")
    save(synthetic_series(PatientID="B"), tmp_path / "b")
    table = tmp_path / "cases.csv"
    table.write_text("scan,x,y,z\na,45,32,12\nb,70,50,4\n")
    with c_store_archive() as archive:
        code, _, _ = call(
            "segment", "--cases", table, "--output", tmp_path / "out", "--send", archive.address
        )
        assert code == 0
        assert {one.PatientID for one in archive.stored} == {"PLANTEDID77"}


def test_what_cannot_be_sent_is_refused_before_the_work(call: Call, tmp_path: Path) -> None:
    import SimpleITK as sitk

    scan, _ = scan_of(DIRECTIONS["axial"])
    file = tmp_path / "scan.nii.gz"
    sitk.WriteImage(scan.grid.copied_to(sitk.GetImageFromArray(scan.hu)), str(file))
    arguments = ["segment", file, "--click", "45,32,12", "--output", tmp_path / "out" / "one"]
    code, _, last = call(*arguments, "--send", _AWAY)
    assert (code, "for a scan that is not DICOM" in last) == (2, True)
    code, _, last = call(*arguments, "--send", _AWAY, "--format", "nrrd")
    assert (code, last) == (2, "Error: --send: expected --format dicom, found nrrd.")
    (tmp_path / "out" / "outbox").mkdir(parents=True)
    (tmp_path / "out" / "outbox" / "mine.txt").touch()
    code, _, last = call(*arguments, "--send", _AWAY)
    assert (code, "expected an outbox" in last) == (1, True)
    assert not (tmp_path / "out" / "one").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["send"], "expected FOLDER with --to, or --outbox alone"),
        (["send", "out"], "expected FOLDER with --to, or --outbox alone"),
        (["send", "out", "--to", "pacs"], "expected dicom://AE@host:port or https://"),
        (["page", "--demo", "--pacs", "dicom://A@b"], "--pacs: expected --output"),
        (["page", "--demo", "--output", "out", "--pacs", "b"], "expected dicom://AE@host:port"),
    ],
)
def test_a_call_that_is_none_is_refused(arguments: list[str], said: str, call: Call) -> None:
    code, _, last = call(*arguments)
    assert code == 2
    assert said in last
