"""Which engine is made for which wish, and what is said when none can be."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from nnunet_folders import new_plans, write_result_folder

from algorithm.engines.catalogue import catalogue, hardware
from algorithm.engines.openvino.engine import computes_in_bf16
from algorithm.engines.selection.create import NAMES, create
from algorithm.engines.selection.parity import compare
from algorithm.engines.selection.shortlist import candidates
from algorithm.models import weights
from algorithm.models.importing.model_import import import_model
from algorithm.models.importing.on_the_fly import load_model
from uls.workshop.errors import CallError, ModelError

FOLDS = ("0", "1")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> weights.Model:
    folder = tmp_path_factory.mktemp("create")
    source = write_result_folder(folder / "result", new_plans(patch=(8, 16, 16)), folds=FOLDS)
    import_model(source, folder / "model", name="test")
    return load_model(folder / "model")


@pytest.fixture
def without_onnx(model: weights.Model) -> weights.Model:
    folds = tuple(fold.model_copy(update={"onnx": None}) for fold in model.manifest.folds)
    return replace(model, manifest=model.manifest.model_copy(update={"folds": folds}))


Uninstall = Callable[..., None]


@pytest.fixture
def uninstall(monkeypatch: pytest.MonkeyPatch) -> Uninstall:
    def hide(*packages: str) -> None:
        monkeypatch.setattr(
            catalogue, "find_spec", lambda name: None if name in packages else find_spec(name)
        )

    return hide


@pytest.fixture(autouse=True)
def _no_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.mark.parametrize("name", ["winograd", "torch", "openvino", "onnx"])
def test_every_fold_gets_an_engine(model: weights.Model, name: str) -> None:
    first, second = create(name, model)
    batch = np.random.default_rng(0).normal(size=(2, 1, 8, 16, 16)).astype(np.float32)

    one, other = first(batch).copy(), second(batch).copy()

    assert first.name == second.name == name
    assert first.device.startswith("CPU (")
    assert one.shape == other.shape == (2, 2, 8, 16, 16)
    assert one.dtype == np.float32
    assert np.abs(one - other).max() > 0.1


@pytest.mark.parametrize("name", ["torch", "openvino", "onnx"])
def test_a_batch_is_its_patches_one_by_one(model: weights.Model, name: str) -> None:
    engine = create(name, model)[0]
    batch = np.random.default_rng(0).normal(size=(2, 1, 8, 16, 16)).astype(np.float32)

    single = [engine(batch[[n]]).copy()[0] for n in range(2)]

    np.testing.assert_allclose(engine(batch), single, atol=1e-5)


def test_auto_takes_openvino_on_a_cpu(model: weights.Model) -> None:
    assert create("auto", model)[0].name == "openvino"


def test_auto_takes_torch_where_openvino_is_not(model: weights.Model, uninstall: Uninstall) -> None:
    uninstall("openvino")

    assert create("auto", model)[0].name == "torch"


def test_auto_takes_torch_where_there_is_no_graph(without_onnx: weights.Model) -> None:
    assert create("auto", without_onnx)[0].name == "torch"


def test_auto_takes_onnx_where_it_is_alone(model: weights.Model, uninstall: Uninstall) -> None:
    uninstall("openvino", "torch")

    assert create("auto", model)[0].name == "onnx"


def test_auto_says_what_to_install(model: weights.Model, uninstall: Uninstall) -> None:
    uninstall("openvino", "torch", "onnxruntime")

    with pytest.raises(CallError, match=r"pip install \.` in"):
        create("auto", model)


def test_auto_takes_torch_where_there_is_cuda(
    model: weights.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(hardware, "_DRIVER_TRACES", ("proc",))

    wanted = candidates("auto", model, device="auto", precision="f32")

    # This ONNX Runtime was not built for CUDA.
    assert wanted == [catalogue.Candidate("torch", "cuda", "f32")]
    # Unless the CPU was asked for.
    assert create("auto", model, device="cpu")[0].name == "openvino"


def test_an_engine_that_is_not_installed_is_named(
    model: weights.Model, uninstall: Uninstall
) -> None:
    uninstall("openvino")

    says = r"--engine openvino.*openvino not installed.*pip install \.`"
    with pytest.raises(CallError, match=says):
        create("openvino", model)


def test_an_engine_without_its_file_is_a_model_error(without_onnx: weights.Model) -> None:
    with pytest.raises(ModelError, match=r"an ONNX file for every fold.*found none"):
        create("openvino", without_onnx)


@pytest.mark.parametrize("name", ["auto", "torch"])
@pytest.mark.parametrize("precision", ["auto", "f32", "fp16"])
def test_cuda_that_is_not_there_is_a_call_error_before_anything_is_loaded(
    model: weights.Model, monkeypatch: pytest.MonkeyPatch, name: str, precision: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(catalogue.Candidate, "make", refuse)
    with pytest.raises(CallError, match="--device cuda: expected a CUDA device, found none"):
        create(name, model, device="cuda", precision=precision)


def test_openvino_does_not_run_on_cuda(model: weights.Model) -> None:
    with pytest.raises(CallError, match="--engine openvino: expected a device among cpu"):
        create("openvino", model, device="cuda")


@pytest.mark.parametrize(
    ("name", "options", "named"),
    [
        (
            "caffe",
            {},
            "--engine: expected one of auto, winograd, torch, openvino, onnx, tensorrt, found",
        ),
        ("auto", {"device": "tpu"}, "--device"),
        ("auto", {"precision": "int8"}, "--precision"),
        ("onnx", {"precision": "bf16"}, "--engine onnx: expected precision f32"),
    ],
)
def test_what_is_unknown_is_a_call_error(
    model: weights.Model, name: str, options: dict[str, str], named: str
) -> None:
    with pytest.raises(CallError, match=named):
        create(name, model, **options)


def test_every_engine_can_be_named() -> None:
    assert NAMES == ("auto", "winograd", "torch", "openvino", "onnx", "tensorrt")


@pytest.mark.parametrize("name", ["winograd", "torch", "openvino", "onnx"])
def test_a_damaged_file_is_a_model_error(model: weights.Model, tmp_path: Path, name: str) -> None:
    """It would not pass verification; an engine says so too, should it come that far."""
    for fold in FOLDS:
        (tmp_path / f"{fold}.onnx").write_bytes(b"damaged")
        (tmp_path / f"{fold}.safetensors").write_bytes(b"damaged")

    with pytest.raises(ModelError, match=r"0\.(onnx|safetensors)"):
        create(name, replace(model, folder=tmp_path))


@pytest.mark.parametrize("name", ["torch", "openvino"])
def test_bfloat16_is_close_to_float32(model: weights.Model, name: str) -> None:
    patch = np.random.default_rng(0).normal(size=(1, 1, 8, 16, 16)).astype(np.float32)
    exact, engine = (create(name, model, precision=p)[0] for p in ("f32", "bf16"))

    parity = compare(engine(patch), exact(patch))

    assert "bf16" in engine.device
    assert parity.holds("bf16")
    # It is bfloat16, with its 8 bits, where the CPU has it; OpenVINO takes float32 elsewhere.
    assert parity.relative_error is not None
    if name == "torch" or computes_in_bf16():
        assert parity.relative_error > 1e-4


def test_float32_writes_nothing_into_the_folder(model: weights.Model, tmp_path: Path) -> None:
    shutil.copytree(model.folder, tmp_path / "model", ignore=shutil.ignore_patterns("engines.json"))
    before = sorted((tmp_path / "model").iterdir())

    create("openvino", weights.verify(tmp_path / "model"))

    assert sorted((tmp_path / "model").iterdir()) == before
