import numpy as np
import pytest

from training.phantoms.drawing import shapes
from training.phantoms.drawing.grid import Grid

LINE = Grid(np.array([0.0]), np.array([0.0]), np.arange(-10.0, 11.0))  # along x


def test_distance_to_a_sphere_is_exact() -> None:
    distance = shapes.ellipsoid(LINE, (0, 0, 0), (4, 4, 4))[0, 0]
    assert distance[10 + 4] == pytest.approx(0, abs=1e-6)
    assert distance[10 + 7] == pytest.approx(3)
    assert distance[10 - 2] == pytest.approx(-2)
    assert distance[10] == -4  # the centre, where the formula alone would fail


def test_distance_to_an_ellipsoid_along_its_axis_is_exact() -> None:
    distance = shapes.ellipsoid(LINE, (0, 0, 1), (2, 3, 5))[0, 0]
    assert distance[10 + 8] == pytest.approx(2)  # x = 8, surface at 1 + 5


def test_a_cylinder_does_not_end_along_z() -> None:
    grid = Grid(np.array([-50.0, 90.0]), LINE.y, LINE.x)
    distance = shapes.cylinder(grid, (0, 0), (3, 6))
    assert distance.shape == (1, 1, 21)
    assert distance[0, 0, 10 + 9] == pytest.approx(3)


def test_a_capsule_tapers_from_start_to_end() -> None:
    grid = Grid(np.array([0.0]), np.array([5.0]), np.array([0.0, 4.0, 8.0]))
    distance = shapes.capsule(grid, (0, 0, 0), (0, 0, 8), 2.0, 1.0)[0, 0]
    assert distance == pytest.approx([5 - 2, 5 - 1.5, 5 - 1])


def test_cover_is_half_on_the_surface_and_full_half_the_softness_inside() -> None:
    covered = shapes.cover(np.array([2.0, 1.0, 0.5, 0.0, -1.0, -3.0]), 2.0)
    assert covered.tolist() == [0, 0, 0.25, 0.5, 1, 1]


def test_paint_blends_by_coverage() -> None:
    hu = np.array([-1000.0, -1000.0, -1000.0])
    shapes.paint(hu, np.array([0.0, 0.5, 1.0]), 100.0)
    assert hu.tolist() == [-1000, -450, 100]


@pytest.mark.parametrize("within", [None, 0.5])
def test_an_ellipsoid_painted_in_its_box_is_complete(within: float | None) -> None:
    grid = Grid.around((0, 0, 0), shape_zyx=(20, 30, 30), spacing=(1.0, 1.0, 1.5))
    limit = None if within is None else np.full(grid.shape, within)
    local, everywhere = grid.zeros(), grid.zeros()
    centre, radii = (3.0, -2.0, 4.0), (8.0, 5.0, 6.0)
    shapes.paint_ellipsoid(local, grid, centre, radii, 80.0, within=limit)
    shapes.paint(
        everywhere, (within or 1) * shapes.cover(shapes.ellipsoid(grid, centre, radii), 1.2), 80.0
    )
    assert local.max() == 80 * (within or 1)
    np.testing.assert_allclose(local, everywhere, atol=1e-4)


def test_an_ellipsoid_outside_the_grid_paints_nothing() -> None:
    grid = Grid.around((0, 0, 0), shape_zyx=(4, 4, 4), spacing=(1.0, 1.0, 1.0))
    hu = grid.zeros()
    shapes.paint_ellipsoid(hu, grid, (500.0, 0.0, 0.0), (5.0, 5.0, 5.0), 80.0)
    assert not hu.any()
