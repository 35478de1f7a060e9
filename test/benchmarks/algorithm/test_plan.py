"""The order of the turns, the precisions, the cells, and what is left to do."""

import logging

import pytest

from benchmarks.algorithm.cells import Cell, reference_cell, wanted_cells
from benchmarks.algorithm.plan import precisions, steps, turns
from benchmarks.algorithm.progress import Progress, Step
from uls.workshop.errors import CallError

HERE = (Cell("openvino", "f32"), Cell("openvino", "bf16"), Cell("torch", "f32"))


def test_turns_go_there_and_back() -> None:
    assert turns(["a", "b"], 5) == [("a", 3), ("b", 3), ("b", 2), ("a", 2)]
    assert turns(["a", "b"], 1) == [("a", 1), ("b", 1)]


def test_the_peaks_that_are_needed() -> None:
    bf16 = [Cell("openvino", "bf16")]
    assert precisions(bf16, "cpu", nnunetv2=True) == ["f32", "bf16"]
    assert precisions([], "cuda", nnunetv2=True) == ["f32", "fp16"]
    assert precisions([], "cuda", nnunetv2=False) == ["f32"]


def test_cells_are_chosen_by_engine_or_by_precision() -> None:
    assert wanted_cells([], HERE) == HERE
    assert wanted_cells(["openvino"], HERE) == HERE[:2]
    assert wanted_cells(["torch-f32", "openvino-bf16", "torch"], HERE) == (HERE[2], HERE[1])


def test_a_precision_that_the_device_lacks_is_refused() -> None:
    with pytest.raises(CallError, match="openvino-f32, openvino-bf16, torch-f32, found torch-bf16"):
        wanted_cells(["torch-bf16"], HERE)


def test_the_reference_is_torch_where_it_is() -> None:
    assert reference_cell(HERE) == Cell("torch", "f32")
    assert reference_cell(HERE[:2]) == Cell("openvino", "f32")


def test_every_measurement_has_a_step() -> None:
    """Two peaks, two turns, the reference, the jobs, the whole job, and a peak again."""
    planned = steps(
        turns(["a"], 2), ["f32", "bf16"], voi_seconds=1.0, jobs=2, vois=3, whole_job=True
    )
    assert [(step.name, step.size) for step in planned] == [
        ("peak f32", 1),
        ("peak bf16", 1),
        ("a", 2),
        ("a", 2),
        ("reference", 1),
        ("jobs", 6),
        ("whole job", 3),
        ("peak f32", 1),
    ]


def test_what_was_measured_replaces_the_guess(caplog: pytest.LogCaptureFixture) -> None:
    """Two steps of 100 units, 10 s a unit guessed and 5 s to start; the first takes no time."""
    caplog.set_level(logging.INFO)
    progress = Progress([Step("a", 100, 10.0), Step("a", 100, 10.0)])
    with progress.step("a, first"):
        pass
    with progress.step("a, again"):
        pass
    assert caplog.messages == [
        "1 of 2: a, first (about 34 min left)",
        "2 of 2: a, again (about 0 s left)",
    ]
