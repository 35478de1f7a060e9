import json
from pathlib import Path
from typing import Any

import pytest

from evaluation.report.names import Names, read_names
from uls.workshop.errors import InputError


def summary(mean: float | None) -> dict[str, Any]:
    return {"mean": mean, "count": 1}


def lesion(stack: str, voi: int) -> dict[str, Any]:
    measures = {
        "voxels": 1,
        "volume_ml": 0.1,
        "long_axis_voxels": 1.0,
        "short_axis_voxels": 1.0,
        "long_axis_mm": 1.0,
        "short_axis_mm": 1.0,
        "slice_z": 1,
        "long_axis_yx": None,
        "short_axis_yx": None,
    }
    return {
        "fn": f"file_0_lesion_{voi}",
        "stack": stack,
        "voi": voi,
        "spacing_mm": [1.0, 1.0, 1.0],
        "dice": 0.5,
        "long_axis_error": 0.1,
        "short_axis_error": 0.1,
        "reference": measures,
        "prediction": measures,
        "notes": [],
    }


def pair(a: int, b: int) -> dict[str, Any]:
    return {"a": a, "b": b, "move_zyx": [0, 0, 0], "dice": 0.5, "notes": []}


@pytest.fixture
def metrics(tmp_path: Path) -> Path:
    """Two lesions of stack s, the second clicked three times, and one of another stack."""
    scores = {"0": 0.5, "1": 0.5, "2": 0.5}
    document = {
        "case": {
            "SegmentationDice": scores,
            "LongAxisErrorPercentage": scores,
            "ShortAxisErrorPercentage": scores,
            "fn": {"0": "a", "1": "b", "2": "c"},
        },
        "consistency_check": {"ConsistencyDice": {"0": 0.5}},
        "aggregates": {
            "ChallengeScore": 0.7654,
            "SegmentationDice": summary(0.5),
            "LongAxisErrorPercentage": summary(0.1),
            "ShortAxisErrorPercentage": summary(0.1),
            "ConsistencyDice": {**summary(None), "samples": 3},
        },
        "lesions": [lesion("s", 0), lesion("s", 1), lesion("other", 0)],
        "clicks": [{"stack": "s", "dice": 0.5, "pairs": [pair(1, 3), pair(1, 2), pair(3, 2)]}],
        "missing": [],
        "warnings": [],
    }
    path = tmp_path / "metrics.json"
    path.write_text(json.dumps(document))
    return path


def test_vois_are_called_by_lesion_and_click(metrics: Path) -> None:
    names = read_names(metrics, "s")
    assert names.of_voi == {
        0: "Lesion 0",
        1: "Lesion 1, click 1 of 3",
        2: "Lesion 1, click 2 of 3",
        3: "Lesion 1, click 3 of 3",
    }


def test_another_stack_has_its_own_names_and_the_lesions_number_over_all(metrics: Path) -> None:
    assert read_names(metrics, "other").of_voi == {0: "Lesion 2"}


def test_the_headline_has_the_figures_that_exist(metrics: Path) -> None:
    assert read_names(metrics, "s").headline == "Challenge score 0.765   mean Dice 0.500"


def test_vois_without_a_name_come_last_under_their_number() -> None:
    names = Names({2: "Lesion 0, click 1 of 2", 0: "Lesion 0, click 2 of 2", 9: "not there"})
    assert names.order(4) == [2, 0, 1, 3]
    assert [names.title(voi) for voi in (2, 3)] == ["Lesion 0, click 1 of 2", "VOI 3"]


def test_a_file_that_is_no_metrics_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "metrics.json"
    path.write_text('{"case": {}}')
    with pytest.raises(InputError, match=r"metrics\.json"):
        read_names(path, "s")
