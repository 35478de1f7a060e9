import numpy as np
import pytest
from tiny_scans import SAMPLES

from training.starter.lesions.visible import contrast, ring_around, stands_out

SEEN = SAMPLES.visible


def test_enough_of_the_ring_must_differ() -> None:
    around = np.array([50.0] * 40 + [100.0] * 60, dtype=np.float32)
    # From 50 HU differ the 60 % at 100, from 100 the 40 % at 50; needed: 62 % to 36 %.
    assert stands_out(around, 50, SEEN, difficulty=1.0)
    assert not stands_out(around, 50, SEEN, difficulty=0.0)
    assert stands_out(around, 100, SEEN, difficulty=1.0)
    assert not stands_out(around, 100, SEEN, difficulty=0.5)
    assert not stands_out(around, 50, SEEN, difficulty=1.0, sd=40)  # 50 HU are less than 1.3 * 40
    assert not stands_out(around[:0], 50, SEEN, difficulty=1.0)


def test_the_contrast_is_with_the_two_voxels_around() -> None:
    mask = np.zeros((20, 20, 20), dtype=bool)
    mask[4:16, 4:16, 4:16] = True
    ring = ring_around(mask, SEEN)
    assert np.count_nonzero(ring) == 16**3 - 12**3
    hu = np.where(mask, 90, 40).astype(np.float32)
    assert contrast(hu, mask, ring, SEEN, difficulty=0.5) == pytest.approx(50, abs=3)
    assert contrast(np.full_like(hu, 40), mask, ring, SEEN, difficulty=1.0) is None
    everything = np.ones_like(mask)
    assert contrast(hu, everything, ring_around(everything, SEEN), SEEN, difficulty=1.0) is None


def test_a_lesion_of_a_few_voxels_need_not_stand_out() -> None:
    # Blurred as the eye does, one voxel of 60 HU in 40 HU differs by less than 10.
    mask = np.zeros((9, 9, 9), dtype=bool)
    mask[4, 4, 4] = True
    hu = np.where(mask, 60, 40).astype(np.float32)
    assert contrast(hu, mask, ring_around(mask, SEEN), SEEN, difficulty=0.0) == 20
