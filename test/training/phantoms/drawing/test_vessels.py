import numpy as np
import pytest

from training.phantoms.drawing.grid import Grid
from training.phantoms.drawing.vessels import NARROWING, Branch, grow_tree, paint_branches


def test_children_begin_where_their_parent_ends_and_are_thinner() -> None:
    tree = grow_tree(np.random.default_rng(3), (0, 0, 0), (0, 0, 1), radius=3.0)
    ends = {branch.end for branch in tree}
    assert tree[0].start == (0, 0, 0)
    assert all(branch.start in ends for branch in tree[1:])
    assert all(branch.radius <= 3.0 * NARROWING for branch in tree[1:])
    assert len(tree) > 20


def test_a_stem_too_thin_to_see_grows_nothing() -> None:
    assert grow_tree(np.random.default_rng(3), (0, 0, 0), (1, 0, 0), radius=0.4) == ()


def test_a_branch_is_painted_where_it_lies() -> None:
    grid = Grid.around((0, 0, 0), shape_zyx=(1, 21, 21), spacing=(1.0, 1.0, 1.0))
    hu = grid.zeros(-800)
    paint_branches(hu, grid, (Branch((0, 0, -6), (0, 0, 6), 2.0, 2.0),), 40.0)
    assert hu[0, 10, 4:17] == pytest.approx(40)
    assert hu[0, 14, 10] == -800  # 4 mm beside it
    assert hu[0, 10, 20] == -800


def test_branches_end_where_their_organ_does() -> None:
    grid = Grid.around((0, 0, 0), shape_zyx=(1, 5, 21), spacing=(1.0, 1.0, 1.0))
    within = np.zeros(grid.shape)
    within[:, :, :10] = 1
    hu = grid.zeros(-800)
    paint_branches(hu, grid, (Branch((0, 0, -6), (0, 0, 6), 2.0, 2.0),), 40.0, within=within)
    assert hu[0, 2, 9] == pytest.approx(40)
    assert hu[0, 2, 11] == -800
