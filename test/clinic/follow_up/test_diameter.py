"""The widest slice of a lesion, and one box around all its parts there."""

import numpy as np
import pytest

from clinic.follow_up.diameter import widest_box
from clinic.follow_up.labels import LesionType
from clinic.follow_up.min_area_box import Extent

SPACING_MM = (0.5, 0.5, 2.0)


def arch() -> np.ndarray:
    """Two pillars of 4 × 4 pixels, 12 pixels apart, and in the next slice a bridge of 16 × 4."""
    mask = np.zeros((2, 30, 30), dtype=np.bool_)
    mask[0, 2:6, 2:6] = mask[0, 2:6, 18:22] = True
    mask[1, 2:6, 4:20] = True
    return mask


def test_one_box_holds_all_parts_in_a_slice() -> None:
    """The pillars' outer borders are 20 pixels apart, 10 mm; the bridge is 16 pixels, 8 mm."""
    found = widest_box(arch(), spacing_mm=SPACING_MM)
    assert found.slice_z == 0
    assert (found.box.major_mm, found.box.minor_mm) == pytest.approx((10.0, 2.0))
    assert found.diameter_mm(LesionType.METASTASIS) == pytest.approx(10.0)
    assert found.diameter_mm(LesionType.ADENOPATHY) == pytest.approx(2.0)


def test_between_centres_it_is_a_pixel_less() -> None:
    found = widest_box(arch(), spacing_mm=SPACING_MM, extent=Extent.CENTRES)
    assert (found.box.major_mm, found.box.minor_mm) == pytest.approx((9.5, 1.5))


def test_parts_that_lie_across_make_the_box_wider() -> None:
    """Pixels at the corners of a square of 9 × 9, joined in the next slice: 4.5 mm both ways."""
    mask = np.zeros((2, 9, 9), dtype=np.bool_)
    mask[0, [0, 0, 8, 8], [0, 8, 0, 8]] = True
    mask[1, 2:7, 2:7] = True
    found = widest_box(mask, spacing_mm=SPACING_MM)
    assert found.slice_z == 0
    assert found.diameter_mm(LesionType.ADENOPATHY) == pytest.approx(4.5)


def test_of_equally_long_slices_the_first_counts() -> None:
    mask = np.zeros((3, 9, 9), dtype=np.bool_)
    mask[1, 2, 2:7] = mask[2, 4, 2:7] = True
    assert widest_box(mask, spacing_mm=SPACING_MM).slice_z == 1


def test_an_empty_mask_has_none() -> None:
    with pytest.raises(ValueError, match="no diameter"):
        widest_box(np.zeros((1, 2, 2), dtype=np.bool_), spacing_mm=SPACING_MM)
