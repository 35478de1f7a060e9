"""Where lesions may be implanted: organs, strands of fat, and what is kept away from."""

import numpy as np
import pytest
from tiny_scans import SAMPLES, SPACING, ball

from algorithm.models.zoom_patch import Point
from training.starter.samples.bank import read_bank
from training.starter.samples.places import KINDS, far_from
from training.starter.samples.real import healthy_mm
from training.starter.samples.scans import Scan, make_scan
from training.starter.samples.synthetic import draw_healthy, draw_kind
from training.starter.settings.sample_settings import KeepAway

STEP: Point = (2.0, 2.0, 2.0)


def _abdomen() -> Scan:
    """Air, muscle, a liver of 110 HU, fat with strands of 40 HU every 12 mm, and plain fat."""
    rng = np.random.default_rng(0)
    hu = np.full((50, 100, 100), -1000.0)
    hu[:, 5:95, 5:95] = 45
    hu[5:45, 10:50, 10:60] = 110
    hu[:, 60:90, 10:50] = hu[:, 60:90, 55:90] = -100
    hu[:, 60:90:6, 10:50] = 40
    hu[:, 61:90:6, 10:50] = 40
    hu += rng.normal(0, 5, hu.shape)
    return make_scan("abdomen", hu.astype(np.int16), STEP, settings=SAMPLES, seed=0)


def test_organs_and_strands_are_told_from_muscle_and_plain_fat() -> None:
    places = _abdomen().places
    assert set(places) == set(KINDS)
    z, y, x = places["organ"].T
    assert len(z) > 200
    # Organs are told apart on voxels of 8 mm: as far off as one of them, four of the scan's.
    for at, (first, beyond) in ((z, (5, 45)), (y, (10, 50)), (x, (10, 60))):
        assert at.min() >= first - 5
        assert at.max() <= beyond + 4
    z, y, x = places["node"].T
    assert len(z) > 200
    assert not ((y > 69) & (y < 80) & (x > 65) & (x < 80)).any()  # none amid plain fat
    assert len(places["fat"][places["fat"][:, 2] > 60]) > 200


def test_a_small_even_region_is_no_organ() -> None:
    hu = np.full((50, 100, 100), -1000.0)
    hu[:, 5:95, 5:95] = 45
    hu[20:30, 40:50, 40:50] = 110  # 8 ml
    scan = make_scan("small", hu.astype(np.int16), STEP, settings=SAMPLES, seed=0)
    assert not len(scan.places["organ"])


def test_what_is_kept_away_from_is_a_ball_in_mm() -> None:
    free = far_from((20, 40, 40), (2.0, 1.0, 1.0), [(10.0, 20.0, 20.0)], [8.0])
    assert not free[10, 20, 20]
    assert not free[14, 20, 20]  # 8 mm along z
    assert free[15, 20, 20]
    assert not free[10, 28, 20]
    assert free[10, 29, 20]
    assert far_from((2, 2, 2), (1.0, 1.0, 1.0), [], []).all()


def test_nothing_is_implanted_near_what_is_kept_away_from() -> None:
    hu, _ = ball()
    scan = make_scan(
        "far", hu, SPACING, settings=SAMPLES, keep_away=[((20.0, 40.0, 44.0), 25.0)], seed=0
    )
    offsets = (scan.places["soft"] - (20, 40, 44)) * SPACING
    assert len(offsets) > 100
    assert np.linalg.norm(offsets, axis=1).min() > 25
    # 60 mm beside its middle, 35 mm of tissue are known to be healthy; within its ball none.
    assert healthy_mm(scan, np.array([20.0, 40.0, 104.0])) == pytest.approx(35)
    assert healthy_mm(scan, np.array([20.0, 40.0, 50.0])) == 0


def test_unlabelled_lesions_are_found_by_case_and_patient_coordinates(
    tmp_path: "pytest.TempPathFactory",
) -> None:
    import SimpleITK as sitk

    hu, _ = ball()
    image = sitk.GetImageFromArray(hu)
    image.SetSpacing(SPACING[::-1])
    image.SetOrigin((-10.0, -20.0, -30.0))
    for name in ("known", "other"):
        sitk.WriteImage(image, f"{tmp_path}/{name}.nii.gz")
    away = KeepAway(case="known", lps_mm=(34.0, 20.0, 10.0), radius_mm=25.0)
    settings = SAMPLES.model_copy(update={"keep_away": (away,)})
    known, other = read_bank([tmp_path], settings, seed=0).scans  # type: ignore[list-item]
    assert other.keep_away == ()
    (((z, y, x), radius),) = known.keep_away
    assert (z, y, x) == pytest.approx((20.0, 40.0, 44.0))
    assert radius == 25


def test_scans_with_unknown_disease_have_no_healthy_tissue() -> None:
    hu, _ = ball()
    clicks = SAMPLES.clicks.model_copy(update={"no_healthy": ("ill*",)})
    settings = SAMPLES.model_copy(update={"clicks": clicks})
    ill, well = (
        make_scan(name, hu, SPACING, settings=settings, seed=0) for name in ("ill1", "well")
    )
    place = np.array([20.0, 40.0, 44.0])
    assert healthy_mm(ill, place) == 0
    assert healthy_mm(well, place) == np.inf
    from training.starter.samples.bank import Bank

    rng = np.random.default_rng(0)
    assert draw_healthy(Bank((ill,)), settings, rng, kind="soft") is None
    scene = draw_healthy(Bank((well,)), settings, rng, kind="soft")
    assert scene is not None
    assert scene.lesions == ()
    assert scene.hu[scene.click] > 0


def test_kinds_are_drawn_as_often_as_the_recipe_says() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw_kind(SAMPLES, rng) for _ in range(4000)]
    for name, kind in SAMPLES.kinds.items():
        assert drawn.count(name) / 4000 == pytest.approx(kind.share, abs=0.03)
