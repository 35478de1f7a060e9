"""The half-precision engine, on a CPU: everything but graph, pinned memory and streams."""

from pathlib import Path

import numpy as np
import torch
from nnunet_folders import new_plans, write_result_folder
from torch import Tensor, nn

from algorithm.engines.selection.create import create
from algorithm.engines.selection.parity import compare
from algorithm.engines.torch.cuda import HalfEngine, in_half
from algorithm.models.importing.model_import import import_model
from algorithm.models.importing.on_the_fly import load_model
from algorithm.networks import networks


class Doubled(nn.Module):
    """Background: the patch; lesion: three times the patch. Their difference is twice the patch."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, 3 * x], 1)


def _engine(network: nn.Module, precision: str = "fp16", size: int = 2) -> HalfEngine:
    shape = (1, size, size, size)
    return HalfEngine(network, shape, device="cpu", precision=precision, said="a CPU")


def test_every_patch_of_a_batch_comes_back_in_its_place() -> None:
    """Two slots take turns; numbers up to 2048 are exact in float16."""
    batch = np.arange(5 * 8, dtype=np.float32).reshape(5, 1, 2, 2, 2)

    logits = _engine(Doubled())(batch)

    assert logits.dtype == np.float32
    np.testing.assert_array_equal(logits[:, 1], 2 * batch[:, 0])
    np.testing.assert_array_equal(logits[:, 0], 0)


def test_one_class_comes_back_alone() -> None:
    batch = np.ones((1, 1, 2, 2, 2), dtype=np.float32)

    np.testing.assert_array_equal(_engine(nn.Identity())(batch), batch)


def test_the_next_call_leaves_earlier_logits_alone() -> None:
    engine = _engine(Doubled())
    first = engine(np.ones((1, 1, 2, 2, 2), dtype=np.float32))

    engine(np.zeros((1, 1, 2, 2, 2), dtype=np.float32))

    assert (first[:, 1] == 2).all()


def test_only_the_norms_stay_float32() -> None:
    network = nn.Sequential(nn.Conv3d(1, 2, 3), nn.InstanceNorm3d(2, affine=True))

    in_half(network, torch.float16)

    convolution, norm = network
    assert (convolution.weight.dtype, norm.weight.dtype) == (torch.float16, torch.float32)
    assert convolution.weight.is_contiguous(memory_format=torch.channels_last_3d)


def test_a_whole_network_agrees_with_float32(tmp_path: Path) -> None:
    # Without residuals: on a CPU, PyTorch has no average pooling in half precision.
    plans = new_plans(network="PlainConvUNet", patch=(16, 16, 16))
    source = write_result_folder(tmp_path / "result", plans)
    import_model(source, tmp_path / "model", name="test")
    model = load_model(tmp_path / "model")
    batch = np.random.default_rng(0).normal(size=(3, 1, 16, 16, 16)).astype(np.float32)
    reference = create("torch", model, device="cpu")[0](batch)
    network = networks.build(model.manifest.architecture)  # type: ignore[arg-type, union-attr]
    networks.load_state(network, networks.read_state(tmp_path / "model" / "all.safetensors"))

    parity = compare(_engine(network, "bf16", size=16)(batch), reference)

    assert parity.relative_error is not None
    assert 1e-4 < parity.relative_error < 2e-2
