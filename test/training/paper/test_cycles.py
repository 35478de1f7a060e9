"""Box-prompted masks of several cycles: components, their Dice, and table 4, figures 7 and 8."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from synthetic_hcuch import SHAPE_ZYX, SPACING_MM, Dataset, block
from synthetic_stacks import write_image

from clinic.follow_up.dataset import Series, find_series
from training.paper.hcuch.components import components, dice_in_box, drawn_for
from training.paper.hcuch.cycle_items import cycle_items
from training.paper.hcuch.cycles import parse_cycle, read_cycles
from training.paper.kit.items import Item
from uls.workshop.errors import CallError, InputError

NAMES = ("001_1.1", "002_2.2")


@pytest.fixture
def series(tmp_path: Path) -> tuple[Series, ...]:
    """Two series: six slices of 10 × 10 pixels of lung, three of a node of 8 × 5."""
    made = Dataset(tmp_path / "hcuch")
    for name in NAMES:
        made.series(
            name,
            {
                1: [block(0, 5, 5, size_zyx=(6, 10, 10))],
                2: [block(2, 25, 30, size_zyx=(3, 8, 5))],
            },
            {1: "m,lung", 2: "n,mediastinum"},
        )
    return find_series(made.root)


def write_cycle(folder: Path, rows: int, *, values: tuple[int, int] = (1, 2)) -> Path:
    """Predictions of `rows` of the tumour's 10 rows, one row less from slice to slice."""
    for name in NAMES:
        mask = np.zeros(SHAPE_ZYX, dtype=np.uint8)
        for z in range(6):
            mask[z, 5 : 5 + rows - z % 3, 5:15] = values[0]
        mask[block(2, 25, 30, size_zyx=(3, 8, 5))] = values[1]
        write_image(folder / f"{name}.nii.gz", mask, spacing=SPACING_MM)
    return folder


def test_components_are_of_one_slice_and_value_and_of_ten_pixels_at_least() -> None:
    values = np.zeros((2, 12, 20), dtype=np.uint8)
    values[0, 0:2, 0:5] = 1
    values[0, 2, 5] = 1  # corner to corner: the same component
    values[0, 6:9, 6:9] = 1  # nine pixels
    values[1, 0:2, 0:5] = 2
    found = [(c.slice_z, c.value, int(c.pixels.sum())) for c in components(values)]
    assert found == [(0, 1, 11), (1, 2, 10)]


def test_only_what_was_drawn_in_the_wider_box_counts() -> None:
    """A block of 4 × 4; drawn are it, a row 5 pixels off (in the box), and one 6 off (outside)."""
    values = np.zeros((1, 40, 40), dtype=np.uint8)
    values[0, 10:14, 10:14] = 1
    [one] = components(values)
    drawn = values.copy()
    drawn[0, 18, 10:14] = 1
    drawn[0, 19, 10:14] = 1
    found = drawn_for(one, drawn, by_value=False)
    assert int(found.sum()) == 20
    assert dice_in_box(one, found) == pytest.approx(2 * 16 / (16 + 20))
    other = np.where(drawn == 1, 3, 0)
    assert not drawn_for(one, other, by_value=True).any()
    assert dice_in_box(one, drawn_for(one, other, by_value=True)) == 0


def test_each_component_has_a_dice_by_cycle(series: tuple[Series, ...], tmp_path: Path) -> None:
    """The first slice's tumour: 8 of 10 rows, Dice 16/18; the node is drawn whole."""
    folders = [("0", write_cycle(tmp_path / "0", 8)), ("1", write_cycle(tmp_path / "1", 10))]
    cycles = read_cycles(folders, series)
    assert len(cycles.scored) == 2 * (6 + 3)
    assert cycles.scored[0].kind == "lung"
    assert cycles.scored[0].dice == pytest.approx((16 / 18, 1.0))
    assert {one.dice for one in cycles.scored if one.kind == "adenopathy"} == {(1.0, 1.0)}


def items(series: tuple[Series, ...], tmp_path: Path) -> dict[str, Item]:
    folders = [("0", write_cycle(tmp_path / "0", 8)), ("1", write_cycle(tmp_path / "1", 10))]
    return {one.key: one for one in cycle_items(folders, series)}


def test_table_4(series: tuple[Series, ...], tmp_path: Path) -> None:
    """Lung, cycle 1: rows 10, 9, 8 of 10 four times each: Dice 1, 18/19, 16/18."""
    rows = items(series, tmp_path)["table-4"].tables[""].rows
    assert [row[:3] for row in rows] == [
        *(("all", "0", "18"), ("all", "1", "18")),
        *(("adenopathy", "0", "6"), ("adenopathy", "1", "6")),
        *(("lung", "0", "12"), ("lung", "1", "12")),
    ]
    dice = np.repeat([1, 18 / 19, 16 / 18], 4)
    assert rows[5][3] == f"{dice.mean():.3f} ± {dice.std(ddof=1):.3f}"
    low, high = np.percentile(dice, [5, 95])
    assert rows[5][4] == f"{18 / 19:.3f} ({low:.3f} to {high:.3f})"
    assert rows[4][5] == "–"
    assert float(rows[5][5]) < 0.05
    assert float(rows[3][5]) == 1  # no node differs


def test_figures_7_and_8(series: tuple[Series, ...], tmp_path: Path) -> None:
    made = items(series, tmp_path)
    figure = Figure(layout="constrained")
    made["figure-7"].plots[""].draw(figure)
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        *("all (18)", "adenopathy (6)", "lung (12)")
    ]
    shares = figure.axes[2].patches[1].get_data().values  # lung, cycle 1
    assert shares.sum() == pytest.approx(100)
    examples = Figure(layout="constrained")
    made["figure-8"].plots[""].draw(examples)
    titles = [axes.get_title(loc="left") for axes in examples.axes]
    assert titles == [
        *("cycle 0: Dice 0.82", "cycle 1: Dice 0.95"),
        *("cycle 0: Dice 1.00", "cycle 1: Dice 1.00"),
    ]
    box = examples.axes[0].patches[0]
    assert (box.get_x(), box.get_y(), box.get_width(), box.get_height()) == (4.5, 4.5, 10, 10)


def test_binary_predictions_count_as_a_whole(series: tuple[Series, ...], tmp_path: Path) -> None:
    folder = write_cycle(tmp_path / "0", 10, values=(1, 1))
    cycles = read_cycles([("0", folder)], series)
    assert {one.dice for one in cycles.scored if one.kind == "adenopathy"} == {(1.0,)}


def test_what_does_not_fit_is_named(series: tuple[Series, ...], tmp_path: Path) -> None:
    first = write_cycle(tmp_path / "0", 8)
    second = write_cycle(tmp_path / "1", 8)
    (second / f"{NAMES[1]}.nii.gz").unlink()
    with pytest.raises(InputError, match=r"the 2 series that cycle 0 has, found 1; 002_2\.2"):
        read_cycles([("0", first), ("1", second)], series)
    with pytest.raises(CallError, match="every name once"):
        read_cycles([("0", first), ("0", first)], series)
    write_cycle(first, 8, values=(1, 7))
    with pytest.raises(InputError, match="the values of the labels: \\[1, 2\\], found 7"):
        read_cycles([("0", first)], series)
    with pytest.raises(CallError, match="NAME=FOLDER"):
        parse_cycle("0")
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="masks named like the series"):
        read_cycles([("0", tmp_path / "none")], series)
