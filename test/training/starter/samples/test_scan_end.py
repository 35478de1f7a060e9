import numpy as np
import pytest

from algorithm.models.zoom_patch import AIR_HU, PATCH_SIZE
from training.starter.samples.samples import Scene, sample_of
from training.starter.samples.scan_end import ended
from training.starter.settings.scan_settings import ScanEnds

CLICK = (24, 24, 24)
LESION = (slice(16, 32), slice(14, 34), slice(20, 30))


def _sample(*, slice_mm: float = 1.0, real: bool = True) -> Scene:
    """Tissue of 0 HU everywhere, and a lesion of 100 HU in a box."""
    hu = np.zeros((PATCH_SIZE,) * 3, dtype=np.float32)
    mask = np.zeros(hu.shape, dtype=bool)
    mask[LESION] = True
    hu[mask] = 100
    return _scene(hu, mask, slice_mm=slice_mm, real=real)


def _scene(hu: np.ndarray, mask: np.ndarray, *, slice_mm: float = 1.0, real: bool = True) -> Scene:
    lesions = (mask.astype(np.float32),)
    return Scene(hu, lesions, CLICK, 1.0, slice_mm, real=real, fitted=True)


def _ends(**shares: float) -> ScanEnds:
    default = dict.fromkeys(ScanEnds.model_fields, 0.0) | {"real_share": 1.0, "least_cut_voxels": 2}
    return ScanEnds.model_validate(default | shares)


def _many(sample: Scene, ends: ScanEnds, count: int = 60) -> list[Scene]:
    rng = np.random.default_rng(4)
    return [ended(sample, ends, rng) for _ in range(count)]


def _sides(sample: Scene) -> int:
    """On how many sides of the patch there is nothing but air."""
    planes = [np.moveaxis(sample.hu, axis, 0)[end] for axis in range(3) for end in (0, -1)]
    return sum(bool((plane == AIR_HU).all()) for plane in planes)


def test_a_scan_that_ends_beside_a_lesion_leaves_the_lesion_whole() -> None:
    sample = _sample()
    crops = _many(sample, _ends())
    for crop in crops:
        np.testing.assert_array_equal(sample_of(crop).mask, sample_of(sample).mask)
        assert (crop.hu[sample_of(crop).mask] == 100).all()
        assert set(np.unique(crop.hu)) <= {AIR_HU, 0.0, 100.0}
    sides = [_sides(crop) for crop in crops]
    assert 0 < np.mean(sides) < 3  # half of the sides have an end, not all of them in the patch


def test_a_scan_may_end_right_at_the_lesion_on_all_sides() -> None:
    crops = _many(_sample(), _ends(every_side_share=1.0))
    tissue = [int(np.count_nonzero(crop.hu == 0)) for crop in crops]
    assert min(tissue) == 0
    assert np.median(tissue) > 1000


def test_a_scan_that_ends_within_a_lesion_cuts_image_and_mask_alike() -> None:
    sample = _sample()
    cuts = _many(sample, _ends(cut_share=1.0))
    for cut in cuts:
        assert sample_of(cut).mask[CLICK]
        assert 0 < sample_of(cut).mask.sum() < sample_of(sample).mask.sum()
        np.testing.assert_array_equal(sample_of(cut).mask, cut.hu == 100)
    # One plane cuts it: all that is left is a box, shorter along one axis only.
    left = [np.ptp(np.argwhere(sample_of(cut).mask), axis=0) + 1 for cut in cuts]
    assert {int((size != (16, 20, 10)).sum()) for size in left} == {1}
    assert {int((size != (16, 20, 10)).argmax()) for size in left} == {0, 1, 2}


def test_a_lesion_that_hardly_reaches_beyond_its_click_is_not_cut() -> None:
    hu = np.zeros((PATCH_SIZE,) * 3, dtype=np.float32)
    mask = np.zeros(hu.shape, dtype=bool)
    mask[23:26, 23:26, 23:26] = True
    tiny = _scene(hu, mask)
    assert all(sample_of(cut).mask.sum() == 27 for cut in _many(tiny, _ends(cut_share=1.0), 20))


def test_thick_slices_blend_the_scans_end_over_a_slice() -> None:
    crops = _many(_sample(slice_mm=4.0), _ends(every_side_share=1.0))
    column = next(c.hu[:, 24, 24] for c in crops if c.hu[0, 24, 24] == c.hu[-1, 24, 24] == AIR_HU)
    # From tissue (0) or lesion (100) to air over four voxels, at their middles:
    # one eighth, three, five, seven.
    share = (column - AIR_HU) / ([*[0.0] * 16, *[100.0] * 16, *[0.0] * 16] - np.float32(AIR_HU))
    blended = share[(share > 0) & (share < 1)]
    np.testing.assert_allclose(
        sorted(blended), [0.125, 0.125, 0.375, 0.375, 0.625, 0.625, 0.875, 0.875]
    )


@pytest.mark.parametrize("real", [True, False])
def test_shares_say_how_often_a_scan_is_ended(real: bool) -> None:
    sample = _sample(real=real)
    chances = {"real_share": 0.7 if real else 0.0, "synthetic_share": 0.0 if real else 0.7}
    drawn = _many(sample, _ends(every_side_share=1.0, **chances), 300)
    share = np.mean([one is not sample for one in drawn])
    assert share == pytest.approx(0.7, abs=0.1)
