import numpy as np
import pytest

from training.starter.lesions.fields import blurred, grown, median, noise, product


def test_product_multiplies_each_axis_by_its_matrix() -> None:
    values = np.arange(8, dtype=np.float32).reshape(2, 2, 2)
    total = np.ones((1, 2), dtype=np.float32)
    swap = np.array([[0, 1], [1, 0]], dtype=np.float32)
    # Along z: 0+4, 1+5, 2+6, 3+7; then x swapped.
    assert product(values, (total, None, swap)).tolist() == [[[6, 4], [10, 8]]]
    assert product(values, (None, swap, None))[0].tolist() == [[2, 3], [0, 1]]


def test_a_blur_keeps_what_is_even_and_spreads_a_point() -> None:
    even = np.full((5, 6, 7), 3.0, dtype=np.float32)
    np.testing.assert_allclose(blurred(even, (1.0, 2.0, 0.5)), even, rtol=1e-5)
    point = np.zeros((9, 9, 9), dtype=np.float32)
    point[4, 4, 4] = 1
    spread = blurred(point, (0.0, 0.0, 1.0))
    # The weight one sigma away is exp(-1/2) of the middle's.
    assert spread[4, 4, 5] / spread[4, 4, 4] == pytest.approx(np.exp(-0.5), rel=1e-3)
    assert np.count_nonzero(spread) == 9


def test_blurs_hold_no_denormal_numbers() -> None:
    point = np.zeros((48, 48, 48), dtype=np.float32)
    point[0, 0, 0] = 1
    spread = blurred(point, (0.8, 0.8, 0.8))
    assert not np.any((spread != 0) & (np.abs(spread) < np.finfo(np.float32).tiny))


def test_noise_has_mean_0_and_deviation_1_at_any_scale() -> None:
    for scale in (1.0, 3.0, 6.0):
        fields = [noise(np.random.default_rng(seed), (24, 24, 24), scale) for seed in range(20)]
        assert np.mean(fields) == pytest.approx(0, abs=0.1)
        assert np.std(fields) == pytest.approx(1, abs=0.1)


def test_coarse_noise_is_alike_in_neighbours_and_fine_noise_is_not() -> None:
    def alike(scale: float) -> float:
        field = noise(np.random.default_rng(1), (30, 30, 30), scale)
        return float(np.corrcoef(field[:-1].ravel(), field[1:].ravel())[0, 1])

    assert alike(8.0) > 0.9
    assert alike(1.0) < 0.6


def test_a_mask_grows_by_a_box() -> None:
    mask = np.zeros((5, 5, 5), dtype=bool)
    mask[2, 2, 0] = True
    larger = grown(mask, (0, 1, 2))
    # y 1..3, x 0..2 on the one slice; the patch ends at x = 0.
    assert np.argwhere(larger).tolist() == [[2, y, x] for y in (1, 2, 3) for x in (0, 1, 2)]
    assert np.count_nonzero(mask) == 1


def test_the_median_of_few_values_is_exact() -> None:
    assert median(np.array([[5, 1], [9, 3]], dtype=np.float32)) == 4.0
