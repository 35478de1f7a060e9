"""Several lesions in one scan: each is its own, and what is drawn is scored against it."""

import numpy as np
import numpy.typing as npt
import pytest

from training.starter.evaluate.scores import Answered
from training.starter.evaluate.selectivity import score_several
from training.starter.evaluate.several import SeveralLesions, draw_several
from uls.geometry.lesion import clicked
from uls.geometry.voi import Spacing

SPACING: Spacing = (1.0, 1.0, 2.0)


def _scan() -> SeveralLesions:
    """Two cubes of 100 HU that touch, 10 x 10 x 10 and 10 x 10 x 5 voxels, in 0 HU."""
    masks = []
    for x in (slice(20, 30), slice(30, 35)):
        mask = np.zeros((40, 60, 60), dtype=bool)
        mask[10:20, 20:30, x] = True
        masks.append(mask)
    hu = np.where(masks[0] | masks[1], 100, 0).astype(np.int16)
    return SeveralLesions(
        name="two",
        scan_hu=hu,
        alone_hu=tuple(np.where(mask, 100, 0).astype(np.int16) for mask in masks),
        masks=tuple(masks),
        clicks=((15, 25, 25), (15, 25, 32)),
        healthy=((5, 5, 5), (15, 25, 22)),
        spacing_mm=SPACING,
        touching=True,
    )


def whatever_is_bright(voi_hu: npt.NDArray[np.int16], spacing_mm: Spacing) -> Answered:
    return Answered(clicked(voi_hu > 50, spacing_mm=spacing_mm).mask, 0.25)


def test_who_draws_all_that_touches_does_not_select() -> None:
    selected, healthy = score_several(whatever_is_bright, _scan())
    # 1,000 and 500 voxels: the mask has both.
    first, second = selected
    assert first.dice == pytest.approx(2 * 1000 / (1500 + 1000))
    assert second.dice == pytest.approx(2 * 500 / (1500 + 500))
    assert (first.dice_all, second.dice_all) == (1, 1)
    assert (first.dice_alone, second.dice_alone) == (1, 1)
    assert first.in_others == pytest.approx(1 / 3)
    assert second.in_others == pytest.approx(2 / 3)
    # A click on nothing draws nothing; the other "healthy" click is in a lesion of 1,500 voxels.
    assert healthy[0].drawn_ml == 0
    assert healthy[0].certainty == 0.25
    assert healthy[1].drawn_ml == pytest.approx(1500 * 2 / 1000)


@pytest.mark.parametrize("index", range(3))
def test_drawn_scans_have_lesions_of_their_own(index: int) -> None:
    scan = draw_several(index)
    assert 2 <= len(scan.masks) <= 5
    assert (np.sum(scan.masks, axis=0) <= 1).all()
    for mask, click, alone in zip(scan.masks, scan.clicks, scan.alone_hu, strict=True):
        assert mask[click]
        # Away from all other lesions the scan with this one alone is the same.
        others = np.any([other for other in scan.masks if other is not mask], axis=0)
        differs = np.abs(scan.scan_hu.astype(int) - alone) > 0
        assert not differs[mask].all()
        assert differs[others].any()
    for z, y, x in scan.healthy:
        assert not np.any(scan.masks, axis=0)[z, y, x]


def test_the_same_index_draws_the_same_scan() -> None:
    one, two = draw_several(4), draw_several(4)
    np.testing.assert_array_equal(one.scan_hu, two.scan_hu)
    assert one.clicks == two.clicks
    assert one.healthy == two.healthy
