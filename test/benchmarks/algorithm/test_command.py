"""The command: one real run on a small network beside nnunetv2, and calls that are wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from starter_model import STARTER
from typer.testing import CliRunner

from algorithm.__main__ import app
from algorithm.engines.selection import shortlist
from algorithm.models.manifest import read_manifest
from algorithm.models.weights import Model
from benchmarks.algorithm.bencher import Bencher
from benchmarks.algorithm.cells import Cell
from benchmarks.algorithm.options import BenchOptions
from benchmarks.algorithm.processes import run_worker
from benchmarks.algorithm.subject import Subject
from benchmarks.algorithm.tasks import PeakTask, Start, Turn
from uls.workshop.errors import CallError, ModelError, OutputError, UserError

QUICK = ("--runs", "1", "--vois", "2", "--peak-size", "256", "--quiet")


def call(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["bench", *arguments])


@pytest.mark.parametrize("auto_takes", ["", "openvino-f32", "openvino-bf16"])
def test_a_small_network_beside_nnunetv2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, auto_takes: str
) -> None:
    """Whatever `auto` takes on this CPU or another: it is measured, and so is the ratio.

    OpenVINO takes bfloat16 for float32 where the CPU does not compute in it.
    """
    if auto_takes:
        monkeypatch.setattr(shortlist, "_cpu_computes_in_bf16", lambda: True)
        start = Start(engine=auto_takes, seconds_to_first_voi=1.0)
        monkeypatch.setattr("benchmarks.algorithm.benchmark._starts", lambda *_: [start] * 2)
    file = tmp_path / "bench.json"
    result = call(
        "--architecture", "small", "--engine", "openvino-f32", "--json", str(file), *QUICK
    )
    assert result.exit_code == 0, result.output
    written = json.loads(file.read_text())
    assert {"device", "peak_tflops", "engines", "nnunetv2", "ratio_to_nnunetv2"} <= set(written)
    ours, theirs = written["engines"]["openvino-f32"], written["nnunetv2"]
    for one in (ours, theirs):
        assert {"seconds_per_voi", "tflops", "peak_memory_gb", "parity"} <= set(one)
        assert 0 < one["forward_seconds"] < one["seconds_per_voi"] < one["seconds_to_first_voi"]
        assert one["patches_per_voi"] == 1
        # The same weights: what differs is the order of float32 additions.
        assert one["parity"]["holds"]
        assert one["parity"]["relative_error"] < 1e-4
        assert one["peak_memory_gb"] > 0.1
    assert written["auto_engine"] == (auto_takes or written["auto_engine"])
    taken = written["engines"][written["auto_engine"]]
    assert taken["parity"]["holds"]
    expected = theirs["seconds_per_voi"] / taken["seconds_per_voi"]
    assert written["ratio_to_nnunetv2"] == pytest.approx(expected)
    assert len(written["auto_seconds_to_first_voi"]) == 2
    assert f"auto took {written['auto_engine']}: " in result.output
    assert f"{written['auto_engine']}, which auto takes: " in result.output
    assert set(written["stages"]) == {"read", "normalise", "forward", "post-process", "write"}
    assert all(seconds > 0 for seconds in written["stages"].values())
    assert (written["job"]["vois"], written["job"]["different_vois"]) == (2, 2)
    assert len(written["t4"]) == 2
    assert list(tmp_path.iterdir()) == [file]


def test_a_zoom_model_is_measured_without_nnunetv2(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    result = call(
        *("--model", str(STARTER), "--engine", "openvino-f32", "--whole-job"),
        *("--json", str(file), *QUICK),
    )
    assert result.exit_code == 0, result.output
    assert "nnunetv2: left out (a zoom model is none of nnU-Net's networks)" in result.output
    written = json.loads(file.read_text())
    assert written["nnunetv2"] is None
    assert written["ratio_to_nnunetv2"] is None
    assert written["engines"]["openvino-f32"]["patches_per_voi"] > 1
    assert written["job"]["whole_is_measured"]


def test_a_model_or_an_architecture() -> None:
    result = call("--model", str(STARTER), "--architecture", "small")
    assert isinstance(result.exception, CallError)
    assert "one of the two" in str(result.exception)


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = call("--model", str(tmp_path / "none"))
    assert isinstance(result.exception, ModelError)
    assert str(tmp_path / "none") in str(result.exception)


def test_an_engine_that_is_not_there_is_refused() -> None:
    result = call("--model", str(STARTER), "--engine", "tensorrt", *QUICK)
    assert isinstance(result.exception, CallError)
    assert "found tensorrt" in str(result.exception)


def test_a_file_that_cannot_be_written_shows_before_anything_is_measured(tmp_path: Path) -> None:
    result = call("--model", str(STARTER), "--json", str(tmp_path / "none" / "bench.json"))
    assert isinstance(result.exception, OutputError)
    assert "a folder to write it in" in str(result.exception)


def test_a_picture_needs_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.algorithm.command.find_spec", lambda _: None)
    result = call("--model", str(STARTER), "--plot", "bench.png")
    assert isinstance(result.exception, CallError)
    assert "matplotlib" in str(result.exception)


def test_a_worker_that_fails_says_why() -> None:
    """OpenVINO and torch do not know this precision."""
    task = PeakTask(precision="f8", device="cpu", size=8, runs=1)
    with pytest.raises(UserError, match="exit code 1: KeyError: 'f8'"):
        run_worker(task, Turn, threads=1, say=lambda _: None)


def test_an_engine_that_fails_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Turn:
        raise UserError("memory ran out")

    monkeypatch.setattr("benchmarks.algorithm.bencher.run_worker", fail)
    model = Model(STARTER, read_manifest(STARTER), sha256="", origin=STARTER)
    cell = Cell("openvino", "f32")
    bencher = Bencher(
        BenchOptions(device="cpu", vois=1),
        Subject(model, None, "a test", None),
        [cell],
        cell,
        tmp_path,
    )
    bencher.turn("openvino-f32", 3)
    assert bencher.left_out == {"nnunetv2": "a test", "openvino-f32": "memory ran out"}
    assert bencher.measured == {}
