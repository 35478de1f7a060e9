import numpy as np

from training.phantoms.drawing.grid import Grid


def test_the_middle_voxel_lies_on_the_centre() -> None:
    grid = Grid.around((10.0, 20.0, 30.0), shape_zyx=(4, 6, 5), spacing=(0.5, 1.0, 2.0))
    assert grid.shape == (4, 6, 5)
    assert grid.z.tolist() == [6.0, 8.0, 10.0, 12.0]  # voxel 4 // 2 = 2
    assert grid.y[3] == 20.0
    assert grid.x.tolist() == [29.0, 29.5, 30.0, 30.5, 31.0]


def test_near_holds_the_voxels_between_two_corners_and_both_ends() -> None:
    grid = Grid.around((0, 0, 0), shape_zyx=(5, 5, 5), spacing=(1.0, 1.0, 1.0))  # -2 .. 2
    box = grid.near((-1, 0, 5), (1, 0.5, 9))
    assert box[0] == slice(1, 4)
    assert box[1] == slice(2, 3)
    assert grid.part(box).shape == (3, 1, 0)


def test_slices_are_a_part_of_the_same_space() -> None:
    grid = Grid.around((0, 0, 0), shape_zyx=(6, 2, 2), spacing=(1.0, 1.0, 3.0))
    np.testing.assert_array_equal(grid.slices(2, 4).z, grid.z[2:4])
