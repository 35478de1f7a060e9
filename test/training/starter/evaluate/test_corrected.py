"""Corrections of masks of lesions, and where the next one is clicked."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from cube_lesions import cube_lesion

from algorithm.inference.corrections import Correction
from training.starter.evaluate.corrected import correct, next_correction
from training.starter.evaluate.protocol import Case
from uls.geometry.voi import CLICK_ZYX, Spacing

SHAPE = (20, 40, 40)
THIN: Spacing = (1.0, 1.0, 1.0)


def _mask(*where: tuple[slice, slice, slice]) -> npt.NDArray[np.bool_]:
    mask = np.zeros(SHAPE, dtype=bool)
    for place in where:
        mask[place] = True
    return mask


LESION = (slice(5, 15), slice(5, 15), slice(5, 15))
LEAK = (slice(5, 16), slice(20, 31), slice(20, 31))


def test_the_deepest_voxel_of_the_largest_error_is_clicked() -> None:
    assert next_correction(_mask(LEAK), _mask(LESION), THIN) == Correction(
        (10, 25, 25), inside=False
    )
    missing = next_correction(_mask(), _mask(LESION), THIN)
    assert missing is not None
    assert missing.inside
    assert set(missing.voxel_zyx) <= {9, 10}
    assert next_correction(_mask(LESION), _mask(LESION), THIN) is None


def test_depth_is_in_mm() -> None:
    region = _mask((slice(8, 9), slice(5, 14), slice(5, 14)))
    found = next_correction(_mask(), region, (1.0, 1.0, 4.0))
    assert found is not None
    # One slice thick: 4 mm to either side, 5 voxels of 1 mm to the next edge in plane.
    assert found.voxel_zyx[0] == 8
    edges = [min(at - 4, 14 - at) for at in found.voxel_zyx[1:]]
    assert min(edges) >= 4


class Learner:
    """Draws half of the lesion, and with a correction within it all of it."""

    def __init__(self, mask_of: npt.NDArray[np.bool_]) -> None:
        self.reference = mask_of
        self.asked: list[tuple[Correction, ...]] = []

    def predict(
        self,
        voi_hu: npt.NDArray[Any],
        *,
        spacing_mm: Spacing,
        corrections: Sequence[Correction] = (),
    ) -> npt.NDArray[np.float32]:
        self.asked.append(tuple(corrections))
        lesion = voi_hu == 100
        if not any(one.inside and lesion[one.voxel_zyx] for one in corrections):
            lesion[: CLICK_ZYX[0]] = False
        return np.where(lesion, 1, -1).astype(np.float32)


def test_the_dice_after_each_correction() -> None:
    case = Case(cube_lesion(), ((10, 20, 20),))
    learner = Learner(case.lesion.mask)
    asked: list[None] = []
    (score,) = correct(learner, case, after_click=lambda: asked.append(None))
    lesion = case.lesion.mask
    half = int(np.count_nonzero(lesion[10:])) / int(np.count_nonzero(lesion))
    assert 0.3 < half < 0.8
    assert score.dice == pytest.approx((2 * half / (1 + half), 1.0, 1.0, 1.0))
    assert len(asked) == 4
    # One correction was enough: there was nothing left to correct.
    assert [len(corrections) for corrections in learner.asked] == [0, 1, 1, 1]
