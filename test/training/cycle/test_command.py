"""The commands, from files to files."""

import json
from pathlib import Path

import pytest
from synthetic_cycle import block, fields, write_scan, write_seg_nrrd
from typer.testing import CliRunner, Result

from training.__main__ import app
from uls.workshop import command_line
from uls.workshop.errors import InputError

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_line, "start_log", lambda **_: None)


def call(*arguments: object) -> Result:
    return RUNNER.invoke(app, ["cycle", *map(str, arguments)])


def test_init_add_status(tmp_path: Path, first_model: Path, test_set: Path) -> None:
    work = tmp_path / "cycle"
    made = call("init", work, "--model", first_model, "--test-set", test_set, "--margin", 0.05)
    assert made.exit_code == 0, made.output
    rule = json.loads((work / "project.json").read_text())["rule"]
    assert (rule["margin"], rule["sure"]) == (0.05, True)
    scans, masks = tmp_path / "scans", tmp_path / "masks"
    for number in (1, 2):
        write_scan(scans / f"ct{number}.nii.gz", value=number)
        layer = block(1, 2, 3, size_zyx=(2, 9, 9 + number))
        write_seg_nrrd(masks / f"ct{number}.seg.nrrd", [layer], fields({"name": "lesion"}))
    added = call("add", work, masks, "--scan", scans, "--by", "resident")
    assert added.exit_code == 0, added.output
    assert "Set version 1: ct1, ct2" in added.output
    again = call("add", work, masks, "--scan", scans, "--by", "resident")
    assert "all of these masks already" in again.output
    said = call("status", work)
    assert "version 1, 2 cases, 2 segments, 0 cases signed off" in said.output
    assert "(0000)" in said.output
    removed = call("remove", work, "ct1")
    assert "Set version 2: without ct1" in removed.output
    listed = call("status", work, "--cases").output
    assert "version 2, 1 cases" in listed
    assert str(scans / "ct2.nii.gz") in listed
    assert str(scans / "ct1.nii.gz") not in listed


def test_any_gain_on_request(tmp_path: Path, first_model: Path, test_set: Path) -> None:
    work = tmp_path / "cycle"
    call("init", work, "--model", first_model, "--test-set", test_set, "--any-gain")
    assert json.loads((work / "project.json").read_text())["rule"]["sure"] is False


def test_one_name_for_two_masks(tmp_path: Path, first_model: Path, test_set: Path) -> None:
    scans = write_scan(tmp_path / "scans" / "a.nii.gz").parent
    write_scan(scans / "b.nii.gz")
    for name in "ab":
        layer = block(1, 2, 3, size_zyx=(2, 9, 9))
        write_seg_nrrd(tmp_path / "masks" / f"{name}.seg.nrrd", [layer], fields({"name": "x"}))
    result = call("add", tmp_path, tmp_path / "masks", "--scan", scans, "--case", "a")
    assert result.exit_code != 0
    assert "one mask with them, found 2" in str(result.exception)


def test_no_cycle_in_the_folder(tmp_path: Path) -> None:
    result = call("status", tmp_path)
    assert isinstance(result.exception, InputError)
    assert "cycle init" in str(result.exception)


@pytest.mark.parametrize("command", ["init", "add", "remove", "run", "status", "abandon"])
def test_help(command: str) -> None:
    assert call(command, "--help").exit_code == 0
