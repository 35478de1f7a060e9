"""Components that do not hold the click."""

import numpy as np
import numpy.typing as npt
import pytest

from evaluation.results.lesion_sections import OffCentre
from evaluation.scoring.off_centre import off_centre
from uls.geometry.cropped import cropped
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX


@pytest.fixture
def mask() -> npt.NDArray[np.bool_]:
    return np.zeros(VOI_SHAPE_ZYX, dtype=np.bool_)


def counts(mask: npt.NDArray[np.bool_]) -> tuple[int, int, int]:
    found = off_centre(cropped(mask))
    return found.components, found.off_centre, found.off_centre_voxels


def test_an_empty_mask(mask: npt.NDArray[np.bool_]) -> None:
    nothing = OffCentre(components=0, off_centre=0, off_centre_voxels=0)
    assert off_centre(cropped(mask)) == nothing


def test_the_clicked_component_alone(mask: npt.NDArray[np.bool_]) -> None:
    mask[60:70, 120:130, 120:130] = True
    assert counts(mask) == (1, 0, 0)


def test_two_more_components(mask: npt.NDArray[np.bool_]) -> None:
    """Of 2·3·4 = 24 voxels and of 1."""
    mask[CLICK_ZYX] = True
    mask[0:2, 0:3, 0:4] = True
    mask[127, 255, 255] = True
    assert counts(mask) == (3, 2, 25)


def test_components_that_miss_the_click(mask: npt.NDArray[np.bool_]) -> None:
    mask[64, 128, 126] = True
    mask[64, 128, 130:132] = True
    assert counts(mask) == (2, 2, 3)


def test_voxels_that_share_an_edge_only_are_apart(mask: npt.NDArray[np.bool_]) -> None:
    mask[CLICK_ZYX] = True
    mask[64, 129, 129] = True
    mask[65, 128, 128] = True
    assert counts(mask) == (2, 1, 1)


def test_the_same_mask_has_the_same_counts(mask: npt.NDArray[np.bool_]) -> None:
    """Its labels must not be a view of an image that is gone."""
    mask[::8, ::16, ::16] = True  # 16·16·16 single voxels, one of them the click
    assert {counts(mask) for _ in range(20)} == {(4096, 4095, 4095)}
