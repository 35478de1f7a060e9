"""The starter model as the fallback of another: when it is loaded, and when it is not."""

import logging
import threading
from dataclasses import dataclass, field
from functools import partial
from math import inf
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from starter_model import STARTER

from algorithm.cli import load, loading
from algorithm.cli.load import load_fallback, load_predictor
from algorithm.engines.engine_names import EngineSettings
from algorithm.engines.time_limit import TimeLimit
from algorithm.inference.zoom_predictor import ZoomPredictor
from algorithm.models.find_model import BUILT_IN_VARIABLE
from uls.workshop.errors import ModelError

ON_CPU = EngineSettings(device="cpu")


class Other:
    """A model that is no zoom model."""

    takes_boxes = False

    def predict(self, voi_hu: Any, **_: Any) -> Any:
        return np.zeros(voi_hu.shape, np.float32)

    def warm_up(self) -> None:
        pass

    def patches_per_pass(self) -> int | None:
        return 1

    def passes(self, mirror: int) -> int:
        return mirror


def test_the_starter_model_stands_by_where_there_is_a_budget(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(BUILT_IN_VARIABLE, str(STARTER))
    with caplog.at_level(logging.INFO):
        fallback = load_fallback(Other(), 100.0, ON_CPU)
    assert isinstance(fallback, ZoomPredictor)
    assert "If time runs short: " in caplog.text


def test_without_a_budget_nothing_is_loaded(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert load_fallback(Other(), None, ON_CPU) is None
    assert caplog.text == ""


def test_a_zoom_model_needs_no_other(caplog: pytest.LogCaptureFixture) -> None:
    predictor = load_predictor(STARTER, ON_CPU)
    caplog.clear()
    assert load_fallback(predictor, 100.0, ON_CPU) is None
    assert caplog.text == ""


def test_a_missing_starter_model_is_told_and_the_job_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(BUILT_IN_VARIABLE, str(tmp_path / "nowhere"))
    assert load_fallback(Other(), 100.0, ON_CPU) is None
    assert "No starter model to fall back on" in caplog.text
    assert "nowhere: expected a model (built-in weights), found no such folder" in caplog.text
    assert "will be left empty" in caplog.text


def test_a_built_in_model_of_another_kind_is_no_fallback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    nnunet_folders = pytest.importorskip("nnunet_folders")
    plans = nnunet_folders.new_plans(patch=(16, 24, 32))
    source = nnunet_folders.write_result_folder(tmp_path / "result", plans)
    monkeypatch.setenv(BUILT_IN_VARIABLE, str(source))
    assert load_fallback(Other(), 100.0, ON_CPU) is None
    assert "expected a fast model (kind zoom), found nnunet" in caplog.text


class Clock:
    """Moved by what is loaded and run; loading runs in a thread of its own."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Timed(Other):
    """A model whose VOIs and patches take some seconds."""

    def __init__(self, clock: Clock, seconds: float, patches: int | None) -> None:
        self.clock, self.seconds, self.patches = clock, seconds, patches
        self.runs = 0

    def predict(self, voi_hu: Any, **_: Any) -> Any:
        self.warm_up()
        return np.zeros(voi_hu.shape, np.float32)

    def warm_up(self) -> None:
        self.runs += 1
        self.clock.now += self.seconds

    def patches_per_pass(self) -> int | None:
        return self.patches


@dataclass
class Machine:
    """What loading and running takes, and what happened in which order."""

    clock: Clock = field(default_factory=Clock)
    check_seconds: float = 0.0
    patch_seconds: float | None = None
    pass_seconds: float = 10.0
    starter_seconds: float = 1.0
    limits: list[float] = field(default_factory=list)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        kinds = iter(["nnunet", "zoom"])

        def load_model(_: Path) -> Any:
            manifest = SimpleNamespace(kind=next(kinds), name="m", folds=(None,))
            return SimpleNamespace(manifest=manifest, origin=Path("m"))

        def select(_engine: str, model: Any, *, limit: TimeLimit, **_: Any) -> Any:
            self.limits.append(limit.seconds_left)
            if model.manifest.kind == "nnunet":
                self.clock.now += self.check_seconds
                with limit.step():
                    pass
            engine = SimpleNamespace(name="fake", device=model.manifest.kind)
            return load.Selected((engine,), self.patch_seconds)

        def make_predictor(model: Any, _: Any) -> Timed:
            if model.manifest.kind == "zoom":
                return Timed(self.clock, self.starter_seconds, None)
            return Timed(self.clock, self.pass_seconds, 1)

        monkeypatch.setattr(load, "load_model", load_model)
        monkeypatch.setattr(load, "find_model", lambda _: Path("m"))
        monkeypatch.setattr(load.weights, "describe", lambda _: [])
        monkeypatch.setattr(load, "find_built_in", lambda: Path("s"))
        for module in (load, loading):
            monkeypatch.setattr(module, "select", select)
        monkeypatch.setattr(load, "make_predictor", make_predictor)
        for module in (load, loading):
            limit = partial(TimeLimit, clock=self.clock)
            monkeypatch.setattr(module, "TimeLimit", limit)
        for name in ("rehearse_fallback", "rehearse_model"):
            monkeypatch.setattr(load, name, partial(getattr(load, name), clock=self.clock))

    def load(self, budget_seconds: float, n_vois: int) -> load.Loaded:
        return load.load_in_time(
            None,
            EngineSettings(),
            n_vois=n_vois,
            seconds_left=lambda: budget_seconds - self.clock.now,
        )


@pytest.mark.parametrize("slower", [0.25, 1.0, 2.0, 4.0, 20.0])
def test_the_starters_turn_comes_before_what_the_model_may_take(
    monkeypatch: pytest.MonkeyPatch, slower: float
) -> None:
    """20 VOIs in 60 s; the starter takes 0.6 s for one, and 9 s the check of the model's engine.

    What may be done before the first VOI leaves the starter its 20 turns.
    """
    machine = Machine(
        check_seconds=9.0 * slower,
        patch_seconds=6.0 * slower,
        pass_seconds=6.0 * slower,
        starter_seconds=0.6 * slower,
    )
    machine.install(monkeypatch)

    loaded = machine.load(60.0, 20)

    assert loaded.expected.per_fallback == pytest.approx(0.6 * slower)
    assert (loaded.expected.per_pass == inf) == (slower >= 2.0)
    rehearsed = 0.6 * slower * (2 if slower <= 1.0 else 1)
    for checks in machine.limits[1:]:
        for_loading = checks / loading.CHECKS_SHARE * loading.LOADING_SHARE
        assert rehearsed + for_loading + 20 * 0.6 * slower <= 60


def test_checks_have_a_share_of_the_models_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 60 s a twentieth for the starter's. Then, after two turns of 0.5 s, 59 − 1.5 · 10 = 44 for
    the model, and a third of them for its checks.
    """
    machine = Machine(starter_seconds=0.5)
    machine.install(monkeypatch)
    machine.load(60.0, 20)
    assert machine.limits == pytest.approx([3.0, 44.0 / 3])


@pytest.mark.parametrize(("starter_seconds", "n_vois"), [(3.0, 20), (30.0, 2), (1.0, 100)])
def test_where_the_starter_needs_all_the_time_the_model_is_not_loaded(
    monkeypatch: pytest.MonkeyPatch, starter_seconds: float, n_vois: int
) -> None:
    machine = Machine(starter_seconds=starter_seconds)
    machine.install(monkeypatch)
    loaded = machine.load(60.0, n_vois)
    assert loaded.expected.per_pass == inf
    assert loaded.abandoned is None
    assert len(machine.limits) == 1


def test_what_the_check_timed_is_not_rehearsed(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(check_seconds=5.0, patch_seconds=6.0, pass_seconds=60.0)
    machine.install(monkeypatch)
    loaded = machine.load(120.0, 2)
    assert loaded.expected.per_pass == 6.0
    assert loaded.predictor.runs == 0  # type: ignore[attr-defined]


def test_loading_that_takes_too_long_is_abandoned(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing in a compiler can be stopped: it goes on, and the job without it."""
    machine, end = Machine(), threading.Event()
    machine.install(monkeypatch)
    select = loading.select

    def hang(engine: str, model: Any, **options: Any) -> Any:
        if model.manifest.kind == "nnunet":
            end.wait(60)
        return select(engine, model, **options)

    monkeypatch.setattr(loading, "select", hang)
    monkeypatch.setattr(loading, "LOADING_SHARE", 0.001)

    loaded = machine.load(60.0, 2)

    assert loaded.expected.per_pass == inf
    assert loaded.abandoned is not None
    assert loaded.abandoned.is_alive
    assert "The model's network is not loaded: it took more than" in caplog.text
    end.set()


def test_a_damaged_model_ends_the_job_in_spite_of_the_budget(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = Machine()
    machine.install(monkeypatch)
    select = loading.select

    def refuse(engine: str, model: Any, **options: Any) -> Any:
        if model.manifest.kind == "nnunet":
            raise ModelError("damaged")
        return select(engine, model, **options)

    monkeypatch.setattr(loading, "select", refuse)
    with pytest.raises(ModelError, match="damaged"):
        machine.load(60.0, 2)
