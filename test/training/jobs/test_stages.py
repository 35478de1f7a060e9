import json
import os
from pathlib import Path

import pytest

from training.jobs import digests, stages
from training.jobs.stages import Stage, Stages, partial_place
from uls.workshop.errors import CallError, InputError


class Work:
    """Writes one line per call to one file, and dies before the file named by `dies_at`."""

    def __init__(self, *, dies_at: str = "") -> None:
        self.dies_at = dies_at
        self.written: list[str] = []

    def __call__(self, place: Path) -> None:
        place.mkdir(exist_ok=True)
        for name in ("a", "b", "c"):
            if (place / name).exists():
                continue
            if name == self.dies_at:
                raise KeyboardInterrupt
            (place / name).write_text(name)
            self.written.append(name)


def stage(root: Path, work: Work, **changes: object) -> Stage:
    given = {"settings": {"epochs": 2}, "inputs": {"scans": root / "scans"}, **changes}
    return Stage("train", root / "model", work, **given)  # type: ignore[arg-type]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "1.txt").write_text("one")
    return tmp_path


def test_a_stage_writes_beside_renames_and_is_done_once(root: Path) -> None:
    first, second = Work(), Work()
    record = Stages(root).run(stage(root, first))
    assert first.written == ["a", "b", "c"]
    assert not partial_place(root / "model").exists()
    assert record.settings == {"epochs": 2}
    assert (record.output.files, record.output.bytes) == (3, 3)
    assert json.loads((root / "stages" / "train.json").read_text())["inputs"]["scans"]["files"] == 1
    assert Stages(root).run(stage(root, second)) == record
    assert second.written == []


def test_a_stopped_stage_goes_on_and_does_nothing_twice(root: Path) -> None:
    first, second = Work(dies_at="b"), Work()
    with pytest.raises(KeyboardInterrupt):
        Stages(root).run(stage(root, first))
    assert not (root / "model").exists()
    Stages(root).run(stage(root, second))
    assert (first.written, second.written) == (["a"], ["b", "c"])
    assert not (root / "stages" / "train.begun.json").exists()


def test_a_stage_stopped_between_rename_and_record_lacks_only_its_record(root: Path) -> None:
    Stages(root).run(stage(root, Work()))
    done = root / "stages" / "train.json"
    begun = {k: v for k, v in json.loads(done.read_text()).items() if k not in ("output",)}
    begun = {k: begun[k] for k in ("stage", "settings", "inputs", "begun")}
    done.with_name("train.begun.json").write_text(json.dumps(begun))
    done.unlink()
    again = Work()
    Stages(root).run(stage(root, again))
    assert again.written == []
    assert done.exists()


@pytest.mark.parametrize("dies_at", ["", "b"])
def test_a_changed_setting_is_told_plainly(root: Path, dies_at: str) -> None:
    try:
        Stages(root).run(stage(root, Work(dies_at=dies_at)))
    except KeyboardInterrupt:
        assert dies_at
    with pytest.raises(CallError, match=r"epochs was 2 and is 3.*Give --again"):
        Stages(root, redo_hint="Give --again.").run(stage(root, Work(), settings={"epochs": 3}))


def test_a_changed_input_is_told_but_a_touched_one_is_the_same(root: Path) -> None:
    Stages(root).run(stage(root, Work()))
    os.utime(root / "scans" / "1.txt", ns=(0, 0))
    assert Stages(root).run(stage(root, Work()))
    (root / "scans" / "1.txt").write_text("two")
    with pytest.raises(CallError, match="input scans has other content"):
        Stages(root).run(stage(root, Work()))


def test_a_missing_input_and_a_changed_output_are_told(root: Path) -> None:
    Stages(root).run(stage(root, Work()))
    (root / "model" / "b").write_text("other")
    with pytest.raises(InputError, match="what stage train left there"):
        Stages(root).run(stage(root, Work()))
    with pytest.raises(InputError, match="nothing there"):
        Stages(root).run(stage(root, Work(), inputs={"scans": root / "none"}))


def test_an_output_that_was_copied_elsewhere_and_back_is_the_same(root: Path) -> None:
    Stages(root).run(stage(root, Work()))
    for file in (root / "model").iterdir():
        os.utime(file, ns=(0, 0))
    again = Work()
    Stages(root).run(stage(root, again))
    assert again.written == []


def test_what_one_stage_has_hashed_the_next_does_not_read_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Stages(root).run(stage(root, Work()))
    read: list[Path] = []
    monkeypatch.setattr(stages, "digest", lambda path: read.append(path) or digests.digest(path))
    inputs = {"model": root / "model", "scans": root / "scans"}
    Stages(root).run(Stage("next", root / "other", Work(), inputs=inputs))
    assert read == [root / "other"]


def test_a_damaged_record_is_named(root: Path) -> None:
    Stages(root).run(stage(root, Work()))
    (root / "stages" / "train.json").write_text("{")
    with pytest.raises(InputError, match=r"train\.json: expected a stage's record"):
        Stages(root).run(stage(root, Work()))


def test_an_output_that_the_job_did_not_make_is_left_alone(root: Path) -> None:
    (root / "model").mkdir()
    with pytest.raises(CallError, match="nothing yet"):
        Stages(root).run(stage(root, Work()))


def test_forgetting_a_stage_has_it_done_anew(root: Path) -> None:
    Stages(root).run(stage(root, Work()))
    changed = stage(root, Work(), settings={"epochs": 3})
    Stages(root).forget(changed)
    assert Stages(root).run(changed).settings == {"epochs": 3}


def test_two_processes_do_not_work_on_one_job(root: Path) -> None:
    with (
        Stages(root).alone(),
        pytest.raises(CallError, match="no other process"),
        Stages(root).alone(),
    ):
        pass
