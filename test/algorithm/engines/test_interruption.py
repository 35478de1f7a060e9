"""Passes that are stopped between two layers, on each engine that can be."""

from collections.abc import Callable

import numpy as np
import pytest
from nnunet_folders import new_plans, write_result_folder

from algorithm.engines.guarded import GuardedEngine
from algorithm.engines.interruption import (
    OutOfTimeError,
    go_on_or_stop,
    interruptible,
    may_be_interrupted,
)
from algorithm.engines.selection.create import create
from algorithm.models import weights
from algorithm.models.importing.model_import import import_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> weights.Model:
    folder = tmp_path_factory.mktemp("interruption")
    source = write_result_folder(folder / "result", new_plans(patch=(32, 64, 64)))
    import_model(source, folder / "model", name="test")
    return weights.verify(folder / "model")


def at_the(asked: int) -> Callable[[], bool]:
    """Say yes when asked that often."""
    left = [asked]

    def stop() -> bool:
        left[0] -= 1
        return left[0] <= 0

    return stop


def test_nobody_stops_what_nobody_may_stop() -> None:
    assert not may_be_interrupted()
    go_on_or_stop()
    with interruptible(lambda: False):
        assert may_be_interrupted()
        go_on_or_stop()
    assert not may_be_interrupted()


@pytest.mark.parametrize("name", ["winograd", "openvino", "torch", "onnx"])
def test_an_engine_that_was_stopped_computes_the_next_patch_right(
    model: weights.Model, name: str
) -> None:
    (engine,) = create(name, model, device="cpu")
    patch = np.random.default_rng(0).normal(size=(1, 1, 32, 64, 64)).astype(np.float32)
    expected = engine(patch).copy()

    with interruptible(lambda: True), pytest.raises(OutOfTimeError):
        engine(patch)
    with interruptible(lambda: False):
        assert (engine(patch) == expected).all()
    assert (engine(patch) == expected).all()


def test_winograd_is_stopped_between_two_layers(model: weights.Model) -> None:
    (engine,) = create("winograd", model)
    patch = np.zeros((1, 1, 32, 64, 64), np.float32)
    asked = [0]

    def count() -> bool:
        asked[0] += 1
        return False

    with interruptible(count):
        engine(patch)
    assert asked[0] > 10
    with interruptible(at_the(asked[0] // 2)), pytest.raises(OutOfTimeError):
        engine(patch)


def test_openvino_is_stopped_while_it_computes(
    model: weights.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second look is the first that finds it computing: the one before is before it begins."""
    monkeypatch.setattr("algorithm.engines.openvino.engine._LOOK_MILLISECONDS", 0)
    (engine,) = create("openvino", model, device="cpu")
    patch = np.random.default_rng(0).normal(size=(1, 1, 32, 64, 64)).astype(np.float32)
    expected = engine(patch).copy()

    with interruptible(at_the(2)), pytest.raises(OutOfTimeError):
        engine(patch)

    assert (engine(patch) == expected).all()


def test_any_engine_is_stopped_between_two_patches() -> None:
    class Fake:
        name, device, asked = "fake", "none", 0

        def __call__(self, batch: np.ndarray) -> np.ndarray:
            self.asked += 1
            return batch

    fake = Fake()
    engine = GuardedEngine(fake, "model")
    patches = [np.zeros((1, 1, 2, 2, 2), np.float32)] * 5
    with interruptible(at_the(3)), pytest.raises(OutOfTimeError):
        list(map(engine, patches))
    assert fake.asked == 2
