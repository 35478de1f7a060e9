"""Seeds and single GrabCuts, on slices drawn here."""

import numpy as np
import pytest

from training.data.grabcut.cut import grab, seeds, window_around
from training.data.grabcut.ellipse import Ellipse
from training.data.grabcut.recipe import DEFAULT_RECIPE, GrabCutRecipe

cv2 = pytest.importorskip("cv2")

DISC = Ellipse((32.0, 32.0), (1.0, 0.0), 20.0, 20.0)


def counts(start: np.ndarray) -> dict[int, int]:
    values, found = np.unique(start, return_counts=True)
    return dict(zip(values.tolist(), found.tolist(), strict=True))


def test_seeds_lie_inside_each_other() -> None:
    """Short axis 20: the box grows by 20 // 5 = 4, the ellipse by 1, and shrinks by 4."""
    start = seeds(DISC, None, (64, 64), DEFAULT_RECIPE)
    middle = start[32]
    # The ellipse covers columns 22 to 42, and so does its box: 18 to 46, 21 to 43, 26 to 38.
    expected = np.full(64, cv2.GC_BGD)
    expected[18:47] = cv2.GC_PR_BGD
    expected[21:44] = cv2.GC_PR_FGD
    expected[26:39] = cv2.GC_FGD
    np.testing.assert_array_equal(middle, expected)
    assert set(counts(start)) == {0, 1, 2, 3}


def test_a_box_that_comes_with_the_measurement_is_taken() -> None:
    start = seeds(DISC, (10.0, 12.0, 50.0, 52.0), (64, 64), DEFAULT_RECIPE)
    assert start[32, 6] == start[8, 32] == cv2.GC_PR_BGD  # 10 - 4 and 12 - 4
    assert start[32, 5] == start[7, 32] == cv2.GC_BGD


def test_a_lesion_too_thin_to_erode_keeps_its_ellipse() -> None:
    thin = Ellipse((32.0, 32.0), (1.0, 0.0), 20.0, 4.0)  # 4 // 5 = 0
    start = seeds(thin, None, (64, 64), DEFAULT_RECIPE)
    assert counts(start)[cv2.GC_FGD] == thin.drawn((64, 64)).sum()


def lesion_slice(hu: int = 120) -> tuple[np.ndarray, np.ndarray]:
    """A lesion that is 24 × 16 pixels wide in noise, with a spot of its HU further off."""
    rows, columns = np.ogrid[:64, :64]
    lesion = ((columns - 32) / 12) ** 2 + ((rows - 32) / 8) ** 2 <= 1
    slice_hu = np.random.default_rng(1).normal(40, 6, (64, 64))
    slice_hu[lesion] += hu - 40
    slice_hu[2:5, 2:5] = hu
    return slice_hu.astype(np.int16), lesion


def test_grabcut_follows_the_picture_not_the_seed() -> None:
    slice_hu, lesion = lesion_slice()
    seed = Ellipse((32.0, 32.0), (1.0, 0.0), 20.0, 12.0)  # drawn too small
    start = seeds(seed, (16.0, 20.0, 48.0, 44.0), (64, 64), DEFAULT_RECIPE)
    mask = grab(slice_hu, start, (-100, 200), DEFAULT_RECIPE)
    assert mask is not None
    dice = 2 * (mask & lesion).sum() / (mask.sum() + lesion.sum())
    assert dice > 0.97
    assert not mask[2:5, 2:5].any()


def test_the_same_slice_gives_the_same_mask() -> None:
    slice_hu, _ = lesion_slice(70)
    start = seeds(DISC, None, (64, 64), DEFAULT_RECIPE)
    first = grab(slice_hu, start, (-100, 200), DEFAULT_RECIPE)
    cv2.setRNGSeed(99)
    again = grab(slice_hu, start, (-100, 200), DEFAULT_RECIPE)
    assert first is not None
    assert again is not None
    np.testing.assert_array_equal(first, again)


def test_a_failure_is_no_crash() -> None:
    nothing_but_background = np.zeros((16, 16), dtype=np.uint8)
    hu = np.zeros((16, 16), dtype=np.int16)
    assert grab(hu, nothing_but_background, (0, 1), GrabCutRecipe(iterations=1)) is None


def test_the_window_around_an_ellipse() -> None:
    hu = np.arange(9, dtype=np.int16).reshape(3, 3)
    inside = np.zeros((3, 3), dtype=bool)
    inside[1, 1:] = True  # 4 and 5
    assert window_around(hu, inside, 50) == (-46, 55)


def test_the_mask_is_closed_and_only_its_largest_component_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A hole of one pixel is filled; a pixel apart is dropped; the slice's edge is no gap."""
    cut = np.full((12, 12), cv2.GC_PR_BGD, dtype=np.uint8)
    cut[0:5, 0:5] = cv2.GC_PR_FGD
    cut[2, 2] = cv2.GC_BGD
    cut[9, 9] = cv2.GC_FGD
    monkeypatch.setattr(cv2, "grabCut", lambda *_: (cut, None, None))
    start = np.zeros((12, 12), dtype=np.uint8)
    mask = grab(np.zeros((12, 12), np.int16), start, (0, 1), DEFAULT_RECIPE)
    expected = np.zeros((12, 12), dtype=bool)
    expected[0:5, 0:5] = True
    assert mask is not None
    np.testing.assert_array_equal(mask, expected)


def test_nothing_left_of_the_lesion_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = np.zeros((12, 12), dtype=np.uint8)
    monkeypatch.setattr(cv2, "grabCut", lambda *_: (nothing, None, None))
    assert grab(np.zeros((12, 12), np.int16), nothing, (0, 1), DEFAULT_RECIPE) is None
