"""No engine in a reduced precision without a check."""

import logging
from pathlib import Path

import numpy as np
import pytest
from nnunet_folders import new_plans, write_result_folder

from algorithm import engines, weights
from algorithm.engines.base import Batch
from algorithm.engines.openvino_package import openvino
from algorithm.engines.parity import Parity, admitted, compare, phantom_hu


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> weights.Model:
    folder = tmp_path_factory.mktemp("parity")
    source = write_result_folder(folder / "result", new_plans(patch=(16, 16, 16)))
    weights.import_model(source, folder / "model", name="test")
    return weights.load_model(folder / "model")


def _logits(lesion: list[float]) -> Batch:
    """Logits of as many voxels in a row; the background's are zero."""
    return np.array([[np.zeros(len(lesion)), lesion]], dtype=np.float32)[:, :, None, None]


def test_dice_and_relative_error() -> None:
    # Masks 1110 and 0111: 2 * 2 / 6. Differences 3, 0, 0, 3 on logits 1, 1, 1, -1: sqrt(18 / 4).
    parity = compare(_logits([-2, 1, 1, 2]), _logits([1, 1, 1, -1]))

    assert parity.dice == pytest.approx(4 / 6)
    assert parity.relative_error == pytest.approx(np.sqrt(18 / 4))


def test_dice_is_none_where_the_reference_is_empty() -> None:
    assert compare(_logits([1, -1]), _logits([-1, -1])).dice is None


def test_a_black_mask_does_not_hold() -> None:
    assert not compare(_logits([-1, -1]), _logits([1, -1])).holds("bf16")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_does_not_hold(bad: float) -> None:
    logits = _logits([1, -1])
    logits[0, 0, 0, 0, 1] = bad

    assert not compare(logits, _logits([1, -1])).holds("bf16")


@pytest.mark.parametrize(
    ("parity", "precision", "holds"),
    [
        (Parity(dice=0.9991, relative_error=0.5), "bf16", True),
        (Parity(dice=0.9989, relative_error=0.5), "bf16", False),
        (Parity(dice=None, relative_error=0.5), "bf16", False),
        (Parity(dice=None, relative_error=0.019), "bf16", True),
        (Parity(dice=0.5, relative_error=0.021), "bf16", False),
        (Parity(dice=0.5, relative_error=0.019), "fp16", False),
        (Parity(dice=0.5, relative_error=0.004), "fp16", True),
    ],
)
def test_when_parity_holds(parity: Parity, precision: str, holds: bool) -> None:
    assert parity.holds(precision) is holds


class Fake:
    """An engine whose bfloat16 is off by a factor."""

    name = "fake"

    def __init__(self, precision: str, *, error: float) -> None:
        self.device = precision
        self.error = error if precision == "bf16" else 0.0

    def __call__(self, batch: Batch) -> Batch:
        logits = np.concatenate([-batch, batch], axis=1)
        logits[:, :, ::2] *= 1 - 2 * self.error
        return logits


@pytest.mark.parametrize(("error", "used"), [(0.001, "bf16"), (0.9, "f32")])
def test_an_engine_that_fails_the_check_runs_in_float32(
    model: weights.Model, caplog: pytest.LogCaptureFixture, error: float, used: str
) -> None:
    with caplog.at_level(logging.INFO):
        engine = admitted(
            lambda precision: Fake(precision, error=error),
            precision="bf16",
            manifest=model.manifest,
        )

    assert engine.device == used
    assert ("so float32 is used" in caplog.text) is (used == "f32")


@pytest.mark.parametrize("name", ["torch", "openvino"])
def test_bfloat16_is_close_to_float32(model: weights.Model, name: str) -> None:
    patch = np.random.default_rng(0).normal(size=(1, 1, 16, 16, 16)).astype(np.float32)
    (exact,), (engine,) = (engines.create(name, model, precision=p) for p in ("f32", "bf16"))

    parity = compare(engine(patch), exact(patch))

    assert "bf16" in engine.device
    assert parity.holds("bf16")
    # It is bfloat16, with its 8 bits, where the CPU has it; OpenVINO takes float32 elsewhere.
    if name == "torch" or "BF16" in openvino.Core().get_property(
        "CPU", "OPTIMIZATION_CAPABILITIES"
    ):
        assert parity.relative_error > 1e-4


def test_the_phantom_looks_a_little_like_ct() -> None:
    hu = phantom_hu((16, 32, 32))

    assert hu.shape == (16, 32, 32)
    assert hu.dtype == np.float32
    assert 30 < hu[8, 16, 16] < 90
    assert hu[0, 0, 0] < -40
    np.testing.assert_array_equal(hu, phantom_hu((16, 32, 32)))


def test_verified_folder_is_not_written_to(model: weights.Model) -> None:
    before = sorted(Path(model.folder).iterdir())

    engines.create("openvino", model, precision="bf16")

    assert sorted(Path(model.folder).iterdir()) == before
