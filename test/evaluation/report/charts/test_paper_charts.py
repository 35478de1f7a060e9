"""Boxes, differences and scatter plots of several submissions: what is drawn, and where."""

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evaluation.report.charts.boxes import MOST_BOXES, grouped_boxes
from evaluation.report.charts.differences import Pair, sorted_differences
from evaluation.report.charts.scatter import Errors, errors_against_dice
from uls.report.drawing import Plot


def drawn(plot: Plot) -> tuple[Figure, list[Axes]]:
    figure = Figure(layout="constrained")
    plot.draw(figure)
    return figure, figure.axes


def test_differences_are_sorted_and_counted() -> None:
    """0.4, 0.1, 0 and −0.2: half of the lesions better, a quarter worse; zero from 50 to 75 %."""
    pair = Pair([0.5, 0.3, 0.2, 0.8], [0.4, 0.5, 0.2, 0.4])
    _, [axes] = drawn(sorted_differences({"all": pair}, names=("ours", "theirs")))
    better, worse = (patch.get_data() for patch in axes.patches if hasattr(patch, "get_data"))
    assert better.values == pytest.approx([0.4, 0.1, 0, 0])
    assert worse.values == pytest.approx([0, 0, 0, -0.2])
    assert list(better.edges) == [0, 25, 50, 75, 100]
    assert [text.get_text() for text in axes.texts] == [
        "ours better: 50 %",
        "theirs better: 25 %",
        "mean +0.075",
    ]
    [crossing] = [line for line in axes.lines if line.get_marker() == "v" and len(line.get_xdata())]
    assert crossing.get_xdata() == pytest.approx([62.5])
    assert [50, 50] in [list(line.get_xdata()) for line in axes.lines]


@pytest.mark.parametrize(("a", "b"), [([0.1], [0.1, 0.2]), ([], [])])
def test_differences_need_the_same_lesions(a: list[float], b: list[float]) -> None:
    with pytest.raises(ValueError, match="not the same lesions"):
        Pair(a, b)


def test_each_group_of_differences_has_a_panel() -> None:
    pair = Pair([0.5, 0.3], [0.4, 0.5])
    _, axes = drawn(sorted_differences({"FSUP": pair, "PSUP": pair}, names=("a", "b")))
    assert [one.get_title(loc="left") for one in axes] == ["FSUP (2)", "PSUP (2)"]


def test_boxes_stand_by_group_and_submission_points_only_under_five() -> None:
    five = [0.1, 0.2, 0.3, 0.4, 0.5]
    groups = {"liver": {"a": five, "b": five}, "bone": {"a": [1.0], "b": [2.0]}}
    figure, [axes] = drawn(grouped_boxes(groups, label="error (%)"))
    assert len([patch for patch in axes.patches if patch.get_facecolor()[3] == 0.3]) == 2
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["liver (5)", "bone (1)"]
    points = [list(line.get_xdata()) for line in axes.lines if line.get_marker() == "o"]
    assert points == [five, five, [1.0], [2.0]]
    places = [float(line.get_ydata().mean()) for line in axes.lines if line.get_marker() == "o"]
    assert places == sorted(places)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a", "b"]


def test_more_submissions_than_colours_are_refused() -> None:
    with pytest.raises(ValueError, match=f"at most {MOST_BOXES}"):
        grouped_boxes({"all": {str(n): [0.1] for n in range(MOST_BOXES + 1)}}, label="")


def test_both_axes_errors_stand_over_dice_in_percent() -> None:
    figure, [long, short] = drawn(
        errors_against_dice({"liver": Errors([0.9, 0.2], [0.05, 0.4], [0.1, 0.5])})
    )
    assert list(long.lines[0].get_ydata()) == pytest.approx([5, 40])
    assert list(short.lines[0].get_ydata()) == pytest.approx([10, 50])
    assert long.get_ylabel() == "error of the long axis (SAPE, %)"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["liver (2)"]


def test_a_plot_is_svg_pdf_and_png_the_same_each_time() -> None:
    plot = grouped_boxes({"all": {"a": [0.1, 0.2]}}, label="error (%)")
    assert plot.svg().startswith("<?xml")
    assert plot.pdf() == plot.pdf()
    assert plot.pdf().startswith(b"%PDF")
    assert plot.png().startswith(b"\x89PNG")
