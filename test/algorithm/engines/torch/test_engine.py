"""The torch engine on CUDA against itself on the CPU."""

from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch
from nnunet_folders import new_plans, write_result_folder

from algorithm.engines.selection.create import create
from algorithm.engines.selection.parity import compare
from algorithm.engines.torch.engine import TorchEngine
from algorithm.models import weights
from algorithm.models.importing.model_import import import_model
from algorithm.models.importing.on_the_fly import load_model


@pytest.fixture
def model(tmp_path: Path) -> weights.Model:
    source = write_result_folder(tmp_path / "result", new_plans(patch=(32, 32, 32)))
    import_model(source, tmp_path / "model", name="test")
    return load_model(tmp_path / "model")


def test_threads_stay_within_the_quota(
    model: weights.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = torch.get_num_threads()
    monkeypatch.setattr("algorithm.engines.torch.engine.available_cpus", lambda: 1)
    try:
        (engine,) = create("torch", model, device="cpu")

        assert torch.get_num_threads() == 1
        assert engine.device == "CPU (1 threads, f32)"
    finally:
        torch.set_num_threads(before)


def test_float32_keeps_cudnn_and_forbids_it_to_round() -> None:
    seen = {}

    def network(patch: torch.Tensor) -> torch.Tensor:
        seen["enabled"] = torch.backends.cudnn.enabled
        seen["rounds"] = torch.backends.cudnn.allow_tf32
        return patch

    TorchEngine(cast(torch.nn.Module, network), "cpu")(np.zeros((1, 1, 2, 2, 2), np.float32))

    assert seen == {"enabled": True, "rounds": False}


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize(("precision", "largest_error"), [("f32", 1e-5), ("fp16", 5e-3)])
def test_cuda_agrees_with_the_cpu(
    model: weights.Model, precision: str, largest_error: float
) -> None:
    patch = np.random.default_rng(0).normal(size=(2, 1, 32, 32, 32)).astype(np.float32)
    (reference,) = create("torch", model, device="cpu")
    (engine,) = create("torch", model, device="cuda", precision=precision)

    parity = compare(engine(patch), reference(patch))

    assert "CPU" not in engine.device
    assert parity.relative_error < largest_error
