import numpy as np
import pytest

from training.phantoms.drawing.scanner import Scanner


@pytest.mark.parametrize("smoothing", [0, 1, 3])
def test_noise_in_soft_tissue_has_the_stated_deviation(smoothing: int) -> None:
    tissue = np.zeros((8, 128, 128), dtype=np.float32)
    noisy = Scanner(seed=1, noise_hu=20.0, smoothing=smoothing).scan(tissue)
    assert noisy.dtype == np.int16
    assert noisy.std() == pytest.approx(20.0, rel=0.05)
    assert noisy.mean() == pytest.approx(0, abs=1)


def test_air_has_a_quarter_of_the_noise() -> None:
    air = np.full((8, 128, 128), -1000, dtype=np.float32)
    assert Scanner(seed=1, noise_hu=20.0).scan(air).std() == pytest.approx(5.0, rel=0.1)


def test_smoothing_correlates_neighbours() -> None:
    tissue = np.zeros((4, 128, 128), dtype=np.float32)
    sharp, soft = (Scanner(seed=2, noise_hu=20.0, smoothing=k).scan(tissue) for k in (0, 1))
    assert abs(_correlation(sharp)) < 0.05
    # (1, 2, 1) / 4 against itself moved by one: (2 + 2) / (1 + 4 + 1)
    assert _correlation(soft) == pytest.approx(4 / 6, abs=0.05)


def _correlation(image: np.ndarray) -> float:
    return float(np.corrcoef(image[..., :-1].ravel(), image[..., 1:].ravel())[0, 1])


def test_hu_are_rounded_and_kept_in_range() -> None:
    hu = np.array([[[-3000.0, -7.0, 6.0, 40.0, 9000.0]]])
    scanned = Scanner(seed=1, noise_hu=0.0, step_hu=12).scan(hu)
    assert scanned.tolist() == [[[-1024, -12, 0, 36, 3071]]]


def test_a_part_of_a_scan_comes_out_as_in_the_whole() -> None:
    hu = np.zeros((6, 16, 16), dtype=np.float32)
    scanner = Scanner(seed=3, noise_hu=10.0)
    part = scanner.scan(hu[2:4], first_slice=2)
    np.testing.assert_array_equal(part, scanner.scan(hu)[2:4])
