"""ONNX Runtime's providers: CUDA is faked, as it is not there."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from nnunet_folders import new_plans, write_result_folder

from algorithm.engines.base import Batch
from algorithm.engines.onnx.engine import OnnxEngine
from algorithm.engines.selection import shortlist
from algorithm.engines.selection.create import create
from algorithm.models import weights
from algorithm.models.importing.model_import import import_model
from uls.workshop.errors import CallError

CUDA, TENSORRT = "CUDAExecutionProvider", "TensorrtExecutionProvider"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> weights.Model:
    folder = tmp_path_factory.mktemp("onnx")
    source = write_result_folder(folder / "result", new_plans(patch=(16, 16, 16)))
    import_model(source, folder / "model", name="test")
    return weights.verify(folder / "model")


@pytest.fixture
def model(original: weights.Model, tmp_path: Path) -> weights.Model:
    return replace(original, folder=tmp_path)


def _pretend(monkeypatch: pytest.MonkeyPatch, *providers: str) -> None:
    monkeypatch.setattr(shortlist, "cuda_is_there", lambda: True)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: list(providers))


def _wanted(model: weights.Model, name: str = "auto", *, build: bool = False) -> list[str]:
    wanted = shortlist.candidates(name, model, device="auto", precision="auto", build=build)
    return [str(one) for one in wanted]


def test_on_cuda_torch_comes_first(model: weights.Model, monkeypatch: pytest.MonkeyPatch) -> None:
    _pretend(monkeypatch, TENSORRT, CUDA)

    torch_first = ["torch on cuda in fp16", "torch on cuda in f32", "onnx on cuda in f32"]
    assert _wanted(model) == torch_first
    assert _wanted(model, "onnx") == ["onnx on cuda in f32"]
    assert _wanted(model, build=True)[1] == "tensorrt on cuda in fp16"


def test_an_onnx_runtime_without_cuda_stays_on_the_cpu(
    model: weights.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pretend(monkeypatch, "CPUExecutionProvider")

    assert _wanted(model, "onnx") == ["onnx on cpu in f32"]


@pytest.mark.parametrize(("name", "provider"), [("onnx", CUDA), ("tensorrt", TENSORRT)])
def test_a_provider_that_is_not_there_is_named(
    original: weights.Model, monkeypatch: pytest.MonkeyPatch, name: str, provider: str
) -> None:
    monkeypatch.setattr(shortlist, "cuda_is_there", lambda: True)
    with pytest.raises(CallError, match=rf"the {provider}, found .*CPUExecutionProvider.*-gpu"):
        create(name, original, device="cuda", precision="f32")


def test_a_provider_that_does_not_start_is_named(
    original: weights.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ONNX Runtime goes on with the CPU then, and only its own log says so."""

    class OnCpu:
        def __init__(self, *_: object, **__: object) -> None: ...

        def get_providers(self) -> list[str]:
            return ["CPUExecutionProvider"]

    monkeypatch.setattr(shortlist, "cuda_is_there", lambda: True)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CUDA])
    monkeypatch.setattr(onnxruntime, "InferenceSession", OnCpu)

    with pytest.raises(CallError, match="only CPUExecutionProvider could be started"):
        create("onnx", original, device="cuda")


def test_tensorrt_gets_a_batch_patch_by_patch() -> None:
    sizes = []

    class Session:
        def run(self, _: None, values: dict[str, Batch]) -> list[Batch]:
            sizes.append(len(values["voi"]))
            return [2 * values["voi"]]

    batch = np.arange(3, dtype=np.float32).reshape(3, 1, 1, 1, 1)

    logits = OnnxEngine(Session(), "fake", one_by_one=True)(batch)

    np.testing.assert_array_equal(logits, 2 * batch)
    assert sizes == [1, 1, 1]
