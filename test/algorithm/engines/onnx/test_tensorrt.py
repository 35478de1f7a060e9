"""What TensorRT builds, and whether it is what was checked; ONNX Runtime and TensorRT are faked."""

import itertools
from pathlib import Path

import onnxruntime
import pytest
from fake_engines import FakeEngine

from algorithm.engines.base import Batch, Engine
from algorithm.engines.catalogue.catalogue import Candidate
from algorithm.engines.catalogue.compiled import tensorrt_folder
from algorithm.engines.catalogue.conditions import Conditions
from algorithm.engines.onnx import tensorrt
from algorithm.engines.onnx.tensorrt import provider_settings
from algorithm.engines.selection import admission, shortlist
from algorithm.engines.selection.create import create
from algorithm.engines.selection.tune import tune
from algorithm.models import weights
from algorithm.models.manifest import Fold

TENSORRT = "TensorrtExecutionProvider"
FP16 = Candidate("tensorrt", "cuda", "fp16")

_numbers = itertools.count()


class Session:
    """Loads what was built, or builds; no two builds are alike. Computes what `FakeEngine` does."""

    built: list[Path]

    def __init__(self, path: Path, _: object, providers: list[tuple[str, dict[str, str]]]) -> None:
        folder = Path(providers[0][1]["trt_engine_cache_path"])
        if not list(folder.glob("*.engine")):
            (folder / "graph_sm80.engine").write_text(f"build {next(_numbers)}")
            self.built.append(folder)

    def get_providers(self) -> list[str]:
        return [TENSORRT]

    def run(self, _: None, values: dict[str, Batch]) -> list[Batch]:
        return [FakeEngine(FP16, error=0.0)(values["voi"])]


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """Give a list of the folders that are built into, in order."""
    make = Candidate.make

    def with_a_fake_judge(
        self: Candidate, model: weights.Model, fold: Fold, *, fill_cache: bool = False
    ) -> Engine:
        if self.engine == "torch":
            return FakeEngine(self, error=0.0)
        return make(self, model, fold, fill_cache=fill_cache)

    scratch = tmp_path / "scratch"
    scratch.mkdir()
    Session.built = []
    monkeypatch.setattr(Candidate, "make", with_a_fake_judge)
    monkeypatch.setattr(shortlist, "cuda_is_there", lambda: True)
    monkeypatch.setattr(tensorrt, "_scratch", lambda: scratch)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [TENSORRT])
    monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
    return Session.built


def _is_taken(model: weights.Model) -> bool:
    return FP16 in shortlist.candidates("auto", model, device="auto", precision="auto")


def test_auto_takes_it_once_it_was_built_and_checked(
    model: weights.Model, built: list[Path], cache_folder: Path
) -> None:
    assert not _is_taken(model)

    tune(model, "tensorrt", tensorrt=True)

    assert built[0].is_relative_to(cache_folder)
    assert weights.unknown_files(model) == [Path("engines.json")]
    assert _is_taken(model)
    assert not _is_taken(weights.Model(model.folder, model.manifest, "0" * 64, model.origin))


@pytest.mark.parametrize("content", [b"", b"build of another day"])
def test_auto_does_not_take_what_was_not_checked(
    model: weights.Model, built: list[Path], content: bytes
) -> None:
    tune(model, "tensorrt", tensorrt=True)

    folder = tensorrt_folder(model, "all", "fp16")
    assert folder is not None
    (folder / "graph_sm80.engine").write_bytes(content)

    assert not _is_taken(model)


def test_a_job_that_names_it_uses_what_was_checked_and_builds_nothing(
    model: weights.Model, built: list[Path]
) -> None:
    tune(model, "tensorrt", tensorrt=True)
    built.clear()

    (engine,) = create("tensorrt", model, precision="fp16")

    assert engine.device.startswith("TensorRT (")  # in the precision that was faster
    assert built == []


def test_a_job_builds_once_for_the_check_and_its_own_use(
    model: weights.Model, built: list[Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    create("tensorrt", model, precision="fp16")

    assert [folder.parent for folder in built] == [tmp_path / "scratch"]
    assert caplog.text.count("that takes minutes") == 1


def test_what_was_built_for_one_job_admits_no_other_build(
    model: weights.Model, built: list[Path]
) -> None:
    before = sorted(model.folder.iterdir())

    create("tensorrt", model, precision="fp16")

    assert admission.recall(Conditions.of(FP16, model), model) is None
    assert not _is_taken(model)
    assert sorted(model.folder.iterdir()) == before


def test_what_it_is_told(tmp_path: Path) -> None:
    settings = provider_settings((1, 8, 48, 48, 48), "fp16", folder=tmp_path)

    assert settings["trt_profile_max_shapes"] == "voi:1x8x48x48x48"
    assert settings["trt_fp16_enable"] == settings["trt_engine_cache_enable"] == "True"
    assert settings["trt_engine_cache_path"] == str(tmp_path)
    in_f32 = provider_settings((1, 8, 48, 48, 48), "f32", folder=tmp_path)
    assert in_f32["trt_fp16_enable"] == "False"
