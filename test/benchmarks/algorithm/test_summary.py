"""Medians, rates, ratios and sums, worked out by hand from made-up measurements."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from starter_model import STARTER

from algorithm.models.manifest import read_manifest
from algorithm.models.weights import Model
from benchmarks.algorithm.cells import Cell
from benchmarks.algorithm.findings import Findings
from benchmarks.algorithm.plot import png_of
from benchmarks.algorithm.subject import Subject
from benchmarks.algorithm.summary import summarised
from benchmarks.algorithm.tasks import Around, Start, Turn
from benchmarks.algorithm.text import text_of
from benchmarks.algorithm.work import Work

STAGES = {"read": 0.1, "normalise": 0.2, "post-process": 0.3, "write": 0.4}


def turn(*seconds: float, first: float, memory: float = 1.0) -> Turn:
    """Half of each VOI in the network, for 2 patches."""
    return Turn(
        device="CPU (2 threads, f32)",
        seconds=list(seconds),
        forward_seconds=[one / 2 for one in seconds],
        patches=[2 for _ in seconds],
        seconds_to_first_voi=first,
        peak_memory_gb=memory,
    )


@pytest.fixture
def found(tmp_path: Path) -> Findings:
    """1 TFLOP a patch; the peak is 2 TFLOP/s; 10 VOIs."""
    model = Model(STARTER, read_manifest(STARTER), sha256="", origin=STARTER)
    logits = {"torch-f32": [4.0, -4.0], "openvino-f32": [4.0, -4.0], "nnunetv2": [-4.0, 4.0]}
    for name, values in logits.items():
        np.save(tmp_path / f"{name}.npy", np.reshape(values, (1, 1, 1, 1, 2)).astype(np.float32))
    work = Work(flops=10**12, weights=0, activations=0)
    return Findings(
        subject=Subject(model, None, "", work),
        device="cpu",
        threads=2,
        runs=3,
        vois=10,
        cells=[Cell("openvino", "f32")],
        starts=[
            Start(engine="openvino-f32", seconds_to_first_voi=12.0),
            Start(engine="openvino-f32", seconds_to_first_voi=8.0),
        ],
        reference="torch-f32",
        peaks={"f32": 2.0, "bf16": 8.0},
        last_peak=1.0,
        turns={
            "openvino-f32": [turn(4, 2, first=7.0, memory=1), turn(3, first=9.0, memory=2)],
            "nnunetv2": [turn(30, 20, first=40), turn(24, first=40)],
        },
        left_out={"torch-bf16": "why not"},
        logits={name: tmp_path / f"{name}.npy" for name in logits},
        around=Around(stages=STAGES, job_seconds=[6.0, 5.0, 4.0]),
        whole_seconds=None,
    )


def test_medians_over_both_turns(found: Findings) -> None:
    """Of 4, 2 and 3 s: 3 s, half of it for 2 TFLOP: 4/3 TFLOP/s, two thirds of the peak."""
    ours = summarised(found).engines["openvino-f32"]
    assert ours.runs == [4, 2, 3]
    assert (ours.seconds_per_voi, ours.forward_seconds, ours.patches_per_voi) == (3, 1.5, 2)
    assert ours.tflops == pytest.approx(4 / 3)
    assert ours.share_of_peak == pytest.approx(2 / 3)
    assert (ours.peak_memory_gb, ours.seconds_to_first_voi) == (2, 8)


def test_the_ratio_is_theirs_over_ours(found: Findings) -> None:
    """24 s over 3 s."""
    assert summarised(found).ratio_to_nnunetv2 == 8


def test_the_peak_is_the_highest(found: Findings) -> None:
    bench = summarised(found)
    assert bench.peak_tflops == 8
    assert bench.engines["openvino-f32"].peak_tflops == 2
    assert any("not quiet" in note and "50%" in note for note in bench.notes)


def test_parity_is_with_the_reference(found: Findings) -> None:
    """nnunetv2's made-up logits are the reference's with the other sign: twice as far from it."""
    bench = summarised(found)
    ours, theirs = bench.engines["openvino-f32"].parity, bench.nnunetv2
    assert ours is not None
    assert (ours.dice, ours.relative_error, ours.holds) == (1, 0, True)
    assert theirs is not None
    assert theirs.parity is not None
    assert (theirs.parity.dice, theirs.parity.relative_error, theirs.parity.holds) == (0, 2, False)


def test_a_job_on_a_cpu_is_added_up(found: Findings) -> None:
    """Start-up 8 − 3 s, ten times 1.5 s in the network, and 5 s around it."""
    job = summarised(found).job
    assert (job.around_seconds, job.whole_seconds, job.whole_is_measured) == (5, 25, False)
    assert "start-up 5.0 s" in job.whole_said


def test_a_gpu_works_beside_the_rest(found: Findings, monkeypatch: pytest.MonkeyPatch) -> None:
    """5 s, then ten times 1.5 s in the network while all else is done."""
    monkeypatch.setattr("benchmarks.algorithm.summary.device_said", lambda *_: "a GPU")
    on_gpu = replace(found, device="cuda", peaks={"f32": 2.0, "fp16": 8.0})
    assert summarised(on_gpu).job.whole_seconds == 20


def test_a_measured_job_is_taken_as_it_is(found: Findings) -> None:
    job = summarised(replace(found, whole_seconds=30.0)).job
    assert (job.whole_seconds, job.whole_is_measured) == (30, True)


def test_stages_come_in_their_order(found: Findings) -> None:
    stages = summarised(found).stages
    assert list(stages) == ["read", "normalise", "forward", "post-process", "write"]
    assert stages["forward"] == 1.5


def taken(found: Findings, engine: str) -> Findings:
    return replace(found, starts=[Start(engine=engine, seconds_to_first_voi=1.0)] * 2)


def test_auto_is_what_a_start_took(found: Findings) -> None:
    """Whatever comes first in the list; its parity is shown, and no other one's ratio."""
    bench = summarised(found)
    assert (bench.auto_engine, bench.auto_seconds_to_first_voi) == ("openvino-f32", [12.0, 8.0])
    assert "auto took openvino-f32: 12 s to the first VOI with its checks, 8 s" in text_of(bench)
    bench = summarised(taken(found, "onnx-f32"))
    assert (bench.auto_engine, bench.ratio_to_nnunetv2) == ("onnx-f32", None)


def test_winograd_says_nothing_of_a_card(found: Findings) -> None:
    """2 s per VOI, half in the network, for 2 TFLOP: the peak. OpenVINO's 2/3 are projected."""
    winograd = Cell("winograd", "f32")
    agrees = found.logits["openvino-f32"]
    bench = summarised(
        replace(
            taken(found, winograd.name),
            cells=[winograd, *found.cells],
            turns={**found.turns, winograd.name: [turn(2, 2, 2, first=3)]},
            logits={**found.logits, winograd.name: agrees},
        )
    )

    assert bench.auto_engine == "winograd-f32"
    assert bench.engines["winograd-f32"].share_of_peak == 1
    assert [(one.why, one.share_of_peak) for one in bench.t4] == [
        ("what openvino-f32 reaches here", pytest.approx(2 / 3)),
        ("assumed", 0.5),
    ]
    assert any("an eighth of the multiplications" in note for note in bench.notes)
    assert not any("an eighth" in note for note in summarised(found).notes)


def test_what_was_not_measured_is_null(found: Findings) -> None:
    bench = summarised(replace(taken(found, "onnx-f32"), turns={}))
    assert (bench.engines, bench.nnunetv2, bench.ratio_to_nnunetv2, bench.t4) == (
        {},
        None,
        None,
        [],
    )
    assert bench.job.whole_seconds is None
    assert any("no ratio" in note for note in bench.notes)


def test_without_torch_nothing_is_counted(found: Findings) -> None:
    bench = summarised(replace(found, subject=replace(found.subject, work=None)))
    assert bench.work is None
    assert bench.engines["openvino-f32"].tflops is None
    assert "TFLOP/s, no projection" in text_of(bench)


def test_the_text_tells_the_figures(found: Findings) -> None:
    text = text_of(summarised(found))
    for said in (
        "openvino-f32, which auto takes: 8 times as fast as nnunetv2",
        "torch-bf16: left out (why not)",
        "FAILS (Dice 0.00000, error 2.0e+00)",
        "A job of 10 VOIs, all around the network: 5 s (4–6)",
        "Medians of 3 only: fewer than 5 runs.",
    ):
        assert said in text


def test_the_picture_has_a_row_for_each(found: Findings, tmp_path: Path) -> None:
    """1.8 inches and 0.5 for each of two rows, 12 inches wide, at 120 dots an inch."""
    (tmp_path / "bench.png").write_bytes(png_of(summarised(found)))
    assert imread(tmp_path / "bench.png").shape[:2] == (336, 1440)
