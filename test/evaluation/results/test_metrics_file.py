"""metrics.json on disk."""

import json
import math
from pathlib import Path

import pytest

from evaluation.results.aggregates import aggregate
from evaluation.results.metrics import Case, Consistency, Metrics
from evaluation.results.metrics_file import read_metrics, write_metrics
from uls.workshop.errors import InputError, OutputError


@pytest.fixture
def metrics() -> Metrics:
    """One lesion with figures that JSON has no word for."""
    return Metrics(
        case=Case(
            dice={"0": math.nan},
            long_axis_error={"0": math.inf},
            short_axis_error={"0": -math.inf},
            fn={"0": "file_0_lesion_0"},
        ),
        consistency_check=Consistency(dice={"0": 0.1 + 0.2}),
        aggregates=aggregate(
            dice=[0.5], long_axis_error=[0.5], short_axis_error=[0.5], consistency=[0.5]
        ),
        lesions=[],
        clicks=[],
        missing=[],
        warnings=["µ"],
    )


def test_nan_and_infinity_are_null(metrics: Metrics, tmp_path: Path) -> None:
    written = json.loads(write_metrics(metrics, tmp_path).read_text())
    assert written["case"]["SegmentationDice"] == {"0": None}
    assert written["case"]["LongAxisErrorPercentage"] == {"0": None}
    assert written["case"]["ShortAxisErrorPercentage"] == {"0": None}


def test_figures_keep_every_digit(metrics: Metrics, tmp_path: Path) -> None:
    written = json.loads(write_metrics(metrics, tmp_path).read_text())
    assert written["consistency_check"]["ConsistencyDice"]["0"] == 0.30000000000000004


def test_what_was_written_is_read(metrics: Metrics, tmp_path: Path) -> None:
    path = write_metrics(metrics, tmp_path)
    assert write_metrics(read_metrics(path), tmp_path / "..").read_text() == path.read_text()


def test_an_earlier_file_is_replaced_whole(metrics: Metrics, tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text("x" * 10_000)
    path = write_metrics(metrics, tmp_path)
    assert json.loads(path.read_text())["warnings"] == ["µ"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["metrics.json"]


def test_a_place_that_cannot_be_written_is_named(metrics: Metrics, tmp_path: Path) -> None:
    (tmp_path / "metrics.json").mkdir()
    with pytest.raises(OutputError, match=r"metrics\.json: expected a place that can be written"):
        write_metrics(metrics, tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["metrics.json"]


@pytest.mark.parametrize("text", ["", "{}", '{"case": 1}'])
def test_reading_something_else_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "metrics.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"metrics\.json: expected a metrics\.json of this eval"):
        read_metrics(path)
