"""Scores by type and training group, and the tables of models made of them."""

import pytest
from synthetic_scores import Write

from evaluation.compare.compare import compare_entries
from evaluation.compare.comparison import Comparison, GroupScores
from evaluation.compare.entries import read_entries
from evaluation.compare.group_table import group_tables, markdown

TYPES = [*[("liver", "FSUP")] * 2, *[("bone", "FSUP")], *[("breast", "PSUP")] * 7]


def compared(write: Write, **scores: list[float]) -> Comparison:
    files = [
        write(name, dice, errors=[1 - d for d in dice], types=TYPES, consistency=[0.5, 0.7])
        for name, dice in scores.items()
    ]
    return compare_entries(read_entries(files, [n.replace("_", "+") for n in scores]), resamples=10)


def scores_of(comparison: Comparison, group: str, metric: str = "SegmentationDice") -> GroupScores:
    [found] = [one for one in comparison.groups if (one.group, one.metric) == (group, metric)]
    return found


def test_means_and_deviations_of_groups(write: Write) -> None:
    """Liver has 0.2 and 0.4: mean 0.3, deviation √0.02. Bone has one lesion, and no deviation."""
    comparison = compared(write, a=[0.2, 0.4, *[0.5] * 8], b=[0.3, 0.3, *[0.6] * 8])
    liver, bone = scores_of(comparison, "liver"), scores_of(comparison, "bone")
    cells = {cell.name: cell for cell in liver.cells}
    assert (liver.lesions, liver.by) == (2, "type")
    assert cells["a"].mean == pytest.approx(0.3)
    assert cells["a"].std == pytest.approx(0.02**0.5)
    assert [cell.std for cell in bone.cells] == [None, None]
    assert [cell.best for cell in liver.cells] == [True, True]  # 0.3 is both means
    assert {cell.name: cell.best for cell in bone.cells} == {"a": False, "b": True}
    assert scores_of(comparison, "FSUP").lesions == 3


def test_of_errors_the_least_is_best(write: Write) -> None:
    comparison = compared(write, a=[0.5] * 10, b=[0.6] * 10)
    cells = scores_of(comparison, "all", "LongAxisErrorPercentage").cells
    assert {cell.name: cell.best for cell in cells} == {"a": False, "b": True}


def test_significance_is_against_the_best_and_corrected(write: Write) -> None:
    """Ten lesions that all differ one way: p = 2/2¹⁰ uncorrected; seven: 2/2⁷."""
    a = [0.2 + 0.01 * i for i in range(10)]
    comparison = compared(write, a=a, b=[dice + 0.1 + 0.001 * i for i, dice in enumerate(a)])
    [best, other] = scores_of(comparison, "all").cells
    assert (best.name, best.p, best.p_holm) == ("b", None, None)
    assert other.p == pytest.approx(2 / 2**10)
    assert other.p_holm is not None
    assert other.p_holm > 2 / 2**10
    [_, of_psup] = scores_of(comparison, "PSUP").cells
    assert of_psup.p == pytest.approx(2 / 2**7)


def test_consistency_stands_for_all_lesions_only(write: Write) -> None:
    comparison = compared(write, a=[0.5] * 10, b=[0.6] * 10)
    found = [g.group for g in comparison.groups if g.metric == "ConsistencyDice"]
    assert found == ["all"]


def test_table_tells_augmented_models_and_published_rows(write: Write) -> None:
    dice = [0.2 + 0.01 * i for i in range(10)]
    comparison = compared(write, net=dice, net_TTA=[d + 0.1 for d in dice])
    table = group_tables(comparison.groups)[0]
    assert table.headings == (
        *("model", "TTA", "all (10)", "bone (1)", "breast (7)", "liver (2)"),
        *("FSUP (3)", "PSUP (7)"),
    )
    assert [row[:2] for row in table.rows] == [
        ("net", "yes"),
        ("net", "no"),
        ("nnUnet (published)", "no"),
        ("nnUnet (published)", "yes"),
        ("nnUnet-ResEnc (published)", "no"),
        ("nnUnet-ResEnc (published)", "yes"),
        ("nnUnet-ResEnc+SS (published)", "no"),
        ("nnUnet-ResEnc+SS (published)", "yes"),
    ]
    assert table.bold == {(0, column) for column in range(2, 8)}
    published = table.rows[6]
    assert published[2:] == ("0.703 ± 0.240", "0.419", "–", "0.730", "0.714", "0.631")
    assert table.rows[7][2:] == ("0.715", "–", "–", "–", "–", "–")


def test_markdown_has_the_best_in_bold_and_daggers(write: Write) -> None:
    dice = [0.2 + 0.01 * i for i in range(10)]
    text = markdown(group_tables(compared(write, a=dice, b=[d + 0.1 for d in dice]).groups))
    # a: mean 0.245, deviation of 0.00, 0.01, … 0.09 is 0.0303; its errors are 1 − Dice
    assert "| **0.345 ± 0.030** |" in text
    assert "| 0.245 ± 0.030†" in text
    assert "| **65.5 ± 3.0**" in text
    assert "11.2 ± 15.8" in text  # published, long axis


def test_without_types_there_is_one_column(write: Write) -> None:
    files = [write("a", [0.1, 0.2]), write("b", [0.3, 0.4])]
    table = group_tables(compare_entries(read_entries(files), resamples=10).groups)[0]
    assert table.headings == ("model", "TTA", "all (2)")
