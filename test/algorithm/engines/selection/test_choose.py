"""Which of several engines runs, when some fail and some were timed."""

import logging
from pathlib import Path

import pytest
from fake_engines import Fakes

from algorithm.engines.catalogue.catalogue import Candidate
from algorithm.engines.catalogue.conditions import Conditions
from algorithm.engines.selection import admission, choose, shortlist
from algorithm.engines.selection.admission import Admission
from algorithm.engines.selection.create import create
from algorithm.engines.selection.parity import Parity
from algorithm.engines.selection.tune import tune
from algorithm.models import weights
from benchmarks.algorithm.cells import cells_here
from uls.workshop.errors import CallError, ModelError

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
    return create(name, model, precision=precision)[0].device


def test_the_order_on_a_cpu(model: weights.Model, fakes: Fakes) -> None:
    wanted = shortlist.candidates("auto", model, device="auto", precision="auto")

    assert [str(one) for one in wanted] == [OV_F32, WINOGRAD_F32, TORCH_F32, ONNX_F32, OV_BF16]


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (shortlist, choose):
        monkeypatch.setattr(module, "is_small", lambda _: False)


@pytest.mark.parametrize("in_bf16", [False, True])
def test_the_order_on_a_cpu_for_a_large_network(
    model: weights.Model,
    fakes: Fakes,
    large: None,
    monkeypatch: pytest.MonkeyPatch,
    in_bf16: bool,
) -> None:
    monkeypatch.setattr(shortlist, "_cpu_computes_in_bf16", lambda: in_bf16)

    wanted = shortlist.candidates("auto", model, device="auto", precision="auto")

    reduced = [OV_BF16] if in_bf16 else []
    assert [str(one) for one in wanted] == [WINOGRAD_F32, OV_F32, TORCH_F32, ONNX_F32, *reduced]
    fakes.seconds = {OV_BF16: 0.001}  # nobody has timed that
    assert _used(model) == WINOGRAD_F32
    assert OV_BF16 not in fakes.made


@pytest.mark.parametrize(
    ("bf16_seconds", "error", "used"),
    [(0.5, 0.0, OV_BF16), (0.95, 0.0, WINOGRAD_F32), (0.5, 0.9, WINOGRAD_F32)],
)
@pytest.mark.usefixtures("large")
def test_bfloat16_for_a_large_network_only_where_tune_found_it_faster_and_right(
    model: weights.Model, fakes: Fakes, bf16_seconds: float, error: float, used: str
) -> None:
    fakes.seconds = {OV_BF16: bf16_seconds}
    fakes.errors = {OV_BF16: error}

    tune(model)

    assert _used(model) == used


@pytest.mark.parametrize("seconds", [0.5, 2.0])
def test_a_named_precision_is_taken_however_fast(
    model: weights.Model, fakes: Fakes, large: None, seconds: float
) -> None:
    fakes.seconds = {OV_BF16: seconds}

    assert _used(model, precision="bf16") == OV_BF16
    tune(model)
    assert _used(model, precision="bf16") == OV_BF16


@pytest.mark.parametrize("in_bf16", [False, True])
def test_a_small_network_takes_float32_unchecked_and_alike_in_every_run(
    model: weights.Model,
    fakes: Fakes,
    monkeypatch: pytest.MonkeyPatch,
    cache_folder: Path,
    in_bf16: bool,
) -> None:
    """What is faster on a busy machine changes from run to run, and masks would with it."""
    monkeypatch.setattr(shortlist, "_cpu_computes_in_bf16", lambda: in_bf16)
    fakes.seconds = {OV_BF16: 0.001}

    assert [_used(model), _used(model)] == [OV_F32, OV_F32]
    assert fakes.made == [OV_F32, OV_F32]
    assert list(cache_folder.iterdir()) == []


@pytest.mark.parametrize(
    ("bf16_seconds", "used"), [(0.5, OV_BF16), (0.89, OV_BF16), (0.95, OV_F32), (2.0, OV_F32)]
)
def test_a_small_network_takes_bfloat16_where_tune_found_it_faster(
    model: weights.Model, fakes: Fakes, bf16_seconds: float, used: str
) -> None:
    """It must save a tenth: float32 takes a second."""
    fakes.seconds = {OV_BF16: bf16_seconds}
    tune(model)

    assert [_used(model), _used(model)] == [used, used]


def test_reduced_precision_where_it_agrees(
    model: weights.Model, fakes: Fakes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert _used(model, precision="bf16") == OV_BF16

    assert f"{OV_BF16} is admitted: Dice 1.0" in caplog.text


def test_float32_where_it_does_not(
    model: weights.Model, fakes: Fakes, caplog: pytest.LogCaptureFixture
) -> None:
    fakes.errors = {OV_BF16: 0.9}

    assert _used(model, "openvino", "bf16") == OV_F32
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

    assert _used(model, "openvino", "bf16") == OV_F32
    assert f"{OV_BF16} cannot be used" in caplog.text
    assert "expected enough memory, found too little (RuntimeError: out of memory)" in caplog.text


def test_where_the_reference_does_not_run_another_one_judges(
    model: weights.Model, fakes: Fakes, caplog: pytest.LogCaptureFixture
) -> None:
    fakes.failing = (OV_F32,)

    assert _used(model, precision="bf16") == OV_BF16
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
    assert "It is used, as it was named." in caplog.text


def test_the_fastest_that_was_admitted(model: weights.Model, fakes: Fakes) -> None:
    _remember(model, {OV_BF16: 3.0, OV_F32: 2.0, TORCH_F32: None, ONNX_F32: 1.0})

    assert _used(model) == ONNX_F32
    assert _used(model, "openvino") == OV_F32
    assert fakes.made == [ONNX_F32, OV_F32]


def test_what_a_job_timed_changes_no_order(model: weights.Model, fakes: Fakes) -> None:
    """Someone named bfloat16 once, and its check timed float32 beside it."""
    assert _used(model, precision="bf16") == OV_BF16
    assert _used(model) == OV_F32
    _remember(model, {OV_BF16: 0.1, OV_F32: 2.0, ONNX_F32: 0.1}, tuned=False)
    assert _used(model) == OV_F32


def test_bench_takes_for_auto_what_auto_takes(model: weights.Model, fakes: Fakes) -> None:
    _remember(model, {OV_BF16: 3.0, OV_F32: 2.0, TORCH_F32: None, ONNX_F32: 1.0})

    names = [cell.name for cell in cells_here(model, "cpu")]

    assert names == ["onnx-f32", "openvino-f32", "openvino-bf16", "winograd-f32", "torch-f32"]


def test_a_time_of_a_less_promising_one_alone_says_nothing(
    model: weights.Model, fakes: Fakes
) -> None:
    _remember(model, {TORCH_F32: 0.1})

    assert _used(model) == OV_F32


def test_float32_on_cuda_is_judged_by_the_cpu_if_that_is_cheap(
    model: weights.Model, fakes: Fakes, monkeypatch: pytest.MonkeyPatch
) -> None:
    cuda = Candidate("torch", "cuda", "f32")

    assert str(shortlist.reference_of(cuda, model)) == TORCH_F32
    monkeypatch.setattr(shortlist, "is_small", lambda _: False)
    assert shortlist.reference_of(cuda, model) is None
    assert shortlist.reference_of(Candidate("torch", "cuda", "fp16"), model) == cuda


def _remember(
    model: weights.Model, seconds: dict[str, float | None], *, tuned: bool = True
) -> None:
    """Write records; None stands for an engine that failed."""
    records = []
    for said, taken in seconds.items():
        engine, _, device, _, precision = said.split()
        parity = Parity(dice=0.5 if taken is None else 1.0, relative_error=1.0)
        conditions = Conditions.of(Candidate(engine, device, precision), model)
        records.append(
            Admission(
                conditions=conditions,
                parities={"all/body": parity},
                seconds=taken or 1.0,
                tuned=tuned,
            )
        )
    admission.remember(records)
