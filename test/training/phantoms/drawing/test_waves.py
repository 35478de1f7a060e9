import numpy as np
import pytest

from training.phantoms.drawing.grid import Grid
from training.phantoms.drawing.waves import Waves


def test_the_field_is_the_sum_of_its_cosines() -> None:
    waves = Waves(np.array([[0.3, 0.0, 0.1], [0.0, -0.2, 0.4]]), np.array([0.5, 2.0]))
    grid = Grid(np.array([1.0, 7.0]), np.array([-3.0]), np.array([2.0, 5.0]))
    literal = [
        [
            sum(np.cos(f @ [z, -3.0, x] + p) for f, p in zip(*_parts(waves), strict=True))
            for x in grid.x
        ]
        for z in grid.z
    ]  # times sqrt(2 / n), which is 1 for two waves
    np.testing.assert_allclose(waves.on(grid)[:, 0, :], literal)


def _parts(waves: Waves) -> tuple[np.ndarray, np.ndarray]:
    return waves.frequencies_zyx, waves.phases


def test_mean_is_0_and_standard_deviation_1_over_many_wavelengths() -> None:
    grid = Grid.around((0, 0, 0), shape_zyx=(60, 60, 60), spacing=(4.0, 4.0, 4.0))
    field = Waves.draw(np.random.default_rng(1), 12.0).on(grid)
    assert field.dtype == np.float32
    assert field.mean() == pytest.approx(0, abs=0.05)
    assert field.std() == pytest.approx(1, abs=0.05)


def test_two_grids_show_the_same_field() -> None:
    waves = Waves.draw(np.random.default_rng(2), 20.0)
    grid = Grid.around((0, 0, 0), shape_zyx=(8, 9, 7), spacing=(1.0, 1.0, 2.0), dtype=np.float64)
    whole, part = waves.on(grid), waves.on(grid.slices(3, 5))
    np.testing.assert_allclose(part, whole[3:5], atol=1e-12)
