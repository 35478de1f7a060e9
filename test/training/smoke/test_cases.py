import numpy as np
import pytest

from training.sample.recipe import RESERVED_SEEDS
from training.smoke.cases import HELD_OUT, TRAINING, Case, draw_case, draw_cases, pad_scan
from training.smoke.recipe import SMOKE

PATCH = (8, 24, 24)


def case(index: int, family: int = TRAINING) -> Case:
    return draw_case(index, family=family, seed=1, patch_zyx=PATCH)


@pytest.mark.parametrize("index", range(6))
def test_the_click_is_voxel_shape_half_and_lies_in_the_lesion(index: int) -> None:
    drawn = case(index)
    assert drawn.hu.shape == drawn.mask.shape == PATCH
    assert drawn.mask[4, 12, 12]


def test_a_case_is_the_same_every_time_and_differs_between_families() -> None:
    first, again, held_out = case(3), case(3), case(3, HELD_OUT)
    np.testing.assert_array_equal(first.hu, again.hu)
    assert not np.array_equal(first.hu, held_out.hu)


def test_workers_give_the_same_cases_in_order() -> None:
    drawn = list(draw_cases(3, family=TRAINING, seed=1, patch_zyx=PATCH, workers=2))
    for index, one in enumerate(drawn):
        np.testing.assert_array_equal(one.hu, case(index).hu)


def test_a_scan_that_ends_is_padded_on_one_side_with_its_minimum_less_one() -> None:
    scan = np.random.default_rng(0).integers(-900, 900, (10, 20, 20)).astype(np.int16)
    scan[5, 10, 10] = -1000
    outcomes = [pad_scan(np.random.default_rng(seed), scan) for seed in range(60)]
    padded = [voi for voi in outcomes if not np.array_equal(voi, scan)]
    assert 10 < len(padded) < 30  # every third of 60
    for voi in padded:
        outside = voi == -1001
        assert 0.04 < outside.mean() < 0.41
        np.testing.assert_array_equal(voi[~outside], scan[~outside])
        whole_slabs = [outside.all(axis=tuple({0, 1, 2} - {axis})) for axis in range(3)]
        assert max(slab.mean() for slab in whole_slabs) == outside.mean()


def test_the_sample_is_drawn_from_seeds_that_training_does_not_use() -> None:
    # the sample's generators have one number as seed; training's have three, beginning with 23
    assert SMOKE.seed not in RESERVED_SEEDS
    ours = np.random.default_rng([SMOKE.seed, TRAINING, 0]).random(4)
    for reserved in RESERVED_SEEDS:
        assert not np.array_equal(np.random.default_rng(reserved).random(4), ours)
