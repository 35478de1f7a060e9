"""An engine that fails while it runs says so as a person may read it."""

import numpy as np
import pytest

from algorithm import weights
from algorithm.engines.base import Batch
from algorithm.engines.catalogue import Candidate
from algorithm.engines.guarded import GuardedEngine
from uls.errors import ModelError


class Full:
    name, device = "torch", "a card (fp16)"

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __call__(self, batch: Batch) -> Batch:
        raise self._error


def test_the_first_line_of_what_went_wrong_is_told_and_the_rest_chained() -> None:
    cause = MemoryError("2 GB wanted\nand a trace of many lines")
    engine = GuardedEngine(Full(cause), "baseline")
    batch = np.zeros((1, 1, 2, 2, 2), dtype=np.float32)

    with pytest.raises(ModelError) as caught:
        engine(batch)

    assert str(caught.value) == (
        "model baseline on torch, a card (fp16): expected a network that runs, found MemoryError: "
        "2 GB wanted. Another --engine, --device or --precision may do."
    )
    assert caught.value.__cause__ is cause


@pytest.mark.parametrize("name", ["torch", "openvino", "onnx"])
def test_every_engine_that_is_made_is_guarded(model: weights.Model, name: str) -> None:
    engine = Candidate(name, "cpu", "f32").make(model, model.manifest.folds[0])
    two_channels = np.zeros((1, 2, 16, 16, 16), dtype=np.float32)

    with pytest.raises(ModelError, match=f"model test on {name}, CPU .* a network that runs"):
        engine(two_channels)
