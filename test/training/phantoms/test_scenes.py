import numpy as np
import pytest

from training.phantoms.anatomy import Abdomen, Chest, Limb
from training.phantoms.drawing.grid import Grid
from training.phantoms.scenes import LARGEST_MM, SMALLEST_MM, draw_scene, draw_spacing

SPACING = (3.0, 3.0, 6.0)
COARSE = {"shape_zyx": (16, 40, 40), "spacing": SPACING}


@pytest.mark.parametrize("seed", range(10))
def test_the_clicked_voxel_lies_in_the_lesion_and_the_lesion_shows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scene = draw_scene(rng)
    click = scene.click(rng, SPACING)
    assert click is not None
    hu, mask = scene.render(Grid.around(click, **COARSE))
    assert mask[8, 20, 20]
    assert np.isfinite(hu).all()
    assert -1100 < hu.min() < hu.max() < 1500
    bare = scene.anatomy.render(Grid.around(click, **COARSE))
    assert np.abs(hu - bare)[mask].mean() > 15


@pytest.mark.parametrize("seed", range(10))
def test_lesions_have_the_stated_sizes(seed: int) -> None:
    scene = draw_scene(np.random.default_rng(seed))
    assert SMALLEST_MM <= 2 * scene.lesion.radius <= LARGEST_MM


def test_the_same_seed_draws_the_same_scene() -> None:
    grid = Grid.around((0, 0, 0), **COARSE)
    first, again = (draw_scene(np.random.default_rng(5)).render(grid) for _ in range(2))
    other = draw_scene(np.random.default_rng(6)).render(grid)
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


def test_distractors_are_drawn_but_not_in_the_mask() -> None:
    scenes = (draw_scene(np.random.default_rng(seed)) for seed in range(30))
    scene = next(scene for scene in scenes if scene.distractors)
    around = Grid.around(scene.distractors[0].centre, shape_zyx=(5, 5, 5), spacing=(1, 1, 1))
    assert (scene.distractors[0].distance(around) < 0).any()
    assert not scene.mask(around)[2, 2, 2]


@pytest.mark.parametrize("part", [Chest, Abdomen, Limb])
def test_every_part_of_the_body_has_air_around_fat_muscle_and_bone(part: type) -> None:
    anatomy = part.draw(np.random.default_rng(1))
    grid = Grid.around((0, 0, 0), shape_zyx=(4, 100, 130), spacing=(3.5, 3.5, 9.0))
    hu = anatomy.render(grid)
    assert (hu[:, 0, 0] == -1000).all()
    for low, high in ((-130, -70), (30, 80), (400, 800)):
        assert ((hu > low) & (hu < high)).mean() > 0.001


def test_lung_is_dark_and_liver_is_bright() -> None:
    rng = np.random.default_rng(2)
    chest, abdomen = Chest.draw(rng), Abdomen.draw(rng)
    lung = chest.render(Grid.around((20, 0, -85), shape_zyx=(5, 5, 5), spacing=(4, 4, 4)))
    liver = abdomen.render(Grid.around((10, 0, -70), shape_zyx=(5, 5, 5), spacing=(4, 4, 4)))
    assert np.median(lung) == pytest.approx(chest.lung_hu, abs=60)
    assert np.median(liver) == pytest.approx(abdomen.liver_hu, abs=15)


def test_spacings_are_those_of_routine_ct() -> None:
    for seed in range(20):
        x, y, z = draw_spacing(np.random.default_rng(seed))
        assert x == y
        assert 0.6 <= x <= 0.98
        assert 0.8 <= z <= 5
