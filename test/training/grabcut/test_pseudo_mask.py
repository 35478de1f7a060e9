"""Which of the candidates is taken."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from training.grabcut import pseudo_mask as module
from training.grabcut.ellipse import Ellipse
from training.grabcut.pseudo_mask import ELLIPSE, axes_error, pseudo_mask
from training.grabcut.recipe import DEFAULT_RECIPE
from training.prepare.case import Measurement
from uls.errors import InputError

MEASURED = Measurement(
    long=((10.0, 20.0), (30.0, 20.0)),
    short=((20.0, 15.0), (20.0, 25.0)),
    windows_hu=((-100.0, 200.0),),
)
SLICE = np.zeros((40, 40), dtype=np.int16)
WINDOW, NARROW, WIDE = "window -100 to 200 HU", "ellipse ± 50 HU", "ellipse ± 100 HU"


def cross(long: int, short: int) -> np.ndarray:
    """A mask whose axes are lines of so many pixels from end to end."""
    mask = np.zeros((40, 40), dtype=bool)
    mask[20, 20 - long // 2 : 20 - long // 2 + long + 1] = True
    mask[20 - short // 2 : 20 - short // 2 + short + 1, 20] = True
    return mask


def test_each_axis_is_compared_with_its_own_measurement() -> None:
    ellipse = Ellipse((20, 20), (1, 0), 20, 10)
    assert axes_error(cross(20, 10), ellipse) == 0
    assert axes_error(cross(22, 10), ellipse) == pytest.approx(5)  # 10 % and 0 %
    assert axes_error(cross(16, 12), ellipse) == pytest.approx(20)  # 20 % and 20 %
    assert axes_error(None, ellipse) == math.inf
    assert axes_error(np.zeros((40, 40), dtype=bool), ellipse) == math.inf


def answers(
    monkeypatch: pytest.MonkeyPatch, *masks: np.ndarray | None
) -> Callable[..., np.ndarray | None]:
    """Let the GrabCuts give these masks, one after the other."""
    left = list(masks)

    def grab(*_: object) -> np.ndarray | None:
        return left.pop(0)

    monkeypatch.setattr(module, "grab", grab)
    return grab


def test_the_best_candidate_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors of 10 %, 0 % and 20 %; the ellipse's is small, but for its handicap."""
    answers(monkeypatch, cross(24, 10), cross(20, 10), cross(28, 10))
    chosen = pseudo_mask(SLICE, MEASURED, DEFAULT_RECIPE)
    assert chosen.source == NARROW
    assert 2.5 <= chosen.errors.pop(ELLIPSE) < 4
    assert chosen.errors == pytest.approx({WINDOW: 10, NARROW: 0, WIDE: 20})
    np.testing.assert_array_equal(chosen.pixels, cross(20, 10))


@pytest.mark.parametrize(("short_by", "source"), [(4, WINDOW), (6, ELLIPSE)])
def test_the_ellipse_has_a_handicap_of_two_and_a_half_points(
    monkeypatch: pytest.MonkeyPatch, short_by: int, source: str
) -> None:
    """4 of 100 pixels on one of two axes are 2 %, 6 are 3 %; the ellipse itself fits."""
    measured = Measurement(
        long=((10.0, 60.0), (110.0, 60.0)),
        short=((60.0, 40.0), (60.0, 80.0)),
        windows_hu=MEASURED.windows_hu,
    )
    mask = np.zeros((120, 120), dtype=bool)
    mask[60, 10 : 111 - short_by] = True
    mask[40:81, 60] = True
    answers(monkeypatch, mask, None, None)
    chosen = pseudo_mask(np.zeros((120, 120), np.int16), measured, DEFAULT_RECIPE)
    assert chosen.errors[WINDOW] == pytest.approx(short_by / 2)
    assert chosen.errors[ELLIPSE] == pytest.approx(2.5, abs=0.3)
    assert chosen.source == source


def test_failures_count_as_worst_and_the_ellipse_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, None, None, None)
    chosen = pseudo_mask(SLICE, MEASURED, DEFAULT_RECIPE)
    assert chosen.source == ELLIPSE
    assert [chosen.errors[name] for name in (WINDOW, NARROW, WIDE)] == [math.inf] * 3
    assert chosen.pixels.any()


def test_plain_ellipses_need_no_opencv() -> None:
    chosen = pseudo_mask(SLICE, MEASURED, None)
    assert chosen.source == ELLIPSE
    assert chosen.errors[ELLIPSE] < 1.5  # and no handicap where there is no other


def test_a_lesion_is_cut_out_of_its_surroundings() -> None:
    pytest.importorskip("cv2")
    rows, columns = np.ogrid[:80, :80]
    lesion = ((columns - 40) / 14) ** 2 + ((rows - 38) / 10) ** 2 <= 1
    lesion[30:46, 50:52] = False  # a dent that no ellipse has
    hu = np.random.default_rng(3).normal(50, 5, (80, 80))
    hu[lesion] += 90
    measured = Measurement(
        long=((26.0, 38.0), (54.0, 38.0)),
        short=((40.0, 28.0), (40.0, 48.0)),
        windows_hu=((0, 200),),
    )
    chosen = pseudo_mask(hu.astype(np.int16), measured, DEFAULT_RECIPE)
    assert set(chosen.errors) == {ELLIPSE, "window 0 to 200 HU", NARROW, WIDE}
    assert chosen.source != ELLIPSE
    assert 2 * (chosen.pixels & lesion).sum() / (chosen.pixels.sum() + lesion.sum()) > 0.97


def test_a_measurement_outside_the_slice_is_refused() -> None:
    outside = Measurement(long=((90.0, 90.0), (99.0, 90.0)), short=((95.0, 88.0), (95.0, 92.0)))
    with pytest.raises(InputError, match="expected pixels of a slice of 40×40"):
        pseudo_mask(SLICE, outside, DEFAULT_RECIPE)
