"""The command line, and a process that is really killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from synthetic_scans import SECOND, deeplesion, deeplesion_row, mask, nnunet, scan, write
from typer.testing import CliRunner, Result

from training.__main__ import app
from training.data.prepare.folder import at_work
from training.data.prepare.manifest import read_manifest
from training.data.prepare.options import Options
from training.data.prepare.prepare import prepare
from uls.workshop.errors import CallError, UserError

ROOT = Path(__file__).parents[4]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_help_imports_neither_simpleitk_nor_opencv() -> None:
    code = (
        "import sys; from training.data.prepare.command import prepare; "
        "from training.data.prepare.grabcut_command import grabcut; "
        "sys.exit(any(m in sys.modules for m in ('SimpleITK', 'cv2', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
    for command in ("prepare", "grabcut"):
        assert "READER=FOLDER" in run(command, "--help").output


def test_prepare_prints_the_table_and_what_was_left_out(tmp_path: Path) -> None:
    root = nnunet(tmp_path / "mine", ["a"])
    output = tmp_path / "out"
    result = run(*("prepare", f"nnunet={root}", "--output", output, "--type", "liver"), "--quiet")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0].split("  ")[0] == "data set"
    assert lines[1].split() == [
        *("mine", "liver", "train", "1", "2", "10.76", "±", "3.22", "7.85", "±", "0.90")
    ]
    assert lines[2] == "left out: 1 long axis under 5 pixels"
    assert lines[3] == f"2 lesions, 2 VOIs: {output / 'manifest.json'}"


def test_grabcut_makes_masks_of_measurements(tmp_path: Path) -> None:
    pytest.importorskip("cv2")
    root = deeplesion(
        tmp_path / "DeepLesion", [deeplesion_row(), deeplesion_row("000102_01_01_104.png")]
    )
    output = tmp_path / "out"
    result = run("grabcut", f"deeplesion={root}", "--output", output, "--workers", 1)
    assert result.exit_code == 0, result.output
    lesions = read_manifest(output).lesions
    assert [(lesion.name, lesion.part) for lesion in lesions] == [
        ("000001_01_01_104_lesion_01", "train"),
        ("000102_01_01_104_lesion_01", "held-out"),  # as in DeepLesion3D
    ]
    for lesion in lesions:
        assert lesion.measured is not None
        assert (lesion.measured.long_px, lesion.measured.short_px) == (11, 7)
        assert len(lesion.candidate_errors) == 6
        assert lesion.candidate_errors[lesion.source] == min(
            error for error in lesion.candidate_errors.values() if error is not None
        )
    folder = output / "nnunet/Dataset024_ULS_measured"
    assert [p.name for p in (folder / "labelsTs").iterdir()] == [f"{lesions[1].name}.nii.gz"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["prepare", "dicom=."], "'dicom=.': expected READER=FOLDER with a reader of nnunet"),
        (["prepare", "kits"], "found no ="),
        (["prepare", "kits=absent"], "expected a folder, found none at 'absent'"),
        (["prepare", "nnunet=.", "pairs=.", "--label", "2"], "--label: expected one source"),
        (["prepare", "nnunet=.", "--label", "0"], "--label: expected greater than 0, found 0."),
        (["prepare", "nnunet=.", "--name", "a/b"], "--name: expected letters"),
        (["prepare", "uls23=.", "--clicks", "3"], "--clicks with uls23: expected 1"),
    ],
)
def test_a_wrong_call_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    error = run(*arguments, "--output", "out").exception
    assert isinstance(error, CallError)
    assert message in str(error)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("option", "says"), [("--format", "'nnunet', 'stack', 'both'"), ("--take", "'held-out'")]
)
def test_what_is_no_choice_is_told(tmp_path: Path, option: str, says: str) -> None:
    result = run("prepare", "nnunet=.", "--output", tmp_path / "out", option, "some")
    assert result.exit_code == 2
    assert f"Invalid value for '{option}'" in result.output
    assert says in result.output


def test_without_opencv_the_missing_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    root = deeplesion(tmp_path / "DeepLesion", [deeplesion_row()])
    for command in ("prepare", "grabcut"):
        error = run(command, f"deeplesion={root}", "--output", tmp_path / command).exception
        assert isinstance(error, CallError)
        assert "Install the extra `training`" in str(error)


def test_grabcut_wants_measurements(tmp_path: Path) -> None:
    root = nnunet(tmp_path / "mine", ["a"])
    error = run("grabcut", f"nnunet={root}", "--output", tmp_path / "out").exception
    assert isinstance(error, UserError)
    assert "expected a data set of measurements" in str(error)


def test_two_runs_in_one_folder_do_not_meet(tmp_path: Path) -> None:
    root = nnunet(tmp_path / "mine", ["a"])
    chosen = Options(sources=(f"nnunet={root}",), output=tmp_path / "out")
    with at_work(tmp_path / "out"), pytest.raises(CallError, match="no other run is writing to"):
        prepare(chosen)


def wait_for(condition: object, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def is_anybody_left(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_killed_process_leaves_nothing_half_done_and_the_next_one_goes_on(tmp_path: Path) -> None:
    """SIGKILL, with two worker processes, as soon as the first case is finished."""
    root = tmp_path / "mine"
    for number in range(6):
        write(root / f"imagesTr/p{number}_0000.nii.gz", scan(seed=number))
        write(root / f"labelsTr/p{number}.nii.gz", mask(lesions=(SECOND,)))
    output = tmp_path / "out"
    call = ["-m", "training", "prepare", f"nnunet={root}", "--held-out", "none", "--workers", "2"]
    process = subprocess.Popen(
        [sys.executable, *call, "--output", str(output)],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    records = output / ".work/cases"
    wait_for(lambda: list(records.glob("p*.json")) or process.poll() is not None)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for(lambda: not is_anybody_left(process.pid))  # workers end with their parent
    assert not (output / "manifest.json").exists()
    finished = {path: path.stat().st_mtime_ns for path in records.glob("p*.json")}
    assert 1 <= len(finished) < 6
    chosen = Options(sources=(f"nnunet={root}",), output=output, held_out="none")
    manifest = prepare(chosen)
    assert {path: path.stat().st_mtime_ns for path in finished} == finished
    assert not list(output.rglob(".part-*"))
    hashes = {lesion.name: lesion.vois[0].image_sha256 for lesion in manifest.lesions}
    whole = prepare(Options(sources=chosen.sources, output=tmp_path / "whole", held_out="none"))
    assert hashes == {lesion.name: lesion.vois[0].image_sha256 for lesion in whole.lesions}
