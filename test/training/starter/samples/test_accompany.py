"""Synthetic lesions beside a real one."""

import numpy as np
from tiny_scans import SAMPLES

from training.starter.samples.accompany import accompanied
from training.starter.samples.samples import Scene

SHAPE = (48, 48, 48)


def _scene(around_hu: float) -> Scene:
    z, y, x = np.indices(SHAPE) - 24
    mask = z**2 + y**2 + x**2 < 49
    hu = np.full(SHAPE, around_hu, dtype=np.float32)
    hu += np.random.default_rng(0).normal(0, 4, SHAPE).astype(np.float32)
    hu[mask] += 60
    lesions = (mask.astype(np.float32),)
    return Scene(hu, lesions, (24, 24, 24), 1.0, 1.0, real=True, fitted=True)


def _many(scene: Scene, share: float) -> list[Scene]:
    real = SAMPLES.real.model_copy(update={"companion_share": share})
    settings = SAMPLES.model_copy(update={"real": real})
    rngs = (np.random.default_rng(seed) for seed in range(20))
    return [accompanied(scene, 1.0, settings, rng, None) for rng in rngs]


def test_a_lesion_beside_it_takes_nothing_of_the_real_one() -> None:
    scene = _scene(50.0)
    changed = [one for one in _many(scene, 1.0) if len(one.lesions) > 1]
    assert len(changed) > 5
    for one in changed:
        np.testing.assert_array_equal(one.lesions[0], scene.lesions[0])
        for other in one.lesions[1:]:
            assert not ((other > 0) & (scene.lesions[0] > 0)).any()
            assert np.abs(one.hu - scene.hu)[other > 0.5].max() > 3
    np.testing.assert_array_equal(scene.hu, _scene(50.0).hu)


def test_none_is_added_in_air_or_where_none_is_wanted() -> None:
    assert all(len(one.lesions) == 1 for one in _many(_scene(-1000.0), 1.0))
    assert all(one is not None and len(one.lesions) == 1 for one in _many(_scene(50.0), 0.0))
