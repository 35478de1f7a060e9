import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from uls.geometry.lesion import Policy, bounding_box, clicked

SHAPE = (5, 7, 9)
CLICK = (2, 3, 4)
SPACING = (1.0, 2.0, 4.0)  # x, y, z


def foreground_of(*voxels: tuple[int, int, int]) -> npt.NDArray[np.bool_]:
    foreground = np.zeros(SHAPE, dtype=bool)
    for voxel in voxels:
        foreground[voxel] = True
    return foreground


def voxels_of(mask: npt.NDArray[np.bool_]) -> list[tuple[int, ...]]:
    return [tuple(voxel) for voxel in np.argwhere(mask).tolist()]


@pytest.mark.parametrize("policy", list(Policy))
def test_component_of_the_click_is_kept_and_others_go(policy: Policy) -> None:
    foreground = foreground_of(CLICK, (2, 3, 5), (0, 0, 0))
    lesion = clicked(foreground, spacing_mm=SPACING, policy=policy, click_zyx=CLICK)
    assert voxels_of(lesion.mask) == [CLICK, (2, 3, 5)]
    assert (lesion.distance_mm, lesion.n_components) == (0.0, 2)


def test_voxels_that_touch_by_an_edge_only_are_two_components() -> None:
    foreground = foreground_of(CLICK, (2, 4, 5))
    lesion = clicked(foreground, spacing_mm=SPACING, click_zyx=CLICK)
    assert voxels_of(lesion.mask) == [CLICK]
    assert lesion.n_components == 2


@pytest.mark.parametrize(
    ("voxel", "distance_mm"),
    [((2, 3, 7), 3.0), ((2, 5, 4), 4.0), ((3, 3, 4), 4.0), ((2, 5, 7), 5.0)],
)
def test_distance_is_in_mm_along_each_axis(voxel: tuple[int, int, int], distance_mm: float) -> None:
    """Steps of 1 mm along x, 2 mm along y, 4 mm along z; (2, 5, 7) is 3 and 4 mm away: 5."""
    lesion = clicked(foreground_of(voxel), spacing_mm=SPACING, click_zyx=CLICK, reach_mm=5.0)
    assert lesion.distance_mm == pytest.approx(distance_mm)
    assert voxels_of(lesion.mask) == [voxel]


def test_nearest_in_mm_wins_over_nearest_in_voxels() -> None:
    one_slice_away, three_columns_away = (3, 3, 4), (2, 3, 7)
    foreground = foreground_of(one_slice_away, three_columns_away)
    lesion = clicked(foreground, spacing_mm=SPACING, click_zyx=CLICK)
    assert voxels_of(lesion.mask) == [three_columns_away]


def test_nothing_within_reach_gives_nothing() -> None:
    lesion = clicked(foreground_of((2, 5, 7)), spacing_mm=SPACING, click_zyx=CLICK, reach_mm=4.9)
    assert not lesion.mask.any()
    assert (lesion.distance_mm, lesion.n_components) == (None, 1)


def test_baseline_keeps_a_single_component_wherever_it_lies() -> None:
    far = foreground_of((0, 0, 0))
    lesion = clicked(far, spacing_mm=SPACING, policy=Policy.BASELINE, click_zyx=CLICK)
    assert voxels_of(lesion.mask) == [(0, 0, 0)]
    assert lesion.distance_mm == pytest.approx(np.sqrt(4**2 + 6**2 + 8**2))


def test_baseline_erases_several_components_that_miss_the_click() -> None:
    foreground = foreground_of((2, 3, 5), (0, 0, 0))
    lesion = clicked(foreground, spacing_mm=SPACING, policy=Policy.BASELINE, click_zyx=CLICK)
    assert not lesion.mask.any()
    assert lesion.n_components == 2


@pytest.mark.parametrize("policy", list(Policy))
def test_empty_prediction_gives_an_empty_mask(policy: Policy) -> None:
    lesion = clicked(foreground_of(), spacing_mm=SPACING, policy=policy, click_zyx=CLICK)
    assert not lesion.mask.any()
    assert (lesion.distance_mm, lesion.n_components) == (None, 0)


@settings(max_examples=200, deadline=None)
@given(hnp.arrays(bool, SHAPE), st.sampled_from(list(Policy)))
def test_equals_the_literal_definition(foreground: npt.NDArray[np.bool_], policy: Policy) -> None:
    """Labels by scipy with 6 neighbours; wherever the click is predicted both policies agree."""
    lesion = clicked(foreground, spacing_mm=SPACING, policy=policy, click_zyx=CLICK, reach_mm=2.0)
    labels, n = ndimage.label(foreground, ndimage.generate_binary_structure(3, 1))
    offsets = (np.indices(SHAPE).reshape(3, -1).T - CLICK) * SPACING[::-1]
    distances = np.linalg.norm(offsets, axis=1).reshape(SHAPE)
    nearest = {label: distances[labels == label].min() for label in range(1, n + 1)}
    if labels[CLICK]:
        expected = labels == labels[CLICK]
    elif policy is Policy.BASELINE:
        expected = foreground if n == 1 else np.zeros_like(foreground)
    else:
        best = min(nearest, key=nearest.__getitem__, default=0)
        expected = (labels == best) & (nearest.get(best, np.inf) <= 2.0)
    if n and sorted(nearest.values()).count(min(nearest.values())) == 1:
        assert np.array_equal(lesion.mask, expected)
    assert lesion.n_components == n


@given(hnp.arrays(bool, SHAPE))
def test_bounding_box_is_the_smallest(mask: npt.NDArray[np.bool_]) -> None:
    box = bounding_box(mask)
    if box is None:
        assert not mask.any()
        return
    at = np.argwhere(mask)
    assert [(s.start, s.stop) for s in box] == list(
        zip(at.min(axis=0), at.max(axis=0) + 1, strict=True)
    )
