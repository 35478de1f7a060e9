import numpy as np
import pytest
from tiny_scans import SAMPLES

from training.starter.lesions.shapes import LesionShape, Lobe, draw_shape

SHAPES = SAMPLES.shapes


def _ball(radius: float) -> LesionShape:
    lobe = Lobe(np.zeros(3, np.float32), np.eye(3, dtype=np.float32) / np.float32(radius), 1.0)
    return LesionShape(radius, (lobe,), 0.0, np.empty((0, 3), np.float32), SHAPES)


def test_the_level_of_a_ball_falls_from_1_to_0_at_its_surface() -> None:
    ball = _ball(4.0)
    box = ball.box((10, 10, 10), (21, 21, 21))
    assert box == (slice(2, 19),) * 3  # 4 voxels of radius and 4 of margin
    level = ball.levels(box, (10, 10, 10), np.random.default_rng(0))[0]
    assert level[8, 8, 8] == pytest.approx(1)
    assert level[8, 8, 10] == pytest.approx(0.5)
    assert level[12, 8, 8] == pytest.approx(0, abs=1e-6)
    assert level[8, 0, 8] == pytest.approx(-1)


def test_the_box_ends_with_the_patch() -> None:
    z, y, x = _ball(10.0).box((1, 10, 47), (48, 48, 48))
    assert (z.start, x.stop) == (0, 48)
    assert (y.start, y.stop) == (0, 25)


@pytest.mark.parametrize("seed", range(12))
def test_shapes_lie_in_their_box_and_have_about_their_radius(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = draw_shape(rng, 8.0, SHAPES, spiculated=seed % 3 == 0)
    centre, patch = (40.0, 40.0, 40.0), (80, 80, 80)
    box = shape.box(centre, patch)
    inside = shape.levels(box, centre, rng)[0] > 0
    edges = [np.take(inside, at, axis) for axis in range(3) for at in (0, -1)]
    assert not any(edge.any() for edge in edges)
    radius = (np.count_nonzero(inside) / 4.19) ** (1 / 3)
    assert 6 < radius < 14


@pytest.mark.parametrize("seed", range(12))
def test_places_in_the_body_are_inside_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = draw_shape(rng, 5.0, SHAPES)
    z, y, x = (np.float32(at).reshape(1, 1, 1) for at in shape.place_in_body(rng, (0.0, 0.95)))
    assert shape.lobes[0].level((z, y, x)).item() > 0


def test_the_same_seed_draws_the_same_shape() -> None:
    levels = []
    for _ in range(2):
        rng = np.random.default_rng(7)
        shape = draw_shape(rng, 6.0, SHAPES)
        levels.append(shape.levels(shape.box((24, 24, 24), (48, 48, 48)), (24, 24, 24), rng))
    np.testing.assert_array_equal(*levels)
