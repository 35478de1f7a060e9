"""Which tiles follow a lesion that leaves those around the click."""

import numpy as np

from algorithm.inference.click_region import ClickRegion

SHAPE, PATCH, CLICK = (8, 8, 8), (4, 4, 4), (4, 4, 4)
"""Tiles begin at 0, 2 and 4 along each axis; the one at the click covers 2 to 5."""


def _mask(*boxes: tuple[slice, slice, slice]) -> np.ndarray:
    mask = np.zeros(SHAPE, dtype=np.bool_)
    for box in boxes:
        mask[box] = True
    return mask


def _at(z: int, y: int, x: int) -> tuple[slice, slice, slice]:
    return slice(z, z + 4), slice(y, y + 4), slice(x, x + 4)


ONE = slice(4, 5)


def test_the_first_tile_has_the_click_in_its_centre() -> None:
    assert ClickRegion(SHAPE, PATCH, CLICK).first == _at(2, 2, 2)


def test_a_click_near_the_images_border_moves_the_tile_inwards() -> None:
    assert ClickRegion(SHAPE, PATCH, (0, 7, 4)).first == _at(0, 4, 2)


def test_a_lesion_inside_needs_no_other_tile() -> None:
    assert ClickRegion(SHAPE, PATCH, CLICK).follow(_mask((slice(3, 5),) * 3)) == []


def test_each_touched_face_gets_its_neighbour_and_no_other() -> None:
    region = ClickRegion(SHAPE, PATCH, CLICK)
    bent = _mask((ONE, ONE, slice(4, 6)), (slice(2, 5), ONE, ONE))
    assert region.follow(bent) == [_at(0, 2, 2), _at(2, 2, 4)]
    assert region.follow(bent) == []


def test_a_lesion_is_followed_around_a_corner() -> None:
    region = ClickRegion(SHAPE, PATCH, CLICK)
    region.follow(_mask((ONE, ONE, slice(4, 6))))
    # Now 2 to 7 are covered along x; it leaves along y at x = 7, where only the new tile is.
    corner = _mask((ONE, ONE, slice(4, 8)), (ONE, slice(4, 6), slice(7, 8)))
    assert region.follow(corner) == [_at(2, 4, 4)]


def test_a_face_of_the_image_leads_nowhere() -> None:
    region = ClickRegion(SHAPE, PATCH, CLICK)
    whole = _mask((ONE, ONE, slice(0, 8)))
    assert region.follow(whole) == [_at(2, 2, 0), _at(2, 2, 4)]
    assert region.follow(whole) == []


def test_a_lesion_beside_the_clicked_one_is_not_followed() -> None:
    region = ClickRegion(SHAPE, PATCH, CLICK)
    assert region.follow(_mask((ONE, ONE, ONE), (slice(2, 3), slice(2, 3), slice(2, 3)))) == []


def test_where_the_click_was_missed_whatever_touches_is_followed() -> None:
    region = ClickRegion(SHAPE, PATCH, CLICK)
    assert region.follow(_mask((slice(2, 3), ONE, slice(3, 4)))) == [_at(0, 2, 2)]


def test_a_lesion_everywhere_is_followed_to_the_ends_of_the_image() -> None:
    region = ClickRegion(SHAPE, PATCH, CLICK)
    tiles = [region.first]
    while new := region.follow(np.ones(SHAPE, dtype=np.bool_)):
        tiles += new
    covered = np.zeros(SHAPE, dtype=np.bool_)
    for tile in tiles:
        covered[tile] = True
    assert covered.all()
    assert len(tiles) <= 27
