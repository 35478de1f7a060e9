"""Phantoms that look a little like CT."""

import numpy as np
import pytest

from algorithm.engines.selection.phantoms import PHANTOMS, body_hu


def test_the_body_lies_in_fat_and_air() -> None:
    """0.8 mm in plane: the body ends 95 mm behind the centre, its soft tissue at 79 mm."""
    hu = body_hu((4, 256, 256), radius_mm=10.0, rng=np.random.default_rng(1))

    assert hu.shape == (4, 256, 256)
    assert hu.dtype == np.float32
    assert abs(hu[2, 124:133, 124:133].mean() - 110) < 3 * 18 / 9
    assert abs(hu[:, 128 + 100 : 128 + 116, 128].mean() + 100) < 3 * 18 / 8
    np.testing.assert_array_equal(hu[:, 128 + 120, 128], -1000)


def test_its_texture_does_not_depend_on_the_patchs_size() -> None:
    """Its sines have a period of 50 mm along x, 63 voxels, in a small patch as in a large one."""
    profiles = [
        body_hu((32, 64, size), radius_mm=0.0, rng=np.random.default_rng(1)).mean((0, 1))
        for size in (64, 128)
    ]
    middle = profiles[1][32:96]

    np.testing.assert_allclose(profiles[0], middle, atol=4 * 2**0.5 * 18 / 2048**0.5)


@pytest.mark.parametrize(
    ("name", "lesion", "around"),
    [
        ("body", (80, 140), (-10, 90)),
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
    body, nodule, faint = (phantom.hu((16, 16, 16)) for phantom in PHANTOMS)

    # Half of the nodule's patch is air, nothing of the others'; the faint one has slabs of slices.
    assert [(hu < -500).mean() > 0.5 for hu in (body, nodule, faint)] == [False, True, False]
    np.testing.assert_array_equal(faint[0], faint[3])
    assert not np.array_equal(faint[0], faint[4])
    assert not np.array_equal(body[0], body[3])
