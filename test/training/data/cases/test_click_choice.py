import numpy as np

from training.data.cases.click_choice import choose_clicks, pairs_of_clicks, shift_mm


def test_shift_has_the_signs_of_the_scoring() -> None:
    # b lies 2 slices above, 3 rows below and 5 columns left of a; spacing (x, y, z) = (0.5, 1, 4)
    assert shift_mm((10, 20, 30), (12, 23, 25), (0.5, 1.0, 4.0)) == (2.5, -3.0, 8.0)


def test_all_pairs_of_a_lesions_clicks_in_the_order_of_the_stack() -> None:
    clicks = {5: (0, 0, 9), 1: (0, 0, 0), 4: (0, 0, 4)}
    pairs = pairs_of_clicks(clicks, (1.0, 1.0, 1.0))
    assert [(a, b) for a, b, _ in pairs] == [(1, 4), (1, 5), (4, 5)]
    assert [shift[0] for *_, shift in pairs] == [-4.0, -9.0, -5.0]


def test_clicks_are_different_voxels_of_the_lesion() -> None:
    mask = np.zeros((4, 5, 6), dtype=bool)
    mask[1:3, 2, 3:5] = True
    clicks = choose_clicks(mask, 4, seed=1)
    assert sorted(clicks) == [(1, 2, 3), (1, 2, 4), (2, 2, 3), (2, 2, 4)]
