"""Which of several engines runs, when some fail and some were timed."""

import logging
from pathlib import Path

import pytest
from fake_engines import Fakes

from algorithm import engines, weights
from algorithm.bench.cells import cells_here
from algorithm.engines import admission, shortlist
from algorithm.engines.admission import Admission
from algorithm.engines.catalogue import Candidate
from algorithm.engines.conditions import Conditions
from algorithm.engines.parity import Parity
from uls.errors import CallError, ModelError

OV_BF16, OV_F32 = "openvino on cpu in bf16", "openvino on cpu in f32"
TORCH_F32, ONNX_F32 = "torch on cpu in f32", "onnx on cpu in f32"
WINOGRAD_F32 = "winograd on cpu in f32"


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> Fakes:
    monkeypatch.setattr(shortlist, "cuda_is_there", lambda: False)
    monkeypatch.setattr(shortlist, "_cpu_computes_in_bf16", lambda: True)
    fakes = Fakes()
    fakes.install(monkeypatch)
    return fakes


def _used(model: weights.Model, name: str = "auto", precision: str = "auto") -> str:
    return engines.create(name, model, precision=precision)[0].device


def test_the_order_on_a_cpu(model: weights.Model, fakes: Fakes) -> None:
    wanted = shortlist.candidates("auto", model, device="auto", precision="auto")

    assert [str(one) for one in wanted] == [OV_BF16, OV_F32, WINOGRAD_F32, TORCH_F32, ONNX_F32]


def test_the_order_on_a_cpu_for_a_large_network(
    model: weights.Model, fakes: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shortlist, "is_small", lambda _: False)

    wanted = shortlist.candidates("auto", model, device="auto", precision="auto")

    assert [str(one) for one in wanted] == [OV_BF16, WINOGRAD_F32, OV_F32, TORCH_F32, ONNX_F32]


def test_without_bfloat16_nothing_is_checked(
    model: weights.Model, fakes: Fakes, monkeypatch: pytest.MonkeyPatch, cache_folder: Path
) -> None:
    monkeypatch.setattr(shortlist, "_cpu_computes_in_bf16", lambda: False)

    assert _used(model) == OV_F32
    assert fakes.made == [OV_F32]
    assert list(cache_folder.iterdir()) == []


def test_reduced_precision_where_it_agrees(
    model: weights.Model, fakes: Fakes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert _used(model) == OV_BF16

    assert f"{OV_BF16} is admitted: Dice 1.0" in caplog.text


def test_float32_where_it_does_not(
    model: weights.Model, fakes: Fakes, caplog: pytest.LogCaptureFixture
) -> None:
    fakes.errors = {OV_BF16: 0.9}

    assert _used(model) == OV_F32
    assert f"{OV_BF16} disagrees with the float32 reference" in caplog.text
    assert "The next engine is tried." in caplog.text


def test_an_engine_that_cannot_be_made_gives_way(
    model: weights.Model, fakes: Fakes, caplog: pytest.LogCaptureFixture
) -> None:
    fakes.broken = (OV_BF16, OV_F32, WINOGRAD_F32)

    assert _used(model) == TORCH_F32
    assert f"{OV_F32} cannot be used: {OV_F32} is broken" in caplog.text


def test_an_engine_that_does_not_run_gives_way(
    model: weights.Model, fakes: Fakes, caplog: pytest.LogCaptureFixture
) -> None:
    fakes.failing = (OV_BF16,)

    assert _used(model) == OV_F32
    assert f"{OV_BF16} cannot be used" in caplog.text
    assert "RuntimeError: out of memory." in caplog.text


def test_where_the_reference_does_not_run_another_one_judges(
    model: weights.Model, fakes: Fakes, caplog: pytest.LogCaptureFixture
) -> None:
    fakes.failing = (OV_F32,)

    assert _used(model) == OV_BF16
    assert f"{OV_F32}, by which to judge, does not run" in caplog.text
    assert fakes.made[:3] == [OV_F32, TORCH_F32, OV_BF16]


def test_when_none_can_be_made_or_judged_the_error_says_why(
    model: weights.Model, fakes: Fakes
) -> None:
    fakes.broken = (OV_BF16, OV_F32, TORCH_F32)

    with pytest.raises(CallError, match=f"{TORCH_F32} is broken"):  # which would judge onnx
        _used(model)


def test_when_none_agrees_there_is_no_engine(model: weights.Model, fakes: Fakes) -> None:
    everything = (OV_BF16, OV_F32, WINOGRAD_F32, TORCH_F32, ONNX_F32)
    _remember(model, dict.fromkeys(everything))

    with pytest.raises(ModelError, match="an engine that agrees with the reference"):
        _used(model)


def test_the_float32_that_was_asked_for_runs_unchecked(model: weights.Model, fakes: Fakes) -> None:
    fakes.errors = {ONNX_F32: 0.9}

    assert _used(model, "onnx", "f32") == ONNX_F32
    assert fakes.made == [ONNX_F32]


def test_the_float32_that_was_asked_for_and_failed_before_is_said(
    model: weights.Model, fakes: Fakes, caplog: pytest.LogCaptureFixture
) -> None:
    _remember(model, {ONNX_F32: None})

    assert _used(model, "onnx", "f32") == ONNX_F32
    assert "It is used, as it was asked for." in caplog.text


def test_the_fastest_that_was_admitted(model: weights.Model, fakes: Fakes) -> None:
    _remember(model, {OV_BF16: 3.0, OV_F32: 2.0, TORCH_F32: None, ONNX_F32: 1.0})

    assert _used(model) == ONNX_F32
    assert _used(model, "openvino") == OV_F32
    assert fakes.made == [ONNX_F32, OV_F32]


def test_bench_takes_for_auto_what_auto_takes(model: weights.Model, fakes: Fakes) -> None:
    _remember(model, {OV_BF16: 3.0, OV_F32: 2.0, TORCH_F32: None, ONNX_F32: 1.0})

    names = [cell.name for cell in cells_here(model, "cpu")]

    assert names == ["onnx-f32", "openvino-f32", "openvino-bf16", "winograd-f32", "torch-f32"]


def test_a_time_of_a_less_promising_one_alone_says_nothing(
    model: weights.Model, fakes: Fakes
) -> None:
    _remember(model, {TORCH_F32: 0.1})

    assert _used(model) == OV_BF16


def test_float32_on_cuda_is_judged_by_the_cpu_if_that_is_cheap(
    model: weights.Model, fakes: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    cuda = Candidate("torch", "cuda", "f32")

    assert str(shortlist.reference_of(cuda, model)) == TORCH_F32
    monkeypatch.setattr(shortlist, "is_small", lambda _: False)
    assert shortlist.reference_of(cuda, model) is None
    assert shortlist.reference_of(Candidate("torch", "cuda", "fp16"), model) == cuda


def _remember(model: weights.Model, seconds: dict[str, float | None]) -> None:
    """Write records; None stands for an engine that failed."""
    records = []
    for said, taken in seconds.items():
        engine, _, device, _, precision = said.split()
        parity = Parity(dice=0.5 if taken is None else 1.0, relative_error=1.0)
        conditions = Conditions.of(Candidate(engine, device, precision), model)
        records.append(
            Admission(conditions=conditions, parities={"all/body": parity}, seconds=taken or 1.0)
        )
    admission.remember(records)
