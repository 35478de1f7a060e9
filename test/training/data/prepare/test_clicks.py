import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.data.prepare.clicks import draw_clicks, pairs_of
from uls.geometry.cropped import cropped
from uls.geometry.overlap import click_move_zyx
from uls.geometry.voi import VOI_SHAPE_ZYX

VOXELS = st.tuples(*[st.integers(0, 127)] * 3)
SPACINGS = st.tuples(*[st.floats(0.2, 6.0)] * 3)


@given(a=VOXELS, b=VOXELS, spacing=SPACINGS)
def test_the_score_finds_the_very_voxels_between_two_clicks(
    a: tuple[int, int, int], b: tuple[int, int, int], spacing: tuple[float, float, float]
) -> None:
    """What lies at voxel p lies in a VOI at p - click + centre: b's must move by b - a."""
    ((first, second, shift),) = pairs_of([a, b], 7, spacing)
    assert (first, second) == (7, 8)
    move = click_move_zyx(shift, spacing, shape_zyx=VOI_SHAPE_ZYX)
    assert move == tuple(q - p for p, q in zip(a, b, strict=True))


def test_a_product_that_was_rounded_down_is_mended() -> None:
    assert (3 * 0.7) // 0.7 == 2  # what the score would make of it
    ((_, _, shift),) = pairs_of([(0, 0, 3), (0, 0, 0)], 0, (0.7, 1.0, 1.0))
    assert shift[0] // 0.7 == 3


def test_all_pairs_in_the_order_of_the_stack() -> None:
    pairs = pairs_of([(0, 0, 0), (0, 0, 1), (0, 0, 2)], 10, (1.0, 1.0, 1.0))
    assert [(a, b) for a, b, _ in pairs] == [(10, 11), (10, 12), (11, 12)]


def test_clicks_are_different_voxels_of_the_lesion_and_no_more_than_it_has() -> None:
    mask = np.zeros((4, 5, 6), dtype=bool)
    mask[1:3, 2, 3:5] = True
    clicks = draw_clicks(cropped(mask), 9, seed=1, name="a")
    assert sorted(clicks) == [(1, 2, 3), (1, 2, 4), (2, 2, 3), (2, 2, 4)]


def test_the_first_click_depends_on_seed_and_name_alone() -> None:
    mask = cropped(np.ones((8, 8, 8), dtype=bool))
    one = draw_clicks(mask, 1, seed=1, name="a")
    assert draw_clicks(mask, 3, seed=1, name="a")[:1] == one
    assert draw_clicks(mask, 1, seed=2, name="a") != one
    assert draw_clicks(mask, 1, seed=1, name="b") != one


def test_every_voxel_is_clicked_now_and_then() -> None:
    mask = cropped(np.ones((1, 2, 2), dtype=bool))
    drawn = {draw_clicks(mask, 1, seed=0, name=str(i))[0] for i in range(100)}
    assert drawn == {(0, y, x) for y in (0, 1) for x in (0, 1)}
