from typing import Any

import numpy as np
import pytest

from training.phantoms.drawing.grid import Grid
from training.phantoms.drawing.lesion import Lesion, LesionLook

GRID = Grid.around((0, 0, 0), shape_zyx=(60, 60, 60), spacing=(1.0, 1.0, 1.0))


def lesion(seed: int, **look: Any) -> Lesion:
    rng = np.random.default_rng(seed)
    return Lesion.draw(rng, (0.0, 0.0, 0.0), diameter=24.0, look=LesionLook(**look))


@pytest.mark.parametrize("seed", range(8))
def test_a_lesion_is_about_as_large_as_asked(seed: int) -> None:
    mask = lesion(seed, hu=40.0).distance(GRID) < 0
    equivalent_diameter = (6 * mask.sum() / np.pi) ** (1 / 3)
    assert 0.65 * 24 < equivalent_diameter < 1.35 * 24


@pytest.mark.parametrize("seed", range(8))
def test_its_box_holds_all_of_it(seed: int) -> None:
    one = lesion(seed, hu=40.0)
    inside = one.distance(GRID) < 0
    in_box = np.zeros_like(inside)
    in_box[one.box(GRID)] = True
    assert inside.sum() > 0
    assert not (inside & ~in_box).any()


def test_an_even_lesion_has_its_hu_inside_and_leaves_the_rest() -> None:
    one = lesion(1, hu=60.0, mottle_hu=0.0, edge_mm=1.0)
    hu = GRID.zeros(-800)
    one.paint(hu, GRID)
    distance = one.distance(GRID)
    assert hu[distance < -1] == pytest.approx(60, abs=1e-3)
    assert hu[distance > 1] == pytest.approx(-800, abs=1e-3)


def test_a_core_is_darker_than_the_rim() -> None:
    one = lesion(2, hu=80.0, mottle_hu=0.0, core_hu=20.0)
    hu = GRID.zeros(-100)
    one.paint(hu, GRID)
    distance = one.distance(GRID)
    assert hu[distance.argmin() // 3600, 30, 30] < 60
    assert hu[(distance < -1) & (distance > -1.5)].mean() > 70


def test_spicules_reach_beyond_the_lesion_but_not_into_its_distance() -> None:
    plain, spiky = GRID.zeros(-800), GRID.zeros(-800)
    lesion(3, hu=40.0, mottle_hu=0.0).paint(plain, GRID)
    one = lesion(3, hu=40.0, mottle_hu=0.0, spicules=20)
    one.paint(spiky, GRID)
    outside = one.distance(GRID) > 1
    assert (spiky[outside] > -600).sum() > 20
    assert (plain[outside] > -600).sum() == 0


def test_a_lesion_ends_where_its_organ_does() -> None:
    within = np.zeros(GRID.shape)
    within[:, :, 30:] = 1
    hu = GRID.zeros(-800)
    lesion(4, hu=40.0, spicules=20).paint(hu, GRID, within)
    assert (hu[:, :, :30] == -800).all()
    assert (hu[:, :, 30:] > 0).any()
