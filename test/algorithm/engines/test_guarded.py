"""An engine that fails while it runs says so as a person may read it."""

import numpy as np
import pytest

from algorithm.engines.base import Batch
from algorithm.engines.catalogue.catalogue import Candidate
from algorithm.engines.guarded import GuardedEngine
from algorithm.models import weights
from uls.workshop.errors import ModelError


class Full:
    name, device = "torch", "a card (fp16)"

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __call__(self, batch: Batch) -> Batch:
        raise self._error


def test_the_first_line_of_what_went_wrong_is_told_and_the_rest_chained() -> None:
    cause = RuntimeError("no kernel\nand a trace of many lines")
    engine = GuardedEngine(Full(cause), "baseline")
    batch = np.zeros((1, 1, 2, 2, 2), dtype=np.float32)

    with pytest.raises(ModelError) as caught:
        engine(batch)

    assert str(caught.value) == (
        "model baseline on torch, a card (fp16): expected a network that runs, found "
        "RuntimeError: no kernel. Another --engine, --device or --precision may do."
    )
    assert caught.value.__cause__ is cause


class OutOfMemoryError(RuntimeError):
    """Named as torch names its own, for CUDA."""


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        np._core._exceptions._ArrayMemoryError((1 << 40,), np.dtype(np.float32)),
        OutOfMemoryError("Tried to allocate 2.00 GiB"),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:114] DefaultCPUAllocator: can't allocate memory"
        ),
        RuntimeError("Exception from src/core.cpp:109:\nstd::bad_alloc\n\n\n"),
        RuntimeError("std::bad_alloc"),
        RuntimeError(
            "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Failed to allocate memory for 9"
        ),
        OSError(12, "Cannot allocate memory"),
    ],
    ids=lambda error: f"{type(error).__name__}: {str(error)[:20]}",
)
@pytest.mark.parametrize("when", ["made", "run"])
def test_too_little_memory_is_said_in_one_sentence_whoever_says_it(
    model: weights.Model, monkeypatch: pytest.MonkeyPatch, error: Exception, when: str
) -> None:
    def create(*_: object) -> Full:
        if when == "made":
            raise error
        return Full(error)

    monkeypatch.setattr("algorithm.engines.openvino.engine.create", create)
    batch = np.zeros((1, 1, 2, 2, 2), dtype=np.float32)

    with pytest.raises(ModelError) as caught:
        Candidate("openvino", "cpu", "f32").make(model, model.manifest.folds[0])(batch)

    assert caught.value.exit_code == 1  # no fault of the model
    assert "expected enough memory, found too little (" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["torch", "openvino", "onnx"])
def test_every_engine_that_is_made_is_guarded(model: weights.Model, name: str) -> None:
    engine = Candidate(name, "cpu", "f32").make(model, model.manifest.folds[0])
    two_channels = np.zeros((1, 2, 16, 16, 16), dtype=np.float32)

    with pytest.raises(ModelError, match=f"model test on {name}, CPU .* a network that runs"):
        engine(two_channels)
