"""Tables beside the main one, from figures worked out here."""

from pathlib import Path

import pytest

from training.starter.evaluate.corrected import CorrectedScore
from training.starter.evaluate.more_tables import (
    corrections_table,
    readers_table,
    reliability,
    reliability_table,
    selectivity_table,
    volumes_table,
)
from training.starter.evaluate.readers import ReadersScore
from training.starter.evaluate.reliability_plot import write_reliability
from training.starter.evaluate.scores import CaseScores, ClickScore
from training.starter.evaluate.selectivity import HealthyScore, SelectedScore
from uls.workshop.errors import InputError


def _case(name: str, *clicks: tuple[float, float], certainty: float | None = None) -> CaseScores:
    scores = (
        ClickScore((0, 0, 0), dice, 0.1, 0.1, ratio, 0.5, (), certainty) for dice, ratio in clicks
    )
    return CaseScores(name, "lung", 30.0, 1.0, tuple(scores), None)


def test_volumes_and_intervals() -> None:
    cases = [_case("a", (0.2, 0.1), (0.6, 0.9)), _case("b", (0.9, 1.1), (0.9, 3.5))]
    row = volumes_table({"model": cases}).splitlines()[-1].split()
    # Means 0.4 and 0.9; best 0.6 and 0.9; ratios 0.1, 0.9, 1.1, 3.5.
    assert row[:4] == ["all", "model", "2", "0.650"]
    low, high = map(float, row[4].split("-"))
    assert (low, high) == (0.4, 0.9)  # of two lesions, a resample may have one twice
    assert row[5:] == ["0.750", "1.00", "25%", "25%"]


def test_a_single_lesion_has_no_interval() -> None:
    row = volumes_table({"model": [_case("a", (0.5, 1.0))]}).splitlines()[-1].split()
    assert row[4] == "-"


def test_selectivity_is_split_by_touching_and_nothing_is_counted() -> None:
    selected = [
        SelectedScore("a", False, 0.9, 0.5, 0.92, 0.0),
        SelectedScore("b", True, 0.5, 0.8, 0.9, 0.3),
    ]
    healthy = [HealthyScore("a", 0.0), HealthyScore("b", 0.05), HealthyScore("c", 2.95)]
    lines = selectivity_table(selected, healthy).splitlines()
    assert lines[1].split() == ["apart", "1", "0.900", "-", "0.920", "0.500", "0%"]
    assert lines[2].split() == ["touching", "1", "0.500", "-", "0.900", "0.800", "30%"]
    assert lines[3].split()[:3] == ["all", "2", "0.700"]
    assert "clicks on nothing: 3; nothing drawn (below 0.1 ml) 67%" in lines[4]
    assert lines[4].endswith("median 0.05 ml, mean 1.00 ml")
    sure = [HealthyScore("a", 0.0, 0.2), HealthyScore("b", 1.0, 0.4)]
    assert selectivity_table(selected, sure).endswith("expected Dice 0.30")


def test_corrections_of_all_and_of_what_began_badly() -> None:
    scores = [
        CorrectedScore("a", "lung", (0.4, 0.6, 0.7, 0.8)),
        CorrectedScore("b", "liver", (0.8, 0.8, 0.9, 0.9)),
    ]
    lines = [line.split() for line in corrections_table(scores).splitlines()]
    assert lines[1] == ["lung", "1", "0.400", "0.600", "0.700", "0.800"]
    assert lines[3] == ["below", "0.5", "at", "first", "1", "0.400", "0.600", "0.700", "0.800"]
    assert lines[4] == ["all", "2", "0.600", "0.700", "0.800", "0.850"]


def test_what_was_expected_stands_beside_what_came() -> None:
    assert reliability([0.1, 0.15, 0.95, 1.0], [0.0, 0.3, 0.9, 0.8]) == [
        (2, pytest.approx(0.125), pytest.approx(0.15)),
        (2, pytest.approx(0.975), pytest.approx(0.85)),
    ]
    cases = [_case("a", (0.5, 1.0), certainty=0.7), _case("b", (0.9, 1.0), certainty=0.8)]
    text = reliability_table(cases)
    assert "off by 0.150" in text
    assert reliability_table([_case("a", (0.5, 1.0))]) == ""


def test_readers() -> None:
    text = readers_table([ReadersScore("below 10 mm", 12, 0.71), ReadersScore("all", 30, 0.78)])
    assert text.splitlines()[1].split() == ["below", "10", "mm", "12", "0.710"]


def test_certainty_is_drawn_where_there_is_one(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    sure = [_case("a", (0.5, 1.0), certainty=0.7), _case("b", (0.9, 1.0), certainty=0.8)]
    write_reliability(sure, tmp_path / "certainty.png")
    assert (tmp_path / "certainty.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(InputError, match="says how sure it is, found one that does not"):
        write_reliability([_case("a", (0.5, 1.0))], tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()
