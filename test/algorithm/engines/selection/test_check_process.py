"""A check in a process that is ended when its time is over."""

import subprocess
import time
from typing import Any

import pytest

from algorithm.engines.catalogue.catalogue import Candidate
from algorithm.engines.catalogue.conditions import Conditions
from algorithm.engines.selection import choose, shortlist
from algorithm.engines.selection.check_process import check_in_a_process
from algorithm.engines.selection.create import select
from algorithm.engines.time_limit import NoTimeForCheckError, TimeLimit
from algorithm.models import weights
from uls.workshop.errors import ModelError

WINOGRAD = Candidate("winograd", "cpu", "f32")
REFERENCE = Candidate("torch", "cpu", "f32")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (shortlist, choose):
        monkeypatch.setattr(module, "is_small", lambda _: False)
    monkeypatch.setattr(shortlist, "cuda_is_there", lambda: False)


def ended(code: int, stderr: str = "") -> Any:
    return lambda *_, **__: subprocess.CompletedProcess([], code, stdout="", stderr=stderr)


def test_the_real_one_finds_what_a_check_in_this_process_finds(model: weights.Model) -> None:
    found = check_in_a_process(WINOGRAD, model, REFERENCE, TimeLimit(600))

    assert found.conditions == Conditions.of(WINOGRAD, model)
    assert found.holds
    assert found.seconds > 0


def test_it_ends_with_its_time(model: weights.Model) -> None:
    """Importing alone takes longer than a fiftieth of a second."""
    begin = time.monotonic()
    with pytest.raises(NoTimeForCheckError, match="does not fit into the budget"):
        check_in_a_process(WINOGRAD, model, REFERENCE, TimeLimit(0.02))
    assert time.monotonic() - begin < 60


@pytest.mark.parametrize("seconds", [0.0, -5.0])
def test_without_time_it_is_not_begun(model: weights.Model, seconds: float) -> None:
    def fail(*_: object, **__: object) -> Any:
        raise AssertionError

    with pytest.raises(NoTimeForCheckError):
        check_in_a_process(WINOGRAD, model, REFERENCE, TimeLimit(seconds, clock=Clock()), run=fail)


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (ended(-9), "ended by SIGKILL, as the system does where memory runs out"),
        (ended(-11), "ended by SIGSEGV"),
        (ended(1, "a\nError: no memory\n"), "exit code 1: Error: no memory"),
        (ended(1), "exit code 1: no word"),
    ],
)
def test_a_process_that_fails_says_how(model: weights.Model, run: Any, said: str) -> None:
    with pytest.raises(ModelError, match=f"the check of winograd on cpu in f32.*{said}"):
        check_in_a_process(WINOGRAD, model, REFERENCE, TimeLimit(600), run=run)


def test_another_model_in_the_folder_is_not_checked(model: weights.Model) -> None:
    other = weights.Model(model.folder, model.manifest, "0" * 64, model.origin)
    with pytest.raises(ModelError, match="the model to be checked"):
        check_in_a_process(WINOGRAD, other, REFERENCE, TimeLimit(600))


def test_what_was_found_in_time_is_remembered(model: weights.Model, large: None) -> None:
    first = select("auto", model, limit=TimeLimit(600))
    second = select("auto", model, limit=TimeLimit(0))

    assert first.engines[0].name == second.engines[0].name == "winograd"
    assert first.patch_seconds == second.patch_seconds


def test_where_a_large_network_has_no_time_for_its_check_nothing_is_loaded(
    model: weights.Model, large: None
) -> None:
    with pytest.raises(NoTimeForCheckError):
        select("auto", model, limit=TimeLimit(0))


def test_a_small_network_then_runs_in_the_float32_that_needs_no_check(
    model: weights.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shortlist, "cuda_is_there", lambda: False)
    monkeypatch.setattr(shortlist, "_cpu_computes_in_bf16", lambda: True)

    (engine,) = select("auto", model, precision="auto", limit=TimeLimit(0)).engines

    assert engine.name == "openvino"
    assert engine.device.endswith("f32)")


@pytest.mark.parametrize("precision", ["bf16", "auto"])
def test_a_check_on_a_whole_patch_is_not_begun_in_a_budget(
    model: weights.Model, large: None, monkeypatch: pytest.MonkeyPatch, precision: str
) -> None:
    """bfloat16 of a large network: a pass in float32 takes longer than most budgets are."""
    monkeypatch.setattr(shortlist, "_cpu_computes_in_bf16", lambda: True)
    if precision == "auto":
        assert select("openvino", model, precision="auto", limit=TimeLimit(600)).engines
        return
    with pytest.raises(NoTimeForCheckError, match="weights tune"):
        select("openvino", model, precision=precision, limit=TimeLimit(600))
