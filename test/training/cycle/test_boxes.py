"""Boxes and their jitter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.cycle.boxes import Box, box_channel, box_of, draw_box_channel, jittered

SHAPE = (20, 30, 40)


def boxes() -> st.SearchStrategy[Box]:
    sides = [st.tuples(st.integers(0, n - 1), st.integers(1, n)).map(sorted) for n in SHAPE]
    sides = [side.filter(lambda ends: ends[0] < ends[1]) for side in sides]
    return st.tuples(*sides).map(
        lambda ends: Box((ends[0][0], ends[1][0], ends[2][0]), (ends[0][1], ends[1][1], ends[2][1]))
    )


def test_box_of_two_voxels() -> None:
    mask = np.zeros(SHAPE, dtype=np.bool_)
    mask[3, 7, 11] = mask[5, 6, 30] = True
    assert box_of(mask) == Box((3, 6, 11), (6, 8, 31))


def test_an_empty_mask_has_no_box_and_an_empty_channel() -> None:
    empty = np.zeros(SHAPE, dtype=np.bool_)
    with pytest.raises(ValueError, match="no box"):
        box_of(empty)
    assert not draw_box_channel(empty, np.random.default_rng(0)).any()


def test_channel() -> None:
    channel = box_channel(Box((1, 2, 3), (2, 4, 6)), SHAPE)
    assert channel.dtype == np.float32
    assert channel.sum() == 1 * 2 * 3
    assert channel[1, 2:4, 3:6].all()


@given(boxes(), st.integers(0, 2**32 - 1), st.integers(0, 8))
def test_jitter_goes_outwards_by_so_many_voxels_and_stays_inside(
    box: Box, seed: int, most: int
) -> None:
    found = jittered(box, SHAPE, np.random.default_rng(seed), most=most)
    assert found.holds(box)
    steps = [a - b for a, b in zip(box.start, found.start, strict=True)]
    steps += [b - a for a, b in zip(box.stop, found.stop, strict=True)]
    assert max(steps) <= most
    assert min(found.start) >= 0
    assert all(stop <= size for stop, size in zip(found.stop, SHAPE, strict=True))


@given(boxes(), st.integers(0, 2**32 - 1))
def test_the_drawn_channel_covers_the_lesion(box: Box, seed: int) -> None:
    mask = np.zeros(SHAPE, dtype=np.bool_)
    mask[box.slices] = True
    channel = draw_box_channel(mask, np.random.default_rng(seed))
    assert channel[mask].all()


def test_every_jitter_from_0_to_5_is_drawn_on_every_side() -> None:
    rng = np.random.default_rng(23)
    box = Box((8, 8, 8), (12, 12, 12))
    drawn = [jittered(box, SHAPE, rng) for _ in range(300)]
    for axis in range(3):
        assert {8 - found.start[axis] for found in drawn} == set(range(6))
        assert {found.stop[axis] - 12 for found in drawn} == set(range(6))
