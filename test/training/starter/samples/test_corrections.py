"""Corrections in training: where they are clicked, and how samples wait for them."""

import numpy as np
import pytest
import torch
from tiny_scans import tiny_recipe

from algorithm.models.zoom_channels import WITHOUT_CORRECTIONS
from training.starter.samples.corrections import Corrected, next_correction
from training.starter.samples.stream import Batch, joined
from training.starter.settings.training_settings import Training

SHAPE = (48, 48, 48)
LESION, LEAK, CRUMB = (slice(10, 20),) * 3, (slice(30, 42),) * 3, (slice(0, 1),) * 3


def _training(**changes: object) -> Training:
    return tiny_recipe(batch_size=8, corrected_samples=2, **changes).training


def _mask(*where: tuple[slice, slice, slice]) -> np.ndarray:
    mask = np.zeros(SHAPE, dtype=bool)
    for place in where:
        mask[place] = True
    return mask


def _next(predicted: np.ndarray, target: np.ndarray, random_share: float = 0.0) -> object:
    settings = _training(random_correction_share=random_share)
    rng = np.random.default_rng(0)
    return next_correction(predicted, target.astype(np.float32), settings, rng)


def test_the_largest_wrong_region_is_clicked_where_it_is_deepest() -> None:
    (z, y, x), inside = _next(_mask(LEAK, CRUMB), _mask(LESION))  # type: ignore[misc]
    assert not inside  # the leak has 12 voxels a side, what is missing 10
    assert {z, y, x} <= {35, 36}
    (z, y, x), inside = _next(_mask(CRUMB), _mask(LESION))  # type: ignore[misc]
    assert inside
    assert {z, y, x} <= {14, 15}


def test_some_corrections_lie_anywhere_in_the_region() -> None:
    settings, rng = _training(random_correction_share=1.0), np.random.default_rng(0)
    target = _mask(LESION).astype(np.float32)
    clicks = [next_correction(_mask(), target, settings, rng) for _ in range(50)]
    places = [click[0] for click in clicks if click is not None]
    assert len(places) == 50
    assert all(_mask(LESION)[tuple(round(at) for at in place)] for place in places)
    assert len(set(places)) > 30


def test_a_right_answer_and_a_crumb_are_not_corrected() -> None:
    assert _next(_mask(LESION), _mask(LESION)) is None
    assert _next(_mask(LESION, CRUMB), _mask(LESION)) is None


def test_where_readers_disagree_neither_answer_is_wrong() -> None:
    target = np.where(_mask(LESION), 0.5, 0).astype(np.float32)
    settings, rng = _training(), np.random.default_rng(0)
    assert next_correction(_mask(LESION), target, settings, rng) is None
    assert next_correction(_mask(), target, settings, rng) is None


def _batch(n: int) -> Batch:
    target = torch.from_numpy(_mask(LESION)).half()[None, None].repeat(n, 1, 1, 1, 1)
    image = torch.zeros(n, WITHOUT_CORRECTIONS + 1, *SHAPE, dtype=torch.float16)
    return Batch(image, target, ((0, 1),), ((),) * n)


def test_wrong_answers_come_again_with_a_click_and_right_ones_do_not() -> None:
    corrected = Corrected(_training(), 5, [0])
    fresh = _batch(6)
    corrected.learn_from(fresh, 40 * fresh.target.float() - 20)  # all right
    assert corrected.added_to(fresh) is fresh
    corrected.learn_from(fresh, torch.full((6, 1, *SHAPE), -20.0))
    batch = corrected.added_to(fresh)
    assert len(batch.image) == len(batch.target) == len(batch.corrections) == 8
    assert batch.same == fresh.same
    assert [len(clicks) for clicks in batch.corrections] == [0] * 6 + [1, 1]
    for number in (6, 7):
        (((z, y, x), inside),) = batch.corrections[number]
        assert inside
        assert batch.image[number, WITHOUT_CORRECTIONS, round(z), round(y), round(x)] == 1
    assert not fresh.image.any()  # the first sample is as it was
    assert corrected.added_to(fresh) is fresh  # none is left


def test_clicks_add_up_to_the_most_and_no_further() -> None:
    corrected, wrong = Corrected(_training(), 2, [0]), torch.full((2, 1, *SHAPE), -20.0)
    batch = _batch(2)
    for expected in (1, 2):
        corrected.learn_from(batch, wrong)
        added = corrected.added_to(batch)
        again = Batch(added.image[2:], added.target[2:], (), added.corrections[2:])
        assert [len(clicks) for clicks in again.corrections] == [expected] * 2
        batch = again
    corrected.learn_from(batch, wrong)
    assert corrected.added_to(batch) is batch


def test_no_more_samples_wait_than_may() -> None:
    corrected = Corrected(_training(waiting_samples=2), 5, [0])
    for _ in range(4):
        corrected.learn_from(_batch(6), torch.full((6, 1, *SHAPE), -20.0))
    assert len(corrected.added_to(_batch(6)).image) == 8
    assert len(corrected.added_to(_batch(6)).image) == 6


def test_pairs_keep_their_numbers_when_batches_are_joined() -> None:
    whole = joined([_batch(2), _batch(2), _batch(2)])
    assert whole.same == ((0, 1), (2, 3), (4, 5))
    assert whole.image.shape[0] == whole.target.shape[0] == len(whole.corrections) == 6


@pytest.mark.parametrize("predicted", [_mask(), _mask(LEAK)])
def test_an_empty_target_is_corrected_outside_only(predicted: np.ndarray) -> None:
    click = _next(predicted, _mask())
    assert (click is None) == (not predicted.any())
    if click is not None:
        assert click[1] is False  # type: ignore[index]
