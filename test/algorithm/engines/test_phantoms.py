"""Phantoms that look a little like CT."""

import numpy as np
import pytest

from algorithm.engines.phantoms import PHANTOMS, ball_hu


def test_the_ball_is_tissue_in_tissue_in_fat() -> None:
    hu = ball_hu((16, 32, 32))

    assert hu.shape == (16, 32, 32)
    assert hu.dtype == np.float32
    assert 30 < hu[8, 16, 16] < 90
    assert hu[0, 0, 0] < -40


@pytest.mark.parametrize(
    ("name", "lesion", "around"),
    [
        ("ball", (30, 90), (-30, 60)),
        ("nodule", (-80, 140), (-1000, -700)),
        ("faint", (0, 120), (0, 220)),
    ],
)
def test_the_centre_is_the_lesion(
    name: str, lesion: tuple[int, int], around: tuple[int, int]
) -> None:
    (phantom,) = (one for one in PHANTOMS if one.name == name)

    hu = phantom.hu((48, 48, 48))

    inside, outside = hu[23:25, 23:25, 23:25].mean(), hu[23:25, 23:25, 4:9].mean()
    assert lesion[0] < inside < lesion[1]
    assert around[0] < outside < around[1]
    np.testing.assert_array_equal(hu, phantom.hu((48, 48, 48)))


def test_they_differ() -> None:
    ball, nodule, faint = (phantom.hu((16, 16, 16)) for phantom in PHANTOMS)

    # Half of the nodule's patch is air, nothing of the others'; the faint one has slabs of slices.
    assert [(hu < -500).mean() > 0.5 for hu in (ball, nodule, faint)] == [False, True, False]
    np.testing.assert_array_equal(faint[0], faint[3])
    assert not np.array_equal(faint[0], faint[4])
    assert not np.array_equal(ball[0], ball[3])
