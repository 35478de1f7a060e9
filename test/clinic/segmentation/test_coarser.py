"""Lesions larger than the VOI: ellipsoids of known millimetres, looked at once more, coarser."""

import math
from typing import Any

import numpy as np
import pytest
from bright_predictor import BrightPredictor, bright_model
from clinic_scans import CENTRE_MM, DIRECTIONS, scan_of, whole

import clinic
from clinic.lesions.voi_cut import VoiCut
from clinic.scans.scan import Scan
from clinic.segmentation.coarser import factors_for_box
from clinic.segmentation.model import LoadedModel
from uls.geometry.voi import cut_voi

_TOLERANCE = 0.03
"""Of the volume; it is stated in clinic/README.md."""


def _model(predictor: Any) -> LoadedModel:
    return LoadedModel(predictor, "bright", "zoom", "0" * 64, "numpy")


@pytest.mark.parametrize(
    ("turn", "shape", "radii", "grid"),
    [
        ("axial", (40, 40, 300), (140.0, 9.0, 9.0), "2 × 2 × 1"),
        ("axial", (200, 40, 40), (9.0, 9.0, 90.0), "1 × 1 × 2"),
        ("axial", (150, 280, 280), (135.0, 134.0, 68.0), "2 × 2 × 2"),
        ("flipped", (40, 300, 40), (9.0, 145.0, 9.0), "2 × 2 × 1"),
        ("coronal", (40, 200, 300), (140.0, 12.0, 95.0), "2 × 2 × 2"),
        ("axial", (40, 100, 700), (330.0, 40.0, 12.0), "4 × 4 × 1"),
    ],
)
def test_an_ellipsoid_of_known_millimetres_comes_back_whole(
    turn: str, shape: Any, radii: Any, grid: str
) -> None:
    scan, lesion = scan_of(DIRECTIONS[turn], shape=shape, spacing=(1.0, 1.0, 1.0), radii_mm=radii)

    found = clinic.Session(scan, model=bright_model()).segment(CENTRE_MM, mm="LPS")

    measured = found.measurements
    assert measured is not None
    assert measured.volume_ml == pytest.approx(4 / 3 * math.pi * math.prod(radii) / 1000, rel=0.05)
    assert measured.volume_ml == pytest.approx(lesion.sum() / 1000, rel=_TOLERANCE)
    assert measured.long_axis.length_mm == pytest.approx(2 * max(radii[0], radii[1]), abs=4)
    assert (whole(found.mask) & lesion).sum() > (1 - _TOLERANCE) * lesion.sum()
    assert f"once more on a coarser grid of {grid} mm (x, y, z)" in found.warnings[0]
    assert "touches" not in " ".join(found.warnings)


def test_what_fits_is_looked_at_once_and_as_it_is() -> None:
    """Also where it touches the edge of the scan, beyond which there is nothing to look at."""
    for radii in ((9.0, 6.0, 7.0), (9.0, 30.0, 7.0)):
        predictor = BrightPredictor()
        scan, lesion = scan_of(np.eye(3), radii_mm=radii)

        found = clinic.Session(scan, model=_model(predictor)).segment((24, 22, 20))

        (voi,) = predictor.vois
        np.testing.assert_array_equal(voi, cut_voi(scan.hu, (20, 22, 24)))
        np.testing.assert_array_equal(whole(found.mask), lesion)


class _Shy(BrightPredictor):
    """Sees nothing, or only a little, in coarse voxels."""

    def __init__(self, seen_hu: float) -> None:
        super().__init__()
        self.seen_hu = seen_hu

    def predict(self, voi_hu: Any, *, spacing_mm: Any, mirror: Any = 0, box: Any = None) -> Any:
        logit = super().predict(voi_hu, spacing_mm=spacing_mm, mirror=mirror, box=box)
        return logit if spacing_mm[0] == 1 else np.where(voi_hu >= self.seen_hu, 1, -1)


@pytest.mark.parametrize("seen_hu", [9999.0, 90.0])
def test_a_coarser_look_that_finds_less_does_not_count(seen_hu: float) -> None:
    scan, lesion = scan_of(
        np.eye(3), shape=(40, 40, 300), spacing=(1.0, 1.0, 1.0), radii_mm=(140.0, 6.0, 6.0)
    )
    plain = BrightPredictor()

    found = clinic.Session(scan, model=_model(_Shy(seen_hu))).segment(CENTRE_MM, mm="LPS")

    assert len(plain.vois) == 0
    assert found.mask.voxels.shape[2] == 256  # cut, and said to be
    assert found.mask.n_voxels < lesion.sum()
    assert "touches the edge of the volume that was looked at" in found.warnings[0]
    assert "at 2 × 2 × 1 mm (x, y, z) a coarser look did not find all" in found.warnings[1]


def test_a_neighbour_is_not_taken_along() -> None:
    scan, lesion = scan_of(
        np.eye(3), shape=(40, 60, 300), spacing=(1.0, 1.0, 1.0), radii_mm=(140.0, 9.0, 9.0)
    )
    scan.hu[15:25, 45:50, 100:200] = 90

    found = clinic.Session(scan, model=bright_model()).segment(CENTRE_MM, mm="LPS")

    assert not whole(found.mask)[:, 45:].any()
    assert found.mask.n_voxels == pytest.approx(lesion.sum(), rel=_TOLERANCE)


def test_the_threshold_and_corrections_work_on_a_coarse_look() -> None:
    scan, _ = scan_of(
        np.eye(3), shape=(40, 40, 300), spacing=(1.0, 1.0, 1.0), radii_mm=(140.0, 9.0, 9.0)
    )
    session = clinic.Session(scan, model=bright_model())
    plain = session.segment(CENTRE_MM, mm="LPS")

    larger = session.change_threshold(-3.0)
    x, y, z = (round(v) for v in scan.grid.to_index(CENTRE_MM))
    cut = session.exclude((x - 100, y, z))

    assert larger.mask.n_voxels > plain.mask.n_voxels > 0
    assert cut.mask.n_voxels < larger.mask.n_voxels
    assert "coarser grid" in cut.warnings[0]


def test_a_box_larger_than_the_voi_is_looked_at_coarsely_at_once() -> None:
    predictor = BrightPredictor()
    scan, lesion = scan_of(
        np.eye(3), shape=(40, 40, 300), spacing=(1.0, 1.0, 1.0), radii_mm=(140.0, 9.0, 9.0)
    )

    found = clinic.Session(scan, model=_model(predictor)).segment(box=((5, 5, 5), (295, 35, 35)))

    assert len(predictor.vois) == 1
    ((z0, y0, x0), (z1, y1, x1)) = predictor.boxes[0].start_zyx, predictor.boxes[0].stop_zyx
    assert (z1 - z0, y1 - y0) == (30, 15)  # 30 slices; 30 rows are 15 blocks of two
    assert 145 <= x1 - x0 <= 146
    assert found.mask.n_voxels == pytest.approx(lesion.sum(), rel=_TOLERANCE)


@pytest.mark.parametrize(
    ("click", "first", "last", "factors"),
    [
        ((64, 128, 128), (0, 0, 0), (127, 255, 255), (1, 1, 1)),
        ((64, 128, 128), (0, 0, 0), (128, 255, 255), (2, 1, 1)),
        ((500, 500, 500), (500, 500, 200), (500, 500, 700), (1, 4, 4)),
        ((5000, 0, 0), (0, 0, 0), (5000, 0, 0), (8, 1, 1)),
    ],
)
def test_factors_that_a_box_needs(click: Any, first: Any, last: Any, factors: Any) -> None:
    assert factors_for_box(click, first, last) == factors


@pytest.mark.parametrize("factors", [(1, 1, 1), (2, 1, 1), (1, 2, 2), (4, 2, 2), (3, 5, 5)])
@pytest.mark.parametrize("click", [(7, 3, 20), (0, 0, 0), (11, 12, 299)])
def test_a_coarse_voxel_is_the_mean_of_the_scans_voxels(click: Any, factors: Any) -> None:
    """Voxel by voxel, by the definition."""
    shape = (12, 13, 300)
    hu = np.random.default_rng(7).integers(-1000, 1000, shape).astype(np.int16)
    grid = scan_of(np.eye(3), shape=shape)[0].grid
    cut = VoiCut.around(Scan(hu=hu, grid=grid, format="nifti"), click[::-1], factors)

    voi = cut.cut(hu, -2000)

    if factors == (1, 1, 1):
        np.testing.assert_array_equal(voi, cut_voi(hu, click, fill=-2000))
    rng = np.random.default_rng(8)
    places = [(64, 128, 128), *(tuple(rng.integers(0, (128, 256, 256))) for _ in range(20))]
    for place in (*places, *((z, 128, x) for z in range(60, 70) for x in range(0, 256, 17))):
        block = tuple(
            slice(max(c - f // 2 + (p - m) * f, 0), max(c - f // 2 + (p - m) * f + f, 0))
            for c, f, p, m in zip(click, factors, place, (64, 128, 128), strict=True)
        )
        expected = np.rint(hu[block].mean()) if hu[block].size else -2000
        assert abs(voi[place] - expected) <= 1, place
        assert cut.index(2, click[2]) == 128
