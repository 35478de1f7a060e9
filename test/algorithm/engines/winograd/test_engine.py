"""The engine `winograd`: what it needs, and how it is checked before it runs a large network."""

import numpy as np
import pytest
from fake_engines import Fakes
from starter_model import STARTER

from algorithm.engines.catalogue import catalogue
from algorithm.engines.catalogue.catalogue import Candidate, package
from algorithm.engines.catalogue.conditions import Conditions
from algorithm.engines.options import Options
from algorithm.engines.selection import admission, choose, shortlist
from algorithm.engines.selection.create import create
from algorithm.engines.selection.smaller_patch import on_smaller_patch, share_of_voxels
from algorithm.engines.winograd import engine as winograd
from algorithm.engines.winograd.graph import UnknownOperatorError
from algorithm.engines.winograd.library import digest, library_path
from algorithm.models import weights
from uls.workshop.errors import CallError, ModelError

WINOGRAD = Candidate("winograd", "cpu", "f32")


@pytest.fixture
def for_a_large_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (shortlist, choose):
        monkeypatch.setattr(module, "is_small", lambda _: False)
    monkeypatch.setattr(shortlist, "cuda_is_there", lambda: False)
    monkeypatch.setattr(shortlist, "_cpu_computes_in_bf16", lambda: False)


def test_without_a_library_it_is_not_there(
    model: weights.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "library_path", lambda: None)

    assert not catalogue.installed("winograd")
    with pytest.raises(CallError, match=r"--engine winograd: expected the library for this CPU"):
        create("winograd", model)
    assert create("auto", model, device="cpu")[0].name == "openvino"


def test_a_network_with_other_layers_is_a_model_error(
    model: weights.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise UnknownOperatorError("Sigmoid nonlin")

    monkeypatch.setattr(winograd, "read_network", refuse)

    with pytest.raises(ModelError, match="expected layers that --engine winograd has, found Sigm"):
        winograd.create(model, model.manifest.folds[0], Options())


def test_a_batch_is_one_patch_after_the_other(model: weights.Model) -> None:
    (engine,) = create("winograd", model)
    rng = np.random.default_rng(0)
    batch = rng.standard_normal((3, *model.manifest.input_shape), dtype=np.float32)

    together = engine(batch)

    assert together.shape[0] == 3
    for patch, logits in zip(batch, together, strict=True):
        assert (engine(patch[np.newaxis])[0] == logits).all()


def test_its_version_is_that_of_its_library() -> None:
    path = library_path()
    assert path is not None
    assert package("winograd").startswith(f"library {digest(path)}, openvino ")


def test_a_large_network_is_checked_on_a_smaller_patch(
    model: weights.Model,
    for_a_large_network: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And the time is worked out for the whole patch: eight times the voxels."""
    Fakes().install(monkeypatch)
    shapes: list[tuple[int, ...]] = []
    batch_of = choose.Trial.__init__.__globals__["batch_of"]

    def seen(*arguments: object) -> np.ndarray:
        shapes.append(batch_of(*arguments).shape)
        return np.asarray(batch_of(*arguments))

    monkeypatch.setitem(choose.Trial.__init__.__globals__, "batch_of", seen)
    found: list[float] = []
    run = choose.Trial.run

    def timed(trial: choose.Trial, candidate: Candidate) -> admission.Admission:
        admitted = run(trial, candidate)
        found.append(admitted.seconds)
        return admitted

    monkeypatch.setattr(choose.Trial, "run", timed)

    (engine,) = create("auto", model)

    assert engine.device == str(WINOGRAD)
    assert set(shapes) == {(1, 1, 8, 8, 8)}
    record = admission.recall(Conditions.of(WINOGRAD, model), model)
    assert record is not None
    assert record.holds
    assert record.seconds == 8 * found[0]


def test_it_is_checked_even_if_it_was_named(
    model: weights.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other engines' float32 runs on the user's word."""
    Fakes(errors={str(WINOGRAD): 0.9}).install(monkeypatch)

    with pytest.raises(ModelError, match="an engine that agrees with the reference"):
        create("winograd", model)


@pytest.mark.parametrize("error", [MemoryError(), OSError("no room"), KeyError("node")])
def test_whatever_fails_when_it_is_made_is_a_model_error(
    model: weights.Model, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(winograd, "Program", fail)

    with pytest.raises(ModelError, match="expected a network that can be read, and memory"):
        winograd.create(model, model.manifest.folds[0], Options())


def test_what_disagrees_there_gives_way(
    model: weights.Model, for_a_large_network: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    Fakes(errors={str(WINOGRAD): 0.9}).install(monkeypatch)

    assert create("auto", model)[0].device == "openvino on cpu in f32"


def test_the_real_one_passes_on_a_smaller_patch(
    model: weights.Model, for_a_large_network: None
) -> None:
    (engine,) = create("auto", model)

    assert engine.name == "winograd"
    record = admission.recall(Conditions.of(WINOGRAD, model), model)
    assert record is not None
    assert record.parities["all/body"].relative_error < 1e-4


def test_a_smaller_patch_shows_the_coarsest_level_two_voxels(model: weights.Model) -> None:
    """The network halves the patch of 16 voxels twice."""
    smaller = on_smaller_patch(model)

    assert smaller.manifest.patch_zyx == (8, 8, 8)
    assert share_of_voxels(smaller, model) == 1 / 8
    assert smaller.sha256 != model.sha256
    assert on_smaller_patch(smaller).manifest.patch_zyx == (8, 8, 8)


def test_the_starter_model_keeps_its_patch() -> None:
    starter = weights.verify(STARTER)

    assert on_smaller_patch(starter) is starter
