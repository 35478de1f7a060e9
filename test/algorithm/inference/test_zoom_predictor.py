"""The whole search on balls whose masks are known, with an engine that sees them as they are.

Resampling to a patch and back moves a surface by less than half a patch voxel. A ball that takes
0.42 of 48 voxels has a radius of 10 of them; moved by 0.5, its volume changes by 3 * 0.5 / 10, and
Dice falls by half of that at most: to 0.925. What is found is far better.
"""

import numpy as np
import pytest
from zoom_phantoms import (
    LESION_HU,
    TISSUE_HU,
    Constant,
    Corrected,
    Oracle,
    ball,
    dice,
    predictor,
)

from algorithm.inference.boxes import Box
from algorithm.inference.corrections import Correction
from algorithm.inference.nnunet_predictor import LOGIT_OUTSIDE
from algorithm.models.zoom_settings import ZoomSettings
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX, Spacing
from uls.workshop.errors import CallError, ModelError

THIN: Spacing = (0.7, 0.7, 1.0)
THICK: Spacing = (0.7, 0.7, 5.0)
LARGEST_PASSES = 10


@pytest.mark.parametrize("spacing_mm", [THIN, THICK])
@pytest.mark.parametrize("diameter_mm", [4.0, 20.0, 60.0])
def test_balls_of_all_sizes_are_found(diameter_mm: float, spacing_mm: Spacing) -> None:
    voi, engine = ball(diameter_mm, spacing_mm), Oracle()

    logit = predictor(engine).predict(voi, spacing_mm=spacing_mm)

    assert logit.dtype == np.float32
    assert dice(logit > 0, voi > 0) > 0.98
    assert engine.n_passes <= LARGEST_PASSES


def test_a_lesion_that_fills_the_voi_is_found_with_the_widest_zoom() -> None:
    spacing_mm: Spacing = (0.8, 0.8, 1.0)  # 128 by 205 by 205 mm
    voi, engine = ball(180, spacing_mm), Oracle()

    logit = predictor(engine).predict(voi, spacing_mm=spacing_mm)

    # It is cut by the VOI's first and last slice. Beyond them all is air, which is averaged in.
    assert dice(logit > 0, voi > 0) > 0.95
    assert engine.n_passes <= LARGEST_PASSES


@pytest.mark.parametrize("offset_zyx_mm", [(8.0, 0.0, 0.0), (0.0, 6.0, -6.0), (5.0, 5.0, 5.0)])
def test_the_mask_does_not_depend_on_where_the_lesion_was_clicked(
    offset_zyx_mm: tuple[float, float, float],
) -> None:
    voi = ball(20, THIN, offset_zyx_mm=offset_zyx_mm)

    logit = predictor(Oracle()).predict(voi, spacing_mm=THIN)

    assert dice(logit > 0, voi > 0) > 0.98


def test_the_patch_is_centred_on_the_lesion_and_its_deepest_point_is_clicked() -> None:
    engine = Oracle()

    predictor(engine).predict(ball(20, THIN, offset_zyx_mm=(0.0, 0.0, 8.4)), spacing_mm=THIN)

    inner, outer = (np.unravel_index(np.argmax(p), p.shape) for p in _clicks(engine)[-2:])
    # 8.4 mm beside the ball's centre, at a step near 20 / 0.42 / 48 = 0.99 mm. The batch may hold
    # the user's click alone, the other having been looked at before.
    assert np.abs(np.subtract(inner, (24, 24, 24))).max() <= 1
    assert outer[2] == pytest.approx(24 - 8.4, abs=2)
    assert outer[:2] == pytest.approx((24, 24), abs=1)


def _clicks(engine: Oracle) -> list[np.ndarray]:
    return [patch[4] for batch in engine.batches for patch in batch]


def test_tissue_alone_at_the_click_is_an_empty_answer() -> None:
    engine = Constant(-10)

    logit = predictor(engine).predict(np.zeros(VOI_SHAPE_ZYX, np.int16), spacing_mm=THIN)

    np.testing.assert_array_equal(logit, LOGIT_OUTSIDE)
    # One start and two other zooms.
    assert engine.n_passes == 3


class Unsure(Oracle):
    """Sees the ball with a probability of 0.2, and nothing with more than that."""

    def __call__(self, batch: np.ndarray) -> np.ndarray:
        probability = np.float32(0.2) / (1 + np.exp(-super().__call__(batch)))
        return np.log(probability / (1 - probability))


def test_an_unsure_network_has_its_threshold_lowered() -> None:
    voi = ball(20, THIN)

    logit = predictor(Unsure()).predict(voi, spacing_mm=THIN)
    none = predictor(Unsure(), ZoomSettings(lowest_threshold=0.4)).predict(voi, spacing_mm=THIN)

    # Thresholds 0.5, 0.3, 0.18: the ball is where the probability is 0.2, its edge at 0.18.
    assert 0.8 < dice(logit > 0, voi > 0) < 1
    assert not (none > 0).any()


def test_several_starts_are_one_batch_and_the_best_is_followed() -> None:
    voi, engine = ball(20, THIN), Oracle()

    logit = predictor(engine, ZoomSettings(start_steps_mm=(0.3, 1.2, 3.0))).predict(
        voi, spacing_mm=THIN
    )

    assert len(engine.batches[0]) == 3
    assert dice(logit > 0, voi > 0) > 0.98


def test_every_start_may_be_followed() -> None:
    voi, one, every = ball(20, THIN), Oracle(), Oracle()

    for engine in (one, every):
        settings = ZoomSettings(start_steps_mm=(0.4, 2.5), fit_every_start=engine is every)
        logit = predictor(engine, settings).predict(voi, spacing_mm=THIN)
        assert dice(logit > 0, voi > 0) > 0.98

    assert every.n_passes > one.n_passes


def test_a_click_that_is_the_deepest_point_is_looked_at_once_whatever_its_weight() -> None:
    voi, engine = ball(20, THIN), Oracle()

    logit = predictor(engine, ZoomSettings(user_click_weight=0.0)).predict(voi, spacing_mm=THIN)

    # One look at the start, and one at 0.99 mm, where 0.42 of the patch is 20 mm.
    assert engine.n_passes == 2
    assert dice(logit > 0, voi > 0) > 0.98


def test_mirrored_views_are_turned_back() -> None:
    voi, engine = ball(20, THIN, offset_zyx_mm=(3.0, 4.0, 5.0)), Oracle()

    logit = predictor(engine).predict(voi, spacing_mm=THIN, mirror=8)

    # 7 more views of the two last looks.
    assert len(engine.batches[-1]) >= 14
    assert dice(logit > 0, voi > 0) > 0.98


def test_passes_are_those_of_the_last_looks() -> None:
    assert [predictor(Oracle()).passes(mirror) for mirror in (0, 1, 2, 8)] == [2, 2, 4, 16]
    one_click = predictor(Oracle(), ZoomSettings(user_click_weight=0.0, least_views=4))
    assert [one_click.passes(mirror) for mirror in (0, 4, 8)] == [4, 4, 8]
    sides = predictor(Oracle(), ZoomSettings(side_clicks=True))
    assert [sides.passes(mirror) for mirror in (1, 2)] == [4, 8]


def test_a_lesions_sides_are_clicked_in_the_last_looks() -> None:
    voi = np.maximum(ball(20, THIN), ball(14, THIN, offset_zyx_mm=(0.0, 0.0, 15.0)))
    plain, engine = Oracle(), Oracle()

    predictor(plain).predict(voi, spacing_mm=THIN)
    logit = predictor(engine, ZoomSettings(side_clicks=True)).predict(voi, spacing_mm=THIN)

    assert plain.n_passes < engine.n_passes <= plain.n_passes + 2
    marks = engine.batches[-1][:, 4]  # at the clicks of the last looks, 1
    clicks = [np.unravel_index(int(mark.argmax()), mark.shape) for mark in marks]
    assert len({int(x) for _, _, x in clicks}) == len(clicks)  # along x, one beside the other
    assert dice(logit > 0, voi > 0) > 0.98


def test_a_box_sets_centre_and_zoom_and_fills_its_channel() -> None:
    voi, engine = ball(20, THIN), Oracle()
    # 20 slices of 1 mm and 28 pixels of 0.7 mm: a ball in it has a diameter of 19.7 mm.
    box = Box((54, 114, 114), (74, 142, 142))

    logit = predictor(engine).predict(voi, spacing_mm=THIN, box=box)

    assert dice(logit > 0, voi > 0) > 0.98
    assert engine.n_passes <= 2
    first = engine.batches[0][0]
    step_mm = np.exp(first[5, 0, 0, 0] * 1.2)
    extents_mm = (20, 28 * 0.7, 28 * 0.7)
    assert step_mm == pytest.approx(np.prod(extents_mm) ** (1 / 3) / 0.42 / 48, rel=1e-4)
    assert first[7].sum() == pytest.approx(np.prod(extents_mm) / step_mm**3, rel=0.15)


def test_a_box_beside_the_click_says_what_is_meant() -> None:
    voi = np.maximum(ball(10, THIN), ball(16, THIN, offset_zyx_mm=(20.0, 35.0, 0.0)))
    other = ball(16, THIN, offset_zyx_mm=(20.0, 35.0, 0.0)) > 0
    # Its centre is voxel (84, 178, 128); 8 slices and 11.4 pixels make its radius.
    box = Box((76, 166, 116), (93, 190, 140))

    logit = predictor(Oracle()).predict(voi, spacing_mm=THIN, box=box)

    assert dice(logit > 0, other) > 0.98


def test_outside_the_last_patch_nothing_was_seen() -> None:
    logit = predictor(Oracle()).predict(ball(10, THIN), spacing_mm=THIN)

    assert logit[0, 0, 0] == LOGIT_OUTSIDE
    assert logit[CLICK_ZYX] > 0
    assert logit[CLICK_ZYX] < 10


def test_the_voi_is_not_changed() -> None:
    voi = ball(10, THIN)
    before = voi.copy()

    predictor(Oracle()).predict(voi, spacing_mm=THIN)

    np.testing.assert_array_equal(voi, before)
    assert {LESION_HU, TISSUE_HU} == set(np.unique(voi))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_logits_that_are_no_numbers_are_an_error(bad: float) -> None:
    with pytest.raises(ModelError, match=r"finite logits.*NaN or infinity"):
        predictor(Constant(bad)).predict(ball(10, THIN), spacing_mm=THIN)


def test_warm_up_runs_the_network_once() -> None:
    engine = Oracle()

    predictor(engine).warm_up()

    assert [batch.shape for batch in engine.batches] == [(1, 8, 48, 48, 48)]


def test_corrections_add_and_take_away_where_they_are_made() -> None:
    voi = ball(20, THIN)
    z, y, x = CLICK_ZYX
    inside, outside = (z, y + 17, x), (z, y - 10, x)  # 11.9 mm: beside the ball; 7 mm: in it
    plain = predictor(Corrected(), channels_in=9).predict(voi, spacing_mm=THIN)
    corrected = predictor(Corrected(), channels_in=9).predict(
        voi,
        spacing_mm=THIN,
        corrections=[Correction(inside, inside=True), Correction(outside, inside=False)],
    )
    assert (plain[inside] > 0, plain[outside] > 0) == (False, True)
    assert (corrected[inside] > 0, corrected[outside] > 0) == (True, False)
    assert corrected[CLICK_ZYX] > 0


def test_no_corrections_are_no_change_and_take_no_channel_of_an_older_model() -> None:
    voi = ball(20, THIN)
    engines = Oracle(), Oracle()
    older = predictor(engines[0]).predict(voi, spacing_mm=THIN, corrections=())
    newer = predictor(engines[1], channels_in=9).predict(voi, spacing_mm=THIN)
    np.testing.assert_array_equal(older, newer)
    assert {batch.shape[1] for batch in engines[0].batches} == {8}
    assert {batch.shape[1] for batch in engines[1].batches} == {9}


def test_a_model_without_corrections_refuses_them() -> None:
    model = predictor(Oracle())
    assert not model.takes_corrections
    assert predictor(Oracle(), channels_in=9).takes_corrections
    with pytest.raises(CallError, match="takes corrections, found one that was trained without"):
        model.predict(
            ball(20, THIN), spacing_mm=THIN, corrections=[Correction(CLICK_ZYX, inside=True)]
        )
