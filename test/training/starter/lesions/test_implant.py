from collections.abc import Iterator

import cc3d
import numpy as np
import pytest
from tiny_scans import SAMPLES

from training.starter.lesions import implant as module
from training.starter.lesions.body import is_lump
from training.starter.lesions.fields import grown
from training.starter.lesions.implant import Implanted, implant
from training.starter.lesions.placing import Place

MIDDLE = (24.0, 24.0, 24.0)
SEEDS = range(16)


def _muscle_and_fat() -> np.ndarray:
    """Muscle with a layer of fat from x = 34 on, and noise of 6 HU."""
    patch = np.full((48, 48, 48), 55, dtype=np.float32)
    patch[:, :, 34:] = -100
    return patch + np.random.default_rng(0).normal(0, 6, patch.shape).astype(np.float32)


def _implant(patch: np.ndarray, seed: int, **changes: object) -> Implanted | None:
    place = {
        "hu": patch,
        "step_mm": 1.0,
        "slice_mm": 1.0,
        "pixel_mm": 0.8,
        "click": MIDDLE,
        "kind": "soft",
    }
    lesion = {"radius_mm": 7.0, "difficulty": 0.5, "shapes": None, "settings": SAMPLES}
    place |= {name: value for name, value in changes.items() if name in place}
    lesion |= {name: value for name, value in changes.items() if name in lesion}
    assert changes.keys() <= place.keys() | lesion.keys()
    return implant(Place(**place), rng=np.random.default_rng(seed), **lesion)  # type: ignore[arg-type]


def _mask(made: Implanted) -> np.ndarray:
    return made.lesions[0] > 0.5


def _many(**changes: object) -> Iterator[tuple[np.ndarray, Implanted]]:
    patch = _muscle_and_fat()
    made = [_implant(patch, seed, **changes) for seed in SEEDS]
    kept = [one for one in made if one is not None]
    assert len(kept) > len(SEEDS) // 3
    return ((patch, one) for one in kept)


def test_the_mask_is_one_component_that_holds_the_click() -> None:
    for click in (MIDDLE, (20.0, 26.4, 22.7)):
        for _, made in _many(click=click):
            z, y, x = (round(at) for at in click)
            labels = cc3d.connected_components(_mask(made), connectivity=6)
            assert _mask(made)[z, y, x]
            assert labels.max() == 1


def test_the_lesion_differs_from_the_background_and_far_from_it_nothing_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "add_companions", lambda *_, **__: [])
    for patch, made in _many():
        change = np.abs(made.hu - patch)
        assert np.median(change[_mask(made)]) > 5
        assert change[~grown(_mask(made), (9, 9, 9))].max() < 1e-3


def test_companions_take_no_voxel_of_another_lesion_and_some_touch() -> None:
    settings = SAMPLES.model_copy(
        update={
            "kinds": {
                name: kind.model_copy(update={"companion_shares": (0.0, 0.0, 1.0)})
                for name, kind in SAMPLES.kinds.items()
            }
        }
    )
    touching, apart = 0, 0
    for slice_mm in (1.0, 3.0):
        for _, made in _many(difficulty=1.0, slice_mm=slice_mm, settings=settings):
            assert (np.sum([one > 0 for one in made.lesions], axis=0) <= 1).all()
            for other in made.lesions[1:]:
                near = grown(other > 0, (1, 1, 1)) & (made.lesions[0] > 0)
                touching, apart = touching + near.any(), apart + (not near.any())
    assert touching
    assert apart


def test_companions_are_seen_where_they_are_said_to_be() -> None:
    changed = 0
    for patch, made in _many(difficulty=1.0, radius_mm=5.0):
        for other in made.lesions[1:]:
            if np.count_nonzero(other) > 30:
                changed += 1
                assert np.median(np.abs(made.hu - patch)[other > 0.5]) > 3
    assert changed


def test_the_same_seed_makes_the_same_sample() -> None:
    seed = next(seed for seed in SEEDS if _implant(_muscle_and_fat(), seed) is not None)
    first, second = (_implant(_muscle_and_fat(), seed) for _ in range(2))
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first.hu, second.hu)
    np.testing.assert_array_equal(first.lesions[0], second.lesions[0])


def test_nothing_is_implanted_into_air_or_at_the_skin() -> None:
    air = np.full((48, 48, 48), -1000, dtype=np.float32)
    assert all(_implant(air, seed) is None for seed in SEEDS)
    skin = _muscle_and_fat()
    skin[:, :29] = -1000
    click = (24.0, 34.0, 20.0)
    assert all(_implant(skin, seed, click=click, radius_mm=12.0) is None for seed in SEEDS)


def test_the_background_is_left_as_it_was() -> None:
    patch = _muscle_and_fat()
    before = patch.copy()
    for seed in range(5):
        _implant(patch, seed)
    np.testing.assert_array_equal(patch, before)


def test_thick_slices_make_the_change_bend_only_at_slices() -> None:
    steps = 4
    smooth = np.full((48, 48, 48), 55, dtype=np.float32)
    values = np.random.default_rng(2).normal(0, 6, (13, 48, 48)).astype(np.float32)
    planes = np.arange(48)
    low = planes // steps
    share = ((planes % steps) / steps)[:, None, None].astype(np.float32)
    smooth += (1 - share) * values[low] + share * values[np.minimum(low + 1, 12)]
    made = [_implant(smooth, seed, slice_mm=float(steps), radius_mm=9.0) for seed in range(16)]
    kept = [one for one in made if one is not None]
    assert kept
    for one in kept:
        change = one.hu - smooth
        bend = np.abs(change[2:] - 2 * change[1:-1] + change[:-2]).max(axis=(1, 2))
        between = planes[1:-1] % steps != 0
        assert bend[between].max() < 1e-2
        assert bend[~between].max() > 1


def test_easy_lesions_are_clicked_near_their_middle() -> None:
    def mean_offset(difficulty: float) -> float:
        offsets = [
            np.linalg.norm(np.argwhere(_mask(made)).mean(axis=0) - MIDDLE)
            for _, made in _many(difficulty=difficulty, radius_mm=8.0)
        ]
        return float(np.mean(offsets))

    assert mean_offset(0.0) < 0.75 * mean_offset(1.0)


def test_a_ball_is_a_lump_and_a_sheet_or_a_crumb_is_not() -> None:
    z, y, x = np.indices((48, 48, 48)) - 24
    ball = z**2 + y**2 + x**2 < 100
    sheet = (np.abs(z) < 1) & (np.abs(y) < 20) & (np.abs(x) < 20)
    crumb = z**2 + y**2 + x**2 < 5
    assert is_lump(ball, 10.0, ball.size, SAMPLES.bodies)
    assert not is_lump(sheet, 7.0, sheet.size, SAMPLES.bodies)
    assert not is_lump(crumb, 10.0, crumb.size, SAMPLES.bodies)
    assert is_lump(crumb, 1.4, crumb.size, SAMPLES.bodies)
