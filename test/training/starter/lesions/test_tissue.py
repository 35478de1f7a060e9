import numpy as np
import pytest
from tiny_scans import SAMPLES

from training.starter.lesions.tissue import Growth, Tissue, beside_air, room, tissue_at

MIDDLE = (24.0, 24.0, 24.0)


def _even(hu: float) -> np.ndarray:
    return np.full((48, 48, 48), hu, dtype=np.float32)


@pytest.mark.parametrize(
    ("hu", "tissue"),
    [
        (-100, Tissue.FAT),
        (50, Tissue.SOFT),
        (600, Tissue.BONE),
        (-1000, None),
        (-300, None),
        (2500, None),
    ],
)
def test_even_tissue_is_named(hu: float, tissue: Tissue | None) -> None:
    assert tissue_at(_even(hu), MIDDLE, 1.0, SAMPLES.tissues) is tissue


def test_lung_is_told_from_foam_by_its_vessels() -> None:
    patch = _even(-860)
    assert tissue_at(patch, MIDDLE, 1.0, SAMPLES.tissues) is None
    patch[:, 30:34, 30:34] = 0
    assert tissue_at(patch, MIDDLE, 1.0, SAMPLES.tissues) is Tissue.LUNG


def test_nothing_grows_from_beside_gas() -> None:
    patch = _even(50)
    patch[24, 24, 27] = -1000
    assert tissue_at(patch, MIDDLE, 1.0, SAMPLES.tissues) is None
    assert tissue_at(patch, (24.0, 24.0, 10.0), 1.0, SAMPLES.tissues) is Tissue.SOFT


def test_a_lesion_beside_lung_is_welcome_and_beside_gas_is_not() -> None:
    around = np.full(100, 50, dtype=np.float32)
    assert not beside_air(around, Tissue.SOFT, SAMPLES.tissues)
    around[:40] = -800
    assert not beside_air(around, Tissue.SOFT, SAMPLES.tissues)
    around[:40] = SAMPLES.tissues.air_hu - 40
    assert beside_air(around, Tissue.SOFT, SAMPLES.tissues)
    assert beside_air(around, Tissue.LUNG, SAMPLES.tissues)
    around[10:40] = -850  # a quarter of the dark is gas
    assert beside_air(around, Tissue.SOFT, SAMPLES.tissues)
    assert not beside_air(around, Tissue.LUNG, SAMPLES.tissues)


def test_room_ends_at_the_border_of_the_tissue() -> None:
    patch = _even(-100)
    patch[:, :, 24:] = 50
    space, smooth = room(patch, Growth(-200, -25), 1.0, SAMPLES.tissues)
    # Halfway between fat and muscle the smoothed HU are -25, between voxels 23 and 24.
    assert space[24, 24, 20] == 1
    assert space[24, 24, 27] == 0
    assert smooth[24, 24, 5] == pytest.approx(-100)
    everywhere, _ = room(patch, Growth(-300, 220, overgrows=True), 1.0, SAMPLES.tissues)
    assert everywhere.min() == 1


def test_thin_vessels_are_swallowed_and_thick_ones_are_not() -> None:
    patch = _even(-850)
    patch[:, 19:23, 19:23] = 40
    patch[:, 30:, :] = 40
    space, _ = room(patch, Growth(-2000, -350, (-2000, -450)), 1.0, SAMPLES.tissues)
    assert space[24, 21, 21] == 1
    assert space[24, 40, 24] == 0
    without, _ = room(patch, Growth(-2000, -350), 1.0, SAMPLES.tissues)
    assert without[24, 21, 21] == 0
