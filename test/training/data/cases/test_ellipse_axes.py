import math

import numpy as np
import pytest

from training.data.cases.ellipse_axes import ellipse_axes
from uls.geometry.cropped import cropped


def test_a_rectangle_has_four_standard_deviations() -> None:
    # 6 pixels side by side: variance (6² - 1) / 12, and 1 / 12 within a pixel: 36 / 12 = 3
    mask = np.zeros((3, 9, 9), dtype=bool)
    mask[1, 2:4, 1:7] = True
    axes = ellipse_axes(cropped(mask))
    assert axes.long == pytest.approx(4 * math.sqrt(3))
    assert axes.short == pytest.approx(4 * math.sqrt(4 / 12))
    assert axes.slice_z == 1


def test_a_disc_is_as_wide_as_it_is() -> None:
    y, x = np.mgrid[-30:31, -30:31]
    axes = ellipse_axes(cropped((x**2 + y**2 <= 20.3**2)[None]))
    assert axes.long == pytest.approx(2 * 20.3, rel=0.01)
    assert axes.short == pytest.approx(axes.long)


def test_a_tilted_ellipse_keeps_its_axes() -> None:
    y, x = np.mgrid[-40:41, -40:41]
    along, across = (x + y) / math.sqrt(2), (x - y) / math.sqrt(2)
    axes = ellipse_axes(cropped(((along / 30) ** 2 + (across / 10) ** 2 <= 1)[None]))
    assert (axes.long, axes.short) == pytest.approx((60, 20), rel=0.02)


def test_the_longest_slice_counts_and_the_first_of_equals() -> None:
    mask = np.zeros((6, 9, 9), dtype=bool)
    mask[2:4, 4, 1:7] = True  # 6 × 1, twice
    mask[4, 2:6, 2:6] = True  # 4 × 4: shorter, but wider
    axes = ellipse_axes(cropped(mask))
    assert axes.slice_z == 2
    assert axes.short == pytest.approx(4 * math.sqrt(1 / 12))
    assert axes.longest_short == pytest.approx(4 * math.sqrt(16 / 12))


def test_a_single_voxel_and_none() -> None:
    mask = np.zeros((1, 3, 3), dtype=bool)
    with pytest.raises(ValueError, match="empty"):
        ellipse_axes(cropped(mask))
    mask[0, 1, 1] = True
    axes = ellipse_axes(cropped(mask))
    assert axes.long == axes.short == pytest.approx(4 / math.sqrt(12))
