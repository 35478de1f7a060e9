"""Whole rounds with a fake network: what it segments depends on the model's `quality` alone."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from synthetic_cycle import CUBE, LESIONS, block, fields, write_scan, write_seg_nrrd

from training.cycle import project, steps
from training.cycle.add import Annotation, add
from training.cycle.beginning import create
from training.cycle.options import Options
from training.cycle.project import Work, open_work
from training.cycle.remove import remove
from training.cycle.rounds import abandon, decision_of, run_round
from training.cycle.settings import FineTuneSettings, RoundSettings, Rule
from training.cycle.status import decision_text, status_text
from training.jobs.stages import Stages
from training.nnunet.run.settings import PreparingMachine
from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.images.mask_stack import MaskStackWriter
from uls.platform.slugs import MASK_FOLDER
from uls.platform.sockets import find_job
from uls.workshop.errors import CallError, InputError


@dataclass
class Tuner:
    """Copies the model and gives it a quality; `stop` breaks off in the middle."""

    quality: int = 8
    stop: bool = False
    seen: list[tuple[str, bool]] = field(default_factory=list)
    models: list[str] = field(default_factory=list)

    def __call__(
        self,
        model_folder: Path,
        data_folder: Path,
        output: Path,
        *,
        settings: FineTuneSettings,
        machine: PreparingMachine,
    ) -> Path:
        half = output / "half"
        self.seen.append((data_folder.name, half.exists()))
        self.models.append(model_folder.name)
        half.write_text("checkpoint")
        if self.stop:
            self.stop = False
            raise KeyboardInterrupt
        made = output / "model" / "trained"
        shutil.copytree(model_folder, made)
        (made / "quality").write_text(str(self.quality))
        return made


@dataclass
class Segmenter:
    """Finds the first `quality` slices of each cube of 10."""

    models: list[str] = field(default_factory=list)

    @property
    def settings(self) -> Mapping[str, Any]:
        return {}

    def __call__(self, model_folder: Path, input_folder: Path, output: Path) -> None:
        self.models.append(model_folder.name)
        mask = np.zeros(VOI_SHAPE_ZYX, dtype=np.uint8)
        mask[CUBE] = 1
        mask[CUBE[0].start + int((model_folder / "quality").read_text()) :] = 0
        (stack,) = find_job(input_folder)
        with MaskStackWriter(stack.header, output / MASK_FOLDER) as writer:
            for _ in range(LESIONS):
                writer.write(mask)
            writer.commit()


@pytest.fixture
def filled(tmp_path: Path, work: Work, scan: Path) -> Work:
    add_lesion(work, tmp_path, scan, size=10)
    return work


def add_lesion(work: Work, tmp_path: Path, scan: Path, *, size: int, patient: str = "p1") -> None:
    mask = block(1, 2, 3, size_zyx=(2, size, size))
    path = write_seg_nrrd(tmp_path / f"{size}.seg.nrrd", [mask], fields({"name": "lesion"}))
    add(work, [Annotation(path, scan, case=f"ct-{patient}", patient=patient, by="x")])


def options(**changes: Any) -> Options:
    given = Options(settings=two_epochs(), fine_tune=Tuner(), segment=Segmenter())
    return replace(given, **changes)


def two_epochs(**changes: Any) -> RoundSettings:
    return RoundSettings(settings=FineTuneSettings(epochs=2), **changes)


def test_better_weights_are_promoted(filled: Work) -> None:
    found = run_round(filled, options())
    # Slabs of 5 and of 8 slices of 10: Dice 2 · 5 / 15 and 2 · 8 / 18
    assert found.old == pytest.approx(10 / 15)
    assert found.new == pytest.approx(16 / 18)
    assert found.promoted
    assert filled.current_model == "0001"
    assert (filled.root / "models" / "current" / "quality").read_text() == "8"
    assert (filled.model("0000") / "quality").read_text() == "5"  # the old ones stay
    assert decision_of(filled, 1) == found
    text = decision_text(found)
    assert "Promoted" in text
    assert "liver" in text
    assert "promoted" in status_text(filled)


def test_worse_weights_are_kept_but_not_promoted(filled: Work) -> None:
    found = run_round(filled, options(fine_tune=Tuner(quality=4)))
    assert not found.promoted
    assert filled.current_model == "0000"
    assert (filled.model("0001") / "quality").read_text() == "4"
    assert "not promoted" in status_text(filled)


def test_the_next_round_begins_with_the_promoted_model(
    filled: Work, tmp_path: Path, scan: Path
) -> None:
    segmenter = Segmenter()
    run_round(filled, options(segment=segmenter))
    with pytest.raises(CallError, match="masks newer than version 1"):
        run_round(filled, options())
    add_lesion(filled, tmp_path, scan, size=12)
    found = run_round(filled, options(fine_tune=Tuner(quality=9), segment=segmenter))
    assert (found.old_model, found.new_model, found.set_version) == ("0001", "0002", 2)
    assert filled.current_model == "0002"
    assert segmenter.models == ["0000", "0001", "0002"]  # 0001 was not scored again


class StoppedError(Exception):
    """Stands for a kill."""


def stop_after(stage: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process die right after a stage is done."""
    run, done = Stages.run, []

    def counted(self: Stages, one: Any) -> Any:
        record = run(self, one)
        done.append(one.name)
        if len(done) == stage:
            raise StoppedError
        return record

    monkeypatch.setattr(Stages, "run", counted)


@pytest.mark.parametrize("stage", [1, 2, 3, 4, 5, 6])
def test_stopped_between_any_two_steps_it_goes_on(
    filled: Work, monkeypatch: pytest.MonkeyPatch, stage: int
) -> None:
    tuner, segmenter = Tuner(), Segmenter()
    asked = options(fine_tune=tuner, segment=segmenter)
    with monkeypatch.context() as patch:
        stop_after(stage, patch)
        with pytest.raises(StoppedError):
            run_round(filled, asked)
    assert filled.current_model == "0000"
    assert "stopped" in status_text(filled) or stage == 6
    assert run_round(open_work(filled.root), asked).promoted
    assert filled.current_model == "0001"
    assert len(tuner.seen) == 1
    assert segmenter.models == ["0000", "0001"]


def test_stopped_while_training_it_goes_on_in_the_same_place(filled: Work) -> None:
    tuner = Tuner(stop=True)
    with pytest.raises(KeyboardInterrupt):
        run_round(filled, options(fine_tune=tuner))
    assert not (filled.round(1) / "training").exists()
    run_round(filled, options(fine_tune=tuner))
    assert tuner.seen == [("Dataset001_Cycle", False), ("Dataset001_Cycle", True)]


@pytest.mark.parametrize("step", ["write_data", "copy_folder", "decide", "promote"])
def test_stopped_inside_a_step_nothing_half_done_has_its_name(
    filled: Work, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def stop(*_: Any, **__: Any) -> Any:
        raise StoppedError

    with monkeypatch.context() as patch:
        patch.setattr(project.Work if step == "promote" else steps, step, stop)
        with pytest.raises(StoppedError):
            run_round(filled, options())
    assert filled.current_model == "0000"
    outputs = {"write_data": "data", "decide": "decision.json"}
    if step in outputs:
        assert not (filled.round(1) / outputs[step]).exists()
    assert run_round(filled, options()).promoted
    assert filled.current_model == "0001"


def test_masks_added_meanwhile_wait_for_the_next_round(
    filled: Work, tmp_path: Path, scan: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_round(filled, options(fine_tune=Tuner(stop=True)))
    add_lesion(filled, tmp_path, scan, size=12)
    assert run_round(filled, options()).set_version == 1
    assert run_round(filled, options(fine_tune=Tuner(quality=9))).set_version == 2


def test_other_settings_do_not_go_on_silently(filled: Work) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_round(filled, options(fine_tune=Tuner(stop=True)))
    changed = options(settings=RoundSettings(settings=FineTuneSettings(epochs=9)))
    with pytest.raises(CallError, match=r"epochs 9 \(was 2\)"):
        run_round(filled, changed)
    assert abandon(filled) == 1
    assert "abandoned" in status_text(filled)
    found = run_round(filled, changed)
    assert (found.round, found.new_model) == (2, "0002")
    with pytest.raises(CallError, match="a round that was stopped"):
        abandon(filled)


def leaked(work: Work, patient: str) -> None:
    """Give the case that the set has another patient, as a set made by an older version may."""
    version = work.set_version()
    assert version is not None
    entries = tuple(entry.model_copy(update={"patient": patient}) for entry in version.entries)
    work.write_set(version.model_copy(update={"entries": entries}))


def test_patients_of_the_test_set_are_not_added(work: Work, tmp_path: Path, scan: Path) -> None:
    with pytest.raises(InputError, match=r"patient t2, who is.*cycle remove"):
        add_lesion(work, tmp_path, scan, size=10, patient="t2")
    assert work.set_version() is None


def test_patients_of_the_test_set_are_not_trained_on_but_removed(
    filled: Work, tmp_path: Path
) -> None:
    leaked(filled, "T 2")
    tuner = Tuner()
    with pytest.raises(InputError, match="patient T 2, who is"):
        run_round(filled, options(fine_tune=tuner))
    assert not tuner.seen
    assert filled.rounds() == []  # nothing is begun that only `abandon` could end

    made = remove(filled, ["ct-p1"])
    assert (made.version, made.removed, made.entries) == (2, ("ct-p1",), ())
    with pytest.raises(InputError, match="expected cases, found none"):
        run_round(filled, options())
    other = write_scan(tmp_path / "other" / "ct9.nii.gz", value=9)
    add_lesion(filled, tmp_path, other, size=10, patient="p9")
    assert run_round(filled, options()).promoted


def test_what_is_not_in_the_set_is_not_removed(filled: Work) -> None:
    with pytest.raises(CallError, match=r"one of the cases ct-p1, found ct2"):
        remove(filled, ["ct-p1", "ct2"])
    assert len(list((filled.root / "set").iterdir())) == 1


def test_a_round_may_begin_with_the_original_weights(
    filled: Work, tmp_path: Path, scan: Path
) -> None:
    run_round(filled, options())
    add_lesion(filled, tmp_path, scan, size=12)
    tuner = Tuner(quality=9)
    found = run_round(filled, options(fine_tune=tuner, settings=two_epochs(begin_with="original")))
    assert tuner.models == ["0000"]
    assert (found.old_model, found.new_model) == ("0001", "0002")  # but beside the promoted one
    add_lesion(filled, tmp_path, scan, size=11)
    tuner = Tuner(quality=10)
    run_round(filled, options(fine_tune=tuner))
    assert tuner.models == ["0002"]


def test_a_stopped_round_keeps_what_it_begins_with(filled: Work) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_round(filled, options(fine_tune=Tuner(stop=True)))
    with pytest.raises(CallError, match=r"begin_with original \(was current\)"):
        run_round(filled, options(settings=two_epochs(begin_with="original")))


def test_only_what_was_signed_off(filled: Work, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="signed off, found none"):
        run_round(filled, options(settings=two_epochs(signed_off_only=True)))
    other = write_scan(tmp_path / "ct9.nii.gz", value=9)
    mask = write_seg_nrrd(
        tmp_path / "9.seg.nrrd", [block(1, 1, 1, size_zyx=(2, 9, 9))], fields({"name": "a"})
    )
    given = Annotation(mask, other, case="ct9", patient="p9", by="x", signed_off_by="Dr Y")
    add(filled, [given])
    run_round(filled, options(settings=two_epochs(signed_off_only=True)))
    labels = filled.round(1) / "data" / "Dataset001_Cycle" / "labelsTr"
    assert [path.name for path in labels.iterdir()] == ["ct9_lesion_01.nii.gz"]


def test_a_changed_test_set_is_refused(tmp_path: Path, first_model: Path, test_set: Path) -> None:
    copy = tmp_path / "copied-test-set"
    shutil.copytree(test_set, copy)
    work = create(tmp_path / "own", model=first_model, test_set=copy, rule=Rule())
    (copy / "ground-truth" / "single_sample.json").write_text(json.dumps([0]))
    with pytest.raises(InputError, match="the fixed test set"):
        run_round(work, options())


def test_an_empty_set(work: Work) -> None:
    with pytest.raises(CallError, match="masks in the set, found none"):
        run_round(work, options())


def test_a_cycle_is_made_once(work: Work, first_model: Path, test_set: Path) -> None:
    with pytest.raises(CallError, match="no cycle yet"):
        create(work.root, model=first_model, test_set=test_set, rule=Rule())


def test_a_cycle_half_made_is_finished(work: Work, first_model: Path, test_set: Path) -> None:
    (work.root / "project.json").unlink()
    create(work.root, model=first_model, test_set=test_set, rule=Rule())
    assert open_work(work.root).current_model == "0000"
    (work.root / "project.json").unlink()
    (first_model / "quality").write_text("7")
    with pytest.raises(CallError, match="another model"):
        create(work.root, model=first_model, test_set=test_set, rule=Rule())
