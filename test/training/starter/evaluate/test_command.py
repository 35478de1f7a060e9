import json
import sys
from pathlib import Path

import pytest
from cube_lesions import write_cube
from typer.testing import CliRunner

from training.__main__ import app
from uls.workshop.errors import CallError, InputError, OutputError


def call(*arguments: str | Path) -> str:
    command = ["starter", "evaluate", *map(str, arguments)]
    result = CliRunner().invoke(app, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def one_click(tmp_path: Path) -> tuple[str | Path, ...]:
    write_cube(tmp_path / "lesions", "case")
    return "--lesions", tmp_path / "lesions", "--clicks", "2", "--several", "0", "--quiet"


def test_a_model_is_evaluated_and_every_click_written(
    one_click: tuple[str | Path, ...], tmp_path: Path
) -> None:
    report_path = tmp_path / "report.json"
    output = call(*one_click, "--json", report_path)
    rows = [line.split() for line in output.splitlines()]
    assert rows[0][:2] == ["lesions", "method"]
    assert rows[1][:4] == ["lesions", "model", "1", "2"]  # the folder's name is the group's
    report = json.loads(report_path.read_text())
    assert (report["clicks"], report["seed"]) == (2, 23)
    (method,) = report["methods"]
    (case,) = method["cases"]
    assert case["name"] == "case_tumour"
    assert len(case["clicks"]) == 2
    mean = sum(click["dice"] for click in case["clicks"]) / 2
    assert rows[1][4] == f"{mean:.3f}"
    assert {path.name for path in tmp_path.iterdir()} == {"lesions", "report.json"}


def test_the_same_seed_gives_the_same_scores(
    one_click: tuple[str | Path, ...], tmp_path: Path
) -> None:
    def dice(*arguments: str) -> list[float]:
        call(*one_click, *arguments, "--json", tmp_path / "report.json")
        report = json.loads((tmp_path / "report.json").read_text())
        return [click["dice"] for click in report["methods"][0]["cases"][0]["clicks"]]

    assert dice() == dice("--seed", "23") != dice("--seed", "24")


def test_nothing_to_evaluate_is_told() -> None:
    with pytest.raises(CallError, match="at least one lesion"):
        call("--synthetic", "0")


def test_a_place_that_cannot_hold_the_report_is_told_first(
    one_click: tuple[str | Path, ...], tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match="no such folder"):
        call(*one_click, "--json", tmp_path / "missing" / "report.json")
    with pytest.raises(OutputError, match="found a folder"):
        call(*one_click, "--json", tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        call("--lesions", tmp_path / "missing")


def test_peers_are_tuned_on_other_lesions_and_stand_beside_the_model(
    one_click: tuple[str | Path, ...], tmp_path: Path
) -> None:
    pytest.importorskip("cv2")
    write_cube(tmp_path / "lesions", "STS_001")  # of a data set that the recipe trains on
    output = call(*one_click, "--peers", "--tuning", "1", "--json", tmp_path / "report.json")
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["tuning_lesions"] == ["STS_001_tumour"]
    model, *peers = report["methods"]
    families = ["ConfidenceConnected", "region growing", "GrabCut", "adaptive growing"]
    assert [peer["name"] for peer in peers] == families
    for peer in peers:
        assert peer["tuning_dice"][peer["setting"]] == max(peer["tuning_dice"].values())
        clicks = [click["click_zyx"] for click in peer["cases"][0]["clicks"]]
        assert clicks == [click["click_zyx"] for click in model["cases"][0]["clicks"]]
        assert f"{peer['name']}: {peer['setting']}" in output


def test_peers_without_opencv_are_told(
    one_click: tuple[str | Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(CallError, match="opencv-python-headless"):
        call(*one_click, "--peers")


def test_the_help_names_where_to_get_lesions() -> None:
    assert "pyradiomics" in call("--help")


def test_every_table_is_printed_and_written(
    one_click: tuple[str | Path, ...], tmp_path: Path
) -> None:
    arguments = [*one_click, "--several", "1", "--corrections", "--json", tmp_path / "report.json"]
    output = call(*arguments)
    for heading in ("lesions", "95 % interval", "clicked among several", "clicks on nothing"):
        assert heading in output
    report = json.loads((tmp_path / "report.json").read_text())
    assert len(report["selected"]) >= 2
    assert report["corrected"] == []  # the built-in model takes none
    click = report["methods"][0]["cases"][0]["clicks"][0]
    assert set(click["evidence"]) == {"spread", "agreement", "crispness", "inside", "votes"}
