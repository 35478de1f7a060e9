import numpy as np
import pytest
from tiny_scans import RADIUS_MM, SAMPLES, ball_bank, ball_material, tiny_recipe

from algorithm.models.zoom_patch import AIR_HU, PATCH_SIZE
from training.starter.samples.augment import augmented, slice_profile
from training.starter.samples.bank import Bank
from training.starter.samples.real import draw_real
from training.starter.samples.samples import (
    Sample,
    Scene,
    clicked_part,
    draw_box,
    network_input,
    sample_of,
)
from training.starter.samples.scans import make_scan
from training.starter.samples.stream import Material, draw_scene
from uls.workshop.errors import InputError

MIDDLE = (PATCH_SIZE // 2,) * 3


def _samples(count: int) -> list[Sample]:
    rng = np.random.default_rng(0)
    recipe = tiny_recipe().samples
    drawn = (draw_real(ball_bank(), recipe, rng, shapes=None, difficulty=1.0) for _ in range(count))
    return [sample_of(scene) for scene in drawn if scene is not None]


def test_a_real_sample_shows_the_lesion_at_its_click() -> None:
    samples = _samples(12)
    assert len(samples) >= 10
    assert {sample.scene.fitted for sample in samples} == {True, False}
    for sample in samples:
        assert sample.mask[sample.click]
        assert sample.scene.fitted or sample.click == MIDDLE
        assert sample.scene.hu[~sample.mask].mean() < 80
        # The ball has 120 HU, its surroundings 40: where it is many voxels, few are both.
        if sample.mask.sum() > 300:
            assert np.median(sample.scene.hu[sample.mask]) == pytest.approx(120, abs=5)
    assert sum(sample.mask.sum() > 300 for sample in samples) > 5


def test_a_sample_that_shows_the_whole_ball_has_its_volume() -> None:
    whole = [s for s in _samples(30) if not _touches(s.mask) and s.mask.sum() > 400]
    assert len(whole) >= 5
    # Turning and stretching keep the volume; bending changes it, to either side.
    # By less than a third in all.
    volumes = [sample.mask.sum() * sample.scene.step_mm**3 for sample in whole]
    assert all(v == pytest.approx(4 / 3 * np.pi * RADIUS_MM**3, rel=1 / 3) for v in volumes)
    assert np.median(volumes) == pytest.approx(4 / 3 * np.pi * RADIUS_MM**3, rel=0.1)


def _touches(mask: np.ndarray) -> bool:
    return any(np.moveaxis(mask, axis, 0)[[0, -1]].any() for axis in range(3))


def test_augmented_samples_keep_their_click_in_the_lesion() -> None:
    rng = np.random.default_rng(1)
    for sample in _samples(25):
        changed = sample_of(augmented(sample.scene, tiny_recipe().samples, rng))
        assert changed.mask[changed.click]
        assert changed.scene.hu.min() >= AIR_HU
        assert changed.scene.hu.shape == changed.mask.shape == (PATCH_SIZE,) * 3


def test_wide_looks_at_small_lesions_are_drawn_too() -> None:
    # A ball of 20 mm has 4 / 3 * pi * 1.25 ** 3 = 8 voxels at 8 mm; stretching keeps its volume.
    wide = tiny_recipe().samples.model_copy(
        update={"any_step_mm": (8.0, 8.1), "any_step_share": 1.0, "fitted_share": 0.0}
    )
    recipe = tiny_recipe().model_copy(update={"samples": wide})
    rng = np.random.default_rng(3)
    drawn = [sample_of(draw_scene(ball_material(), recipe, rng, 1.0)) for _ in range(20)]
    assert all(sample.mask.sum() <= 14 for sample in drawn)
    assert all(sample.mask[sample.click] for sample in drawn)


def test_scans_without_a_place_for_lesions_are_told_and_not_searched_for_ever() -> None:
    air = make_scan(
        "air", np.full((8, 8, 8), -1000, dtype=np.int16), (1.0, 1.0, 1.0), settings=SAMPLES, seed=0
    )
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="not one usable sample in 20,000 tries"):
        draw_scene(Material(Bank((air,))), tiny_recipe(), rng, 1.0)


def test_only_the_clicked_component_is_kept() -> None:
    mask = np.zeros((PATCH_SIZE,) * 3, dtype=bool)
    mask[2:5, 2:5, 2:5] = mask[5:8, 5:8, 5:8] = True  # touching at a corner only
    assert clicked_part(mask, (3, 3, 3)).sum() == 27
    assert clicked_part(mask, (20, 20, 20)).sum() == 0


def test_a_box_without_jitter_is_two_percent_larger_than_the_lesion() -> None:
    mask = np.zeros((PATCH_SIZE,) * 3, dtype=bool)
    mask[10:20, 5:25, 8:9] = True
    hu = np.zeros(mask.shape, dtype=np.float32)
    lesions = (mask.astype(np.float32),)
    sample = sample_of(Scene(hu, lesions, (15, 10, 8), 1.0, 1.0, real=True, fitted=True))
    boxed = draw_box(sample, 0.0, 0.02, np.random.default_rng(0))
    assert boxed.box is not None
    np.testing.assert_allclose(boxed.box, [(9.8, 4.6, 7.98), (20.2, 25.4, 9.02)])
    # Channel 7 is 1 in the box, on whole voxels.
    np.testing.assert_array_equal(network_input(boxed)[7] == 1, mask)
    assert not network_input(sample)[7].any()


def test_slices_of_three_voxels_average_three_voxels() -> None:
    there, back = slice_profile(3.0, 0.0)
    planes = np.arange(PATCH_SIZE, dtype=np.float32)
    slices = there @ planes
    # Inner slices: the mean of three planes around their centre, which is the middle one.
    np.testing.assert_allclose(np.diff(slices)[2:-2], 3.0, atol=1e-5)
    np.testing.assert_allclose(there.sum(1), 1, atol=1e-6)
    np.testing.assert_allclose(back.sum(1), 1, atol=1e-6)
    np.testing.assert_allclose((back @ slices)[6:-6], planes[6:-6], atol=1e-4)
