"""Two clicks on every scene, and what each of them asks for."""

import numpy as np
import pytest
from tiny_scans import SAMPLES

from algorithm.models.zoom_patch import PATCH_SIZE
from training.starter.samples.clicks import draw_pair
from training.starter.samples.samples import Sample, Scene, clicked_share
from training.starter.settings.recipe import Samples

SHAPE = (PATCH_SIZE,) * 3
FIRST, OTHER = (slice(10, 20),) * 3, (slice(20, 30),) * 3


def _share(*where: tuple[slice, slice, slice], of_readers: float = 1.0) -> np.ndarray:
    share = np.zeros(SHAPE, dtype=np.float32)
    for place in where:
        share[place] = of_readers
    return share


def _scene(*lesions: np.ndarray, healthy_mm: float = np.inf, hu: float = 40.0) -> Scene:
    patch = np.full(SHAPE, hu, dtype=np.float32)
    return Scene(
        patch,
        lesions,
        (15, 15, 15) if lesions else (24, 24, 24),
        step_mm=2.0,
        slice_mm=2.0,
        real=False,
        fitted=True,
        healthy_mm=healthy_mm,
    )


def _settings(**clicks: object) -> Samples:
    plain = {"other_share": 0.0, "nothing_share": 0.0, "correction_share": 0.0, "edge_share": 0.0}
    changed = SAMPLES.clicks.model_copy(update=plain | clicks)
    return SAMPLES.model_copy(update={"clicks": changed, "box_share": 0.0})


def _pairs(scene: Scene, settings: Samples, count: int = 40) -> list[tuple[Sample, Sample, bool]]:
    rng = np.random.default_rng(0)
    return [draw_pair(scene, settings, rng) for _ in range(count)]


def test_both_clicks_ask_for_the_clicked_lesion_alone() -> None:
    scene = _scene(_share(FIRST), _share(OTHER))
    for first, second, same in _pairs(scene, _settings()):
        assert same
        assert first.click == scene.click
        assert second.mask[second.click]
        for sample in (first, second):
            np.testing.assert_array_equal(sample.target, _share(FIRST))


def test_a_click_on_another_lesion_asks_for_that_one_alone_even_where_they_touch() -> None:
    settings = _settings(other_share=1.0)
    for _, second, same in _pairs(_scene(_share(FIRST), _share(OTHER)), settings):
        assert not same
        np.testing.assert_array_equal(second.target, _share(OTHER))
        assert second.mask[second.click]


def test_clicks_on_nothing_lie_away_from_all_lesions_and_ask_for_nothing() -> None:
    settings = _settings(nothing_share=1.0)
    apart = settings.clicks.nothing_voxels
    for _, second, same in _pairs(_scene(_share(FIRST), _share(OTHER)), settings):
        assert not same
        assert not second.target.any()
        distances = [
            max(
                max(p.start - at, at - p.stop + 1)
                for at, p in zip(second.click, place, strict=True)
            )
            for place in (FIRST, OTHER)
        ]
        assert min(distances) > apart - 1


@pytest.mark.parametrize(("healthy_mm", "hu"), [(0.0, 40.0), (np.inf, -1000.0)])
def test_nothing_is_not_clicked_where_it_is_not_known_or_in_air(
    healthy_mm: float, hu: float
) -> None:
    settings = _settings(nothing_share=1.0)
    scene = _scene(_share(FIRST), healthy_mm=healthy_mm, hu=hu)
    assert all(same for _, _, same in _pairs(scene, settings, 5))


def test_nothing_is_clicked_no_farther_out_than_is_known_to_be_healthy() -> None:
    scene = _scene(healthy_mm=12.0)  # six voxels of 2 mm
    for first, second, _ in _pairs(scene, _settings()):
        assert first.click == (24, 24, 24)
        assert not first.target.any()
        assert np.linalg.norm(np.subtract(second.click, 24)) < 6


def test_edges_are_clicked_as_often_as_said() -> None:
    def on_edge(sample: Sample) -> bool:
        return any(at in {10, 19} for at in sample.click)

    pairs = _pairs(_scene(_share(FIRST)), _settings(edge_share=1.0))
    assert all(on_edge(second) for _, second, _ in pairs)
    # Any voxel alike: 1 - 8^3 / 10^3 of them are at the edge.
    pairs = _pairs(_scene(_share(FIRST)), _settings(), 600)
    assert np.mean([on_edge(second) for _, second, _ in pairs]) == pytest.approx(0.488, abs=0.06)


def test_corrections_are_made_in_the_lesion_or_near_it() -> None:
    settings = _settings(correction_share=1.0)
    pairs = _pairs(_scene(_share(FIRST), _share(OTHER)), settings)
    inside, outside = 0, 0
    for first, _, same in pairs:
        assert not same  # they know more: their answers may differ
        assert 1 <= len(first.corrections) <= 3
        for (z, y, x), is_inside in first.corrections:
            at = round(z), round(y), round(x)
            assert bool(first.mask[at]) == is_inside
            inside, outside = inside + is_inside, outside + (not is_inside)
    assert inside > 10
    assert outside > 10


def test_what_few_readers_drew_stays_only_near_the_clicked_part() -> None:
    share = _share(FIRST)
    share[10:20, 10:20, 20:22] = 0.25  # drawn by one of four, beside it
    share[40:44, 40:44, 40:44] = 0.25  # and far away
    kept = clicked_share(share, (15, 15, 15))
    assert kept[15, 15, 15] == 1
    assert kept[15, 15, 21] == 0.25
    assert not kept[40:44, 40:44, 40:44].any()
    assert not clicked_share(share, (15, 15, 21)).any()  # most readers did not draw it
