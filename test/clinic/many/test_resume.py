"""A run that is started again: what is done from the same bytes is kept, all else is done anew."""

import errno
import json
import os
from pathlib import Path

import pytest
from cohorts import N_CASES, Run, files_of, rows_of, write_scan, write_table
from starter_model import STARTER

from clinic.many import run as run_module
from clinic.many import work
from uls.workshop.errors import CallError, InputError, ModelError, OutputError
from uls.workshop.lock import alone_in

pytestmark = pytest.mark.usefixtures("in_this_process")


def _made(out: Path) -> dict[str, int]:
    """When each case's results were made: a folder that is replaced has another number."""
    return {path.name: path.stat().st_ino for path in (out / "results").iterdir()}


def _changed(before: dict[str, int], out: Path) -> set[str]:
    return {name for name, inode in _made(out).items() if before.get(name) != inode}


def test_what_is_done_is_kept(run: Run, tmp_path: Path) -> None:
    run()
    before, files = _made(tmp_path / "out"), files_of(tmp_path / "out")

    run()

    assert not _changed(before, tmp_path / "out")
    assert files_of(tmp_path / "out") == files


def test_other_bytes_other_clicks_and_damaged_results_are_done_anew(
    run: Run, cohort: Path, tmp_path: Path
) -> None:
    run()
    out = tmp_path / "out"
    before = _made(out)
    write_scan(cohort / "scans/c1.nii.gz", 9.0)
    table = (cohort / "table.csv").read_text()
    (cohort / "table.csv").write_text(table.replace("c2.nii.gz,12.0", "c2.nii.gz,13.0"))
    (out / "results/c3/lesion-1.png").write_bytes(b"half a pict")
    (out / "results/c4/finished.json").unlink()
    os.utime(cohort / "scans/c5.nii.gz", (0, 0))  # a time says nothing

    run()

    assert _changed(before, out) == {"c1", "c2", "c3", "c4"}


def test_a_moved_scan_is_the_same_scan(run: Run, cohort: Path, tmp_path: Path) -> None:
    run()
    before = _made(tmp_path / "out")
    (cohort / "scans").rename(cohort / "elsewhere")
    table = (cohort / "table.csv").read_text()
    (cohort / "table.csv").write_text(table.replace("scans/", "").replace(".nii.gz", ""))

    run(scans=cohort / "elsewhere")

    assert not _changed(before, tmp_path / "out")


def test_a_broken_and_a_missing_scan_stop_no_other(run: Run, cohort: Path, tmp_path: Path) -> None:
    whole = (cohort / "scans/c2.nii.gz").read_bytes()
    (cohort / "scans/c2.nii.gz").write_bytes(whole[: len(whole) // 2])
    (cohort / "scans/c4.nii.gz").unlink()

    with pytest.raises(InputError, match=r"^6 cases: .*found 2 that cannot.*failures.csv"):
        run()

    out = tmp_path / "out"
    failed = {row["case"]: row for row in rows_of(out / "failures.csv")}
    assert list(failed) == ["c2", "c4"]
    assert {row["kind"] for row in failed.values()} == {"input"}
    assert "no file" in failed["c4"]["problem"] or "nothing there" in failed["c4"]["problem"]
    lesions = [row["case"] for row in rows_of(out / "lesions.csv")]
    assert lesions == ["c0", "c1", "c3", "c5"]

    (cohort / "scans/c2.nii.gz").write_bytes(whole)
    before = _made(out)
    with pytest.raises(InputError, match="found 1 that cannot"):
        run()
    assert _changed(before, out) == {"c2"}


def test_the_first_cases_say_that_something_is_wrong_with_all(
    run: Run, cohort: Path, tmp_path: Path
) -> None:
    write_table(cohort / "table.csv", [f"none{n}" for n in range(3)] + ["c0", "c1"])

    with pytest.raises(InputError, match=r"the first 3 of 5 cases: .*others were not begun"):
        run()

    assert not list((tmp_path / "out/results").iterdir())


def test_too_little_room_is_said_after_the_first_case(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 2000

    monkeypatch.setattr(run_module.shutil, "disk_usage", lambda _: Usage)
    with pytest.raises(OutputError, match=r"expected room for 5 more cases.*The first case is"):
        run()
    before = _made(tmp_path / "out")
    assert list(before) == ["c0"]


def test_a_full_disk_ends_the_run_and_loses_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = work.write_results

    def full_after_two(*given: object) -> None:
        if len(list((tmp_path / "out/results").glob("c*"))) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(*given)

    monkeypatch.setattr(work, "write_results", full_after_two)
    with pytest.raises(OutputError, match="No space left on device"):
        run()
    before = _made(tmp_path / "out")
    assert sorted(before) == ["c0", "c1"]
    assert not (tmp_path / "out/cases.csv").exists()

    monkeypatch.setattr(work, "write_results", write)
    run()

    assert _changed(before, tmp_path / "out") == {f"c{n}" for n in range(2, N_CASES)}
    assert len(rows_of(tmp_path / "out/lesions.csv")) == N_CASES


def test_a_missing_model_is_said_before_anything(run: Run, tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        run(model=tmp_path / "no-such-model")
    assert not list((tmp_path / "out/results").iterdir())

    run(model=STARTER)
    assert len(_made(tmp_path / "out")) == N_CASES


def test_a_folder_of_another_run_is_left_as_it_is(run: Run, tmp_path: Path) -> None:
    run()
    out = tmp_path / "out"
    record = json.loads((out / "run.json").read_text())
    record["model"]["sha256"] = "1" * 64
    (out / "run.json").write_text(json.dumps(record))
    files = files_of(out)

    with pytest.raises(OutputError, match="found one of another release, model or engine"):
        run()

    assert files_of(out) == files


def test_a_strangers_folder_is_left_as_it_is(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/thesis.tex").write_text("mine")

    with pytest.raises(OutputError, match="found files that are not ours"):
        run()

    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.tex"]


def test_two_runs_in_one_folder_are_refused(run: Run, tmp_path: Path) -> None:
    with (
        alone_in(tmp_path / "out"),
        pytest.raises(CallError, match="expected no other process at work here"),
    ):
        run()
