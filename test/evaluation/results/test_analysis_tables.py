"""The printed analysis."""

import pytest
from synthetic_lesions import clicks, lesion, measures

from evaluation.analysis.analyse import analyse
from evaluation.results.analysis_tables import analysis_tables
from evaluation.results.lesion_sections import SurfaceScore
from evaluation.results.sections import Analysis


@pytest.fixture
def analysis() -> Analysis:
    """Long axes 20 → 22 and 40 → 36 mm: +2 and −4 mm, 200/21 and −400/38 %."""
    lesions = [
        lesion(0.5, voi=0, type="lung", prediction=measures(22, 10)),
        lesion(0.7, voi=1, type="lung", reference=measures(40, 10), prediction=measures(36, 10)),
        lesion(0.05, voi=2, reference=measures(40), no_prediction=True),
    ]
    return analyse(lesions, [clicks(0.5, 0, 7), clicks(0.5, 1, 8)], [])


def lines(table: str) -> list[list[str]]:
    return [line.split() for line in table.splitlines()]


def test_groups_of_lesions_csv_and_of_size(analysis: Analysis) -> None:
    """0.5 and 0.7: 0.6 ± √0.02 = 0.1414."""
    types, sizes, *_ = map(lines, analysis_tables(analysis))
    assert types[0][:3] == ["type", "lesions", "Dice"]
    assert " ".join(types[1]) == "lung 2 0.600 ± 0.141 0.100 ± 0.000 0.200 ± 0.000 2"
    assert types[2] == ["not", "known", "1", "-", "-", "-", "-"]
    assert [row[:2] for row in sizes] == [
        ["long_axis_mm", "lesions"],
        ["20-30", "1"],
        ["30-50", "2"],
    ]


def test_agreement_beside_the_observer_study(analysis: Analysis) -> None:
    """Bias −1 mm, SD √18 = 4.243: −9.3 to 7.3. Short axes agree in two of three."""
    _, _, table, *_ = map(lines, analysis_tables(analysis))
    assert table[1][:9] == ["long", "2", "of", "3", "(0.667)", "-1.0", "-9.3", "to", "7.3"]
    assert table[1][-1] == "2"
    assert table[2][:9] == ["short", "2", "of", "3", "(0.667)", "0.0", "0.0", "to", "0.0"]
    assert " ".join(table[3]) == "one observer (Yoon 2016) - - - 1.6 -22.1 to 25.3 -"


def test_intervals_and_the_score(analysis: Analysis) -> None:
    """Consistency is 0.5 in every resample."""
    *_, table, _ = map(lines, analysis_tables(analysis))
    assert table[0] == ["95", "%", "interval,", "by", "lesion", "mean", "median", "std"]
    assert table[4][:4] == ["ConsistencyDice", "0.500", "to", "0.500"]
    assert table[5][0] == "ChallengeScore"
    interval = analysis.intervals.challenge_score
    assert interval is not None
    assert table[5][1:4] == [f"{interval.lower:.3f}", "to", f"{interval.upper:.3f}"]


def test_what_was_found_and_what_it_means(analysis: Analysis) -> None:
    found, recist = analysis_tables(analysis)[-1].splitlines()
    assert found.startswith("Found (Dice above 0.1): 2 of 3 (0.667); empty: 0, ")
    assert recist == (
        "RECIST 1.1, of 2 measurable lesions, each taken alone: stable 2, progression 0, "
        "partial response 0, complete response 0; no longer measurable 0"
    )


def test_surfaces_where_they_were_asked_for() -> None:
    surface = SurfaceScore(dice=0.8, tolerance_mm=2, hausdorff_95_mm=None)
    closing = analysis_tables(analyse([lesion(surface=surface)], [], []))[-1].splitlines()
    assert closing[-1] == "Surface Dice at 2 mm 0.800 ± -; Hausdorff 95 % - ± - mm, infinite in 1"


def test_figures_that_do_not_exist_are_dashes() -> None:
    """One lesion: no deviation, no interval."""
    _, _, intervals, _ = map(lines, analysis_tables(analyse([lesion()], [], [])))
    assert intervals[1] == ["SegmentationDice", "-", "-", "-"]
    assert intervals[5] == ["ChallengeScore", "-", "-", "-"]
