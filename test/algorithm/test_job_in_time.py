"""Jobs with a budget: slow fake models that move the only clock, and one real slow model."""

import json
import logging
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import SimpleITK as sitk
from synthetic_stacks import voi_with_cube, write_job

from algorithm import __main__ as command
from algorithm.engines.interruption import go_on_or_stop
from algorithm.inference.boxes import Box
from algorithm.inference.mirroring import Mirroring, mirroring_of
from algorithm.job.job import run_job
from algorithm.job.means import Means
from algorithm.job.options import JobOptions
from algorithm.job.outcome import StackOutcome
from algorithm.job.rehearsal import Expected
from uls.geometry.voi import Spacing
from uls.platform.slugs import MASK_FOLDER
from uls.workshop.errors import CallError, ModelError, OutputError

CUBE, SMALLER_CUBE = 5**3, 3**3


class Clock:
    """Moved by the models, in the main thread; for the threads that read and write it stands."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now if threading.current_thread() is threading.main_thread() else 0.0


class Slow:
    """A fake model: finds what is above some HU, and takes as long for every pass."""

    takes_boxes = False

    def __init__(self, clock: Clock, seconds: float, *, above_hu: int = 0) -> None:
        self.clock, self.seconds, self.above_hu = clock, seconds, above_hu
        self.passes_done: list[int] = []
        self.boxes: list[Box | None] = []
        self.disagreement = 0.0

    def predict(
        self,
        voi_hu: npt.NDArray[Any],
        *,
        spacing_mm: Spacing,
        mirror: int | Mirroring = 0,
        box: Box | None = None,
    ) -> npt.NDArray[np.float32]:
        mirroring = mirroring_of(mirror)
        done, disagreement = 1, None
        self.wait(1)
        while mirroring.go_on(done, disagreement) and done < mirroring.most:
            coming = min(2 * done, mirroring.most)
            self.wait(coming - done)
            done, disagreement = coming, self.disagreement
        self.passes_done.append(done)
        self.boxes.append(box)
        return voi_hu.astype(np.float32) - self.above_hu

    def wait(self, passes: int) -> None:
        self.clock.now += passes * self.seconds

    def warm_up(self) -> None:
        self.wait(1)

    def patches_per_pass(self) -> int | None:
        return 1

    def passes(self, mirror: int) -> int:
        return max(1, mirror)


def write_stacks(tmp_path: Path, n_vois: int, n_stacks: int = 1) -> None:
    """VOIs with a cube of 5³ voxels of 100 HU around the click, its inner 3³ of 200 HU."""
    voi = np.maximum(voi_with_cube(half=2), voi_with_cube(half=1, value=200))
    names = "abc"[:n_stacks]
    write_job(tmp_path / "in", {f"{name}.mha": np.concatenate([voi] * n_vois) for name in names})


def do_job(
    tmp_path: Path, model: Slow, expected: Expected, *, budget_seconds: float, **options: Any
) -> list[StackOutcome]:
    mirror = options.pop("mirror", None)
    job = JobOptions(
        input_folder=tmp_path / "in",
        output_folder=tmp_path / "out",
        mirror=mirror,
        budget_seconds=budget_seconds,
    )
    return list(run_job(model, job, expected=expected, clock=model.clock, **options))


def voxels_of(tmp_path: Path, name: str = "a") -> list[int]:
    image = sitk.ReadImage(str(tmp_path / "out" / MASK_FOLDER / f"{name}.mha"))
    masks = sitk.GetArrayFromImage(image).reshape(-1, 128, 256, 256)
    return [int(mask.sum()) for mask in masks]


def means_of(stacks: list[StackOutcome]) -> list[Means]:
    return [voi.means for stack in stacks for voi in stack.vois]


def test_with_time_enough_the_model_does_all_with_all_passes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_stacks(tmp_path, 3)
    model = Slow(Clock(), 10.0)

    stacks = do_job(tmp_path, model, Expected(per_pass=10.0), budget_seconds=1000.0)

    assert means_of(stacks) == [Means.MODEL] * 3
    assert model.passes_done == [8, 8, 8]
    assert voxels_of(tmp_path) == [CUBE] * 3
    assert caplog.text == ""


def test_fewer_passes_than_asked_for_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """3 VOIs at 10 s per pass in 82 s. At 10 s: 63.8 to use, 20 for the others, 14.6 each: two.

    At 30 s, after the second one's first pass: 45.8, 10, 17.9 each: 2. At 50 s, after the third's:
    27.8: 2.
    """
    write_stacks(tmp_path, 3)
    model = Slow(Clock(), 10.0)

    stacks = do_job(tmp_path, model, Expected(per_pass=10.0), budget_seconds=82.0, mirror=4)

    assert model.passes_done == [2, 2, 2]
    assert [voi.passes_left_out for voi in stacks[0].vois] == [2, 2, 2]
    assert "a: VOI 2 of 3: 2 mirrored passes fewer than asked for, for lack of time" in caplog.text
    assert "Of 3 VOIs, for lack of time: 3 predicted with fewer passes than asked" in caplog.text
    assert model.clock.now == 60


def test_the_starter_model_does_the_rest_across_stacks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """4 VOIs in 30 s, by the model in 10 s, by the fallback in 1 s. To use: 26 s, then 17, where
    10 + 2 are needed, then 8.
    """
    write_stacks(tmp_path, 2, n_stacks=2)
    model = Slow(Clock(), 10.0)
    fallback = Slow(model.clock, 1.0, above_hu=150)
    expected = Expected(per_pass=10.0, per_fallback=1.0)

    stacks = do_job(tmp_path, model, expected, budget_seconds=30.0, fallback=fallback)

    assert means_of(stacks) == [Means.MODEL] * 2 + [Means.FALLBACK] * 2
    assert voxels_of(tmp_path, "a") == [CUBE] * 2
    assert voxels_of(tmp_path, "b") == [SMALLER_CUBE] * 2
    assert fallback.passes_done == [1, 1]
    assert "b: VOI 1 of 2: predicted by the starter model, for lack of time" in caplog.text
    assert "Of 4 VOIs, for lack of time: 2 predicted by the starter model" in caplog.text
    assert model.clock.now == 22


def test_without_a_fallback_the_rest_of_all_stacks_is_left_empty(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """To use, of 25 s: 21.5, then 12.5, then 3.5."""
    write_stacks(tmp_path, 3, n_stacks=2)
    model = Slow(Clock(), 10.0)

    stacks = do_job(tmp_path, model, Expected(per_pass=10.0), budget_seconds=25.0)

    assert means_of(stacks) == [Means.MODEL] * 2 + [Means.NOTHING] * 4
    assert voxels_of(tmp_path, "a") == [CUBE, CUBE, 0]
    assert voxels_of(tmp_path, "b") == [0, 0, 0]
    assert "a: VOI 3 of 3: left empty, not predicted, for lack of time" in caplog.text
    assert "Of 6 VOIs, for lack of time: 4 left empty" in caplog.text


def test_a_budget_spent_before_the_job_gives_empty_masks_and_asks_no_model(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_stacks(tmp_path, 2)
    model = Slow(Clock(), 10.0)
    job = JobOptions(
        input_folder=tmp_path / "in", output_folder=tmp_path / "out", budget_seconds=10.0
    )

    run_job(model, job, spent_seconds=11.0, clock=model.clock)

    assert voxels_of(tmp_path) == [0, 0]
    assert model.clock.now == 0
    assert "Of 2 VOIs, for lack of time: 2 left empty" in caplog.text


def test_models_that_were_not_rehearsed_are_so_out_of_the_budget(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Of 30 s the model's rehearsal takes 10: of 20 s, 17 to use, then 8."""
    write_stacks(tmp_path, 2)
    model = Slow(Clock(), 10.0)
    job = JobOptions(
        input_folder=tmp_path / "in", output_folder=tmp_path / "out", budget_seconds=30.0
    )

    with caplog.at_level(logging.INFO):
        stacks = list(run_job(model, job, clock=model.clock))

    assert means_of(stacks) == [Means.MODEL, Means.NOTHING]
    assert "a pass over a VOI takes about 10 s" in caplog.text


def test_no_box_reaches_the_fallback_of_a_model_that_takes_none(tmp_path: Path) -> None:
    write_stacks(tmp_path, 1)
    model = Slow(Clock(), 10.0)
    fallback = Slow(model.clock, 1.0)
    fallback.takes_boxes = True
    expected = Expected(per_pass=10.0, per_fallback=1.0)

    do_job(tmp_path, model, expected, budget_seconds=5.0, fallback=fallback)
    assert fallback.boxes == [None]

    job = JobOptions(
        input_folder=tmp_path / "in",
        output_folder=tmp_path / "out",
        budget_seconds=5.0,
        box=Box((60, 120, 120), (70, 140, 140)),
    )
    with pytest.raises(CallError, match="a model that takes boxes"):
        run_job(model, job, fallback=fallback, clock=model.clock)


def test_a_server_counts_the_budget_from_the_start_of_each_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "seconds_since_process_start", lambda: 1e6)
    write_stacks(tmp_path, 1)
    options = JobOptions(
        input_folder=tmp_path / "in", output_folder=tmp_path / "out", budget_seconds=600.0
    )
    for _ in range(2):
        command._run_once(Slow(Clock(), 0.0), options, None, Expected())
        assert voxels_of(tmp_path) == [CUBE]


class Stoppable(Slow):
    """A model that looks every second whether to go on; the machine is slower than rehearsed."""

    def wait(self, passes: int) -> None:
        for _ in range(int(passes * self.seconds)):
            go_on_or_stop()
            self.clock.now += 1.0


def test_a_pass_that_takes_the_time_of_the_other_vois_is_stopped(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A pass was to take 10 s and takes 60, of 40; 3 turns of the fallback take 2 s each.

    At 33 s, 40 − 33 − 1 = 6 are left, at 34 s less than the three turns take. A pass of 34 s, 3.4
    times as rehearsed, is not begun again, and the fallback may take as much longer, too.
    """
    write_stacks(tmp_path, 3)
    model = Stoppable(Clock(), 60.0)
    fallback = Slow(model.clock, 1.5, above_hu=150)
    expected = Expected(per_pass=10.0, per_fallback=2.0)

    stacks = do_job(tmp_path, model, expected, budget_seconds=40.0, fallback=fallback, mirror=1)

    assert means_of(stacks) == [Means.FALLBACK] * 3
    assert voxels_of(tmp_path) == [SMALLER_CUBE] * 3
    assert model.clock.now == 34 + 3 * 1.5
    assert "a: VOI 1: the model was stopped, for lack of time" in caplog.text
    assert "a: VOI 1 of 3: predicted by the starter model, for lack of time" in caplog.text
    assert "as the model failed" not in caplog.text


@pytest.mark.parametrize("with_fallback", [False, True])
def test_where_nothing_ends_in_time_masks_are_empty_for_lack_of_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, *, with_fallback: bool
) -> None:
    write_stacks(tmp_path, 2)
    model = Stoppable(Clock(), 60.0)
    fallback = Stoppable(model.clock, 60.0) if with_fallback else None
    expected = Expected(per_pass=10.0, per_fallback=2.0 if with_fallback else None)

    stacks = do_job(tmp_path, model, expected, budget_seconds=40.0, fallback=fallback, mirror=1)

    assert means_of(stacks) == [Means.NOTHING] * 2
    assert model.clock.now <= 40
    assert "Of 2 VOIs, for lack of time: 2 left empty" in caplog.text
    assert "as the model failed" not in caplog.text


def test_the_summary_file_says_what_became_of_each(tmp_path: Path) -> None:
    write_stacks(tmp_path, 2)
    model = Slow(Clock(), 10.0)
    fallback = Slow(model.clock, 1.0, above_hu=150)
    job = JobOptions(
        input_folder=tmp_path / "in",
        output_folder=tmp_path / "out",
        budget_seconds=17.0,
        summary_file=tmp_path / "s.json",
    )

    run_job(model, job, fallback=fallback, expected=Expected(10.0, 1.0), clock=model.clock)

    written = json.loads((tmp_path / "s.json").read_text())
    assert (written["model"], written["starter"], written["left_empty"]) == (1, 1, 0)
    assert [voi["voxels"] for voi in written["stacks"][0]["vois"]] == [CUBE, SMALLER_CUBE]


def test_a_summary_that_cannot_be_written_shows_before_the_job(tmp_path: Path) -> None:
    write_stacks(tmp_path, 1)
    model = Slow(Clock(), 10.0)
    job = JobOptions(
        input_folder=tmp_path / "in",
        output_folder=tmp_path / "out",
        summary_file=tmp_path / "none" / "s.json",
    )

    with pytest.raises(OutputError, match="a folder to write it in"):
        run_job(model, job)

    assert model.passes_done == []


class Failing(Slow):
    """A model that fails on some VOIs, counted from 0."""

    def __init__(self, clock: Clock, on: set[int], *, above_hu: int = 0) -> None:
        super().__init__(clock, 1.0, above_hu=above_hu)
        self.on, self.asked = on, -1

    def wait(self, passes: int) -> None:
        super().wait(passes)
        self.asked += 1
        if self.asked in self.on:
            raise ModelError("finite logits wanted")


def test_a_voi_that_the_model_fails_on_goes_to_the_fallback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_stacks(tmp_path, 3)
    model = Failing(Clock(), {1})
    fallback = Slow(model.clock, 1.0, above_hu=150)

    stacks = do_job(
        tmp_path, model, Expected(1.0, 1.0), budget_seconds=600.0, mirror=1, fallback=fallback
    )

    assert means_of(stacks) == [Means.MODEL, Means.FALLBACK, Means.MODEL]
    assert voxels_of(tmp_path) == [CUBE, SMALLER_CUBE, CUBE]
    assert "a: VOI 2: finite logits wanted" in caplog.text
    assert "a: VOI 2 of 3: predicted by the starter model, as the model failed" in caplog.text
    assert "Of 3 VOIs, as the model failed on them: 1 predicted by the starter" in caplog.text
    assert "for lack of time" not in caplog.text


@pytest.mark.parametrize("with_fallback", [False, True])
def test_it_is_left_empty_where_nothing_else_predicts_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, *, with_fallback: bool
) -> None:
    write_stacks(tmp_path, 3)
    model = Failing(Clock(), {0})
    fallback = Failing(model.clock, {0}) if with_fallback else None

    stacks = do_job(
        tmp_path, model, Expected(1.0, 1.0), budget_seconds=600.0, mirror=1, fallback=fallback
    )

    assert means_of(stacks) == [Means.NOTHING, Means.MODEL, Means.MODEL]
    assert voxels_of(tmp_path) == [0, CUBE, CUBE]
    assert "a: VOI 1 of 3: left empty, not predicted, as the model failed on it" in caplog.text
    assert caplog.text.count("finite logits wanted") == 1 + with_fallback


def test_a_model_that_fails_on_every_voi_gives_no_masks(tmp_path: Path) -> None:
    write_stacks(tmp_path, 2)
    model = Failing(Clock(), {0, 1})

    with pytest.raises(ModelError, match="failed on each of the 2 it was tried on"):
        do_job(tmp_path, model, Expected(1.0), budget_seconds=600.0, mirror=1)

    assert list((tmp_path / "out").rglob("*.mha")) == []


def test_without_a_budget_one_failure_ends_the_job(tmp_path: Path) -> None:
    write_stacks(tmp_path, 2)
    model = Failing(Clock(), {1})

    with pytest.raises(ModelError, match="finite logits wanted"):
        run_job(
            model,
            JobOptions(input_folder=tmp_path / "in", output_folder=tmp_path / "out", mirror=1),
        )

    assert list((tmp_path / "out").rglob("*.mha")) == []


class Sleeper(Slow):
    """A model that really is slow."""

    def wait(self, passes: int) -> None:
        time.sleep(passes * self.seconds)


def test_a_real_job_ends_in_time_with_a_valid_file(tmp_path: Path) -> None:
    """10 VOIs at 0.3 s each do not fit into 0.9 · 3 − 1 = 1.7 s; whatever fits is predicted."""
    write_stacks(tmp_path, 10)
    budget_seconds = 3.0
    job = JobOptions(
        input_folder=tmp_path / "in", output_folder=tmp_path / "out", budget_seconds=budget_seconds
    )
    start = time.monotonic()

    (stack,) = run_job(Sleeper(Clock(), 0.3), job)

    assert time.monotonic() - start < budget_seconds
    assert len(voxels_of(tmp_path)) == 10
    assert Means.NOTHING in means_of([stack])
