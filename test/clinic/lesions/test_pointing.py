"""Which click and which box are whose, and where they lie on a grid."""

import numpy as np
import pytest
from clinic_scans import DIRECTIONS, grid_of
from hypothesis import given
from hypothesis import strategies as st

from clinic.lesions.pointing import parse_box, parse_click, targets_of
from clinic.lesions.targets import GridTarget, Target, on_grid
from uls.workshop.errors import CallError, InputError

_GRID = grid_of(np.eye(3), (40, 44, 48), (0.9, 0.8, 1.1))


def test_numbers_as_they_are_typed() -> None:
    assert parse_click("1, 2,-3.5") == (1.0, 2.0, -3.5)
    assert parse_box("0,0,0,4,5,6") == ((0.0, 0.0, 0.0), (4.0, 5.0, 6.0))


@pytest.mark.parametrize("text", ["", "1,2", "1,2,3,4", "1,2,x", "1,2,inf", "1;2;3"])
def test_numbers_that_are_no_click(text: str) -> None:
    with pytest.raises(CallError, match="expected three numbers x,y,z"):
        parse_click(text)


def test_a_box_that_holds_a_click_is_that_clicks() -> None:
    box, other = ((0, 0, 0), (9, 9, 9)), ((20, 20, 20), (30, 30, 30))

    found = targets_of([(5, 5, 5), (40, 40, 40)], [other, box], "LPS")

    assert found == [
        Target("1", (5, 5, 5), box, "LPS"),
        Target("2", (40, 40, 40), None, "LPS"),
        Target("3", None, other, "LPS"),
    ]


def test_boxes_of_one_click_and_clicks_of_one_box() -> None:
    box = ((0, 0, 0), (9, 9, 9))
    for clicks, boxes in (([(1, 1, 1), (2, 2, 2)], [box]), ([(1, 1, 1)], [box, box])):
        with pytest.raises(CallError, match="each click lies in one box at most"):
            targets_of(clicks, boxes, None)


@given(
    st.sampled_from(list(DIRECTIONS)),
    st.tuples(st.integers(0, 47), st.integers(0, 43), st.integers(0, 39)),
    st.tuples(*[st.floats(-0.45, 0.45)] * 3),
)
def test_a_place_in_mm_is_the_nearest_voxels(
    turn: str, voxel: tuple[int, int, int], away: tuple[float, float, float]
) -> None:
    grid = grid_of(DIRECTIONS[turn], (40, 44, 48), (0.9, 0.8, 1.1))
    x, y, z = grid.to_mm(np.add(voxel, away))

    assert on_grid(Target("a", (x, y, z), None, "LPS"), grid) == GridTarget("a", voxel)
    assert on_grid(Target("a", (-x, -y, z), None, "RAS"), grid) == GridTarget("a", voxel)
    assert on_grid(Target("a", tuple(map(float, voxel))), grid) == GridTarget("a", voxel)


def test_a_box_reaches_no_further_than_the_scan() -> None:
    target = on_grid(Target("a", None, ((-5, 40, 2), (10, 99, 4))), _GRID)

    assert target == GridTarget("a", (5, 42, 3), ((0, 40, 2), (10, 44, 4)))


@pytest.mark.parametrize("box", [((50, 0, 0), (60, 9, 9)), ((5, 5, 5), (5, 9, 9))])
def test_a_box_without_a_voxel_is_refused(box: tuple) -> None:
    with pytest.raises(InputError, match="expected one that holds voxels of the scan"):
        on_grid(Target("a", None, box), _GRID)


def test_a_thin_box_in_mm_holds_the_slice_that_it_lies_in() -> None:
    x, y, z = _GRID.to_mm((20, 21, 22))

    found = on_grid(Target("a", None, ((x - 2, y - 2, z), (x + 2, y + 2, z)), "LPS"), _GRID)

    assert found.box == ((18, 19, 22), (23, 24, 23))


def test_neither_click_nor_box() -> None:
    with pytest.raises(CallError, match="found neither"):
        on_grid(Target("a"), _GRID)
