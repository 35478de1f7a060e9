from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evaluation.report.charts import axis_errors, figures
from evaluation.report.charts.boxes import grouped_boxes
from evaluation.report.charts.differences import Pair, sorted_differences
from evaluation.report.charts.scatter import Errors, errors_against_dice

SVG = "{http://www.w3.org/2000/svg}svg"


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Axes]:
    """Call a figure, and look at what it drew instead of at the SVG."""

    def call(figure: Callable[..., Any], *arguments: Any, **named: Any) -> Axes:
        found: list[Axes] = []

        def keep(draw: Callable[[Axes], None], **_: Any) -> str:
            found.append(Figure(layout="constrained").subplots())
            draw(found[0])
            return ""

        for module in (figures, axis_errors):
            monkeypatch.setattr(module, "as_svg", keep)
        figure(*arguments, **named)
        return found[0]

    return call


def test_groups_have_all_their_points_and_boxes_only_where_there_are_five(
    drawn: Callable[..., Axes],
) -> None:
    axes = drawn(
        figures.dice_per_group,
        {"lung": [0.1, 0.2, 0.3, 0.4, 0.5], "bone": [0.6, 0.7]},
        published={"bone": 0.419},
    )
    assert len(axes.patches) == 1
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["lung (5)", "bone (2)"]
    points = [list(line.get_xdata()) for line in axes.lines if line.get_marker() == "o"]
    assert points == [[0.1, 0.2, 0.3, 0.4, 0.5], [0.6, 0.7]]
    (diamond,) = (line for line in axes.lines if line.get_marker() == "D")
    assert (list(diamond.get_xdata()), list(diamond.get_ydata())) == ([0.419], [1])


def test_limits_of_agreement_are_drawn_where_they_are(drawn: Callable[..., Axes]) -> None:
    axes = drawn(
        axis_errors.bland_altman, [10, 20], [1, 3], bias=2, limits=(-1, 5), axis="long axis"
    )
    levels = [line.get_ydata()[0] for line in axes.lines if len(set(line.get_ydata())) == 1]
    assert {2, -1, 5} <= set(levels)
    assert [text.get_text() for text in axes.texts] == [
        "bias +2.0",
        "lower limit −1.0",
        "upper limit +5.0",
    ]


def test_errors_are_in_percent(drawn: Callable[..., Axes]) -> None:
    axes = drawn(axis_errors.error_against_dice, [0.9, 0.2], [0.05, 0.4], axis="short axis")
    assert list(axes.lines[0].get_ydata()) == pytest.approx([5, 40])
    assert axes.get_ylabel() == "error of the short axis (%)"


def test_the_least_consistent_lesion_comes_first(drawn: Callable[..., Axes]) -> None:
    axes = drawn(figures.consistency_per_lesion, [[0.9, 0.7], [0.5, 0.1, 0.3]])
    means = next(line for line in axes.lines if line.get_label() == "the lesion")
    assert list(means.get_ydata()) == pytest.approx([0.3, 0.8])
    pairs = next(line for line in axes.lines if line.get_label() == "a pair")
    assert list(pairs.get_xdata()) == [1, 1, 1, 2, 2]


HOSTILE = "$x_<b>\\frac$&\x00\u809d"


@pytest.mark.parametrize(
    "svg",
    [
        lambda: figures.dice_per_group({HOSTILE: [0.1, 0.2]}, published={HOSTILE: 0.5}),
        lambda: axis_errors.error_against_dice([], [], axis="long axis"),
        lambda: axis_errors.error_against_dice([0.5], [0.5], axis="long axis"),
        lambda: axis_errors.bland_altman([10], [1], bias=1, limits=None, axis="long axis"),
        lambda: figures.consistency_per_lesion([[0.5]]),
        lambda: sorted_differences({HOSTILE: Pair([0], [0])}, names=(HOSTILE, "b" * 99)).svg(),
        lambda: grouped_boxes({HOSTILE: {HOSTILE: [0.1]}}, label="%").svg(),
        lambda: errors_against_dice({HOSTILE: Errors([0.5], [0.1], [0.2])}).svg(),
    ],
)
def test_extremes_are_drawn_as_well_formed_svg(svg: Callable[[], str]) -> None:
    root = ET.fromstring(svg())  # noqa: S314  (our own)
    assert root.tag == SVG
    assert len(list(root.iter())) > 50


def test_the_same_numbers_give_the_same_file() -> None:
    dice = list(np.linspace(0, 1, 9))
    assert figures.dice_per_group({"a": dice}) == figures.dice_per_group({"a": dice})
