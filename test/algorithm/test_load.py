"""The starter model as the fallback of another: when it is loaded, and when it is not."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starter_model import STARTER

from algorithm.find_model import BUILT_IN_VARIABLE
from algorithm.load import load_fallback, load_predictor
from algorithm.models.zoom import ZoomPredictor


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
        fallback = load_fallback(Other(), 100.0, "auto", "cpu")
    assert isinstance(fallback, ZoomPredictor)
    assert "If time runs short: " in caplog.text


def test_without_a_budget_nothing_is_loaded(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert load_fallback(Other(), None, "auto", "cpu") is None
    assert caplog.text == ""


def test_a_zoom_model_needs_no_other(caplog: pytest.LogCaptureFixture) -> None:
    predictor = load_predictor(STARTER, "auto", "cpu")
    caplog.clear()
    assert load_fallback(predictor, 100.0, "auto", "cpu") is None
    assert caplog.text == ""


def test_a_missing_starter_model_is_told_and_the_job_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(BUILT_IN_VARIABLE, str(tmp_path / "nowhere"))
    assert load_fallback(Other(), 100.0, "auto", "cpu") is None
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
    assert load_fallback(Other(), 100.0, "auto", "cpu") is None
    assert "expected a fast model (kind zoom), found nnunet" in caplog.text
