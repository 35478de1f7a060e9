import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny_scans import CENTRE, SAMPLES, ball_scan

from algorithm.models.zoom_patch import AIR_HU, PATCH_SIZE, Frame, cut_patch
from training.starter.samples.resample import GRID, blend, cut_scan, mirrored, sample
from training.starter.samples.scans import make_scan

SPACINGS = ((3.0, 1.0, 1.0), (3.0, 2.0, 2.0), (3.0, 4.0, 4.0))


def test_a_patch_no_wider_than_pixels_is_cut_from_the_scan_itself() -> None:
    assert blend(0.5, SPACINGS) == blend(1.0, SPACINGS) == {0: 1.0}


def test_a_patch_as_wide_as_the_coarsest_level_allows_is_cut_from_it() -> None:
    assert blend(9.0, SPACINGS) == {2: 1.0}


def test_levels_are_mixed_to_the_variance_of_inferences_filter() -> None:
    # A triangle of half-width 2 has variance 4/6; linear interpolation 1/6, and between means of
    # two (variance 1/4) 4/6 + 1/4: 2/3 of the way.
    assert blend(2.0, SPACINGS) == {0: pytest.approx(1 / 3), 1: pytest.approx(2 / 3)}


@given(st.floats(0.3, 12.0))
def test_shares_add_up_to_one_and_levels_are_neighbours(step_mm: float) -> None:
    shares = blend(step_mm, SPACINGS)
    assert sum(shares.values()) == pytest.approx(1)
    assert all(share > 0 for share in shares.values())
    assert max(shares) - min(shares) <= 1


@pytest.mark.parametrize("step_mm", [1.0, 1.4, 1.9, 2.6])
def test_noise_is_about_as_smooth_as_at_inference(step_mm: float) -> None:
    # Grain of two pixels, as scanners leave it. The finest level alone has up to 1.25 times more.
    noise = np.random.default_rng(0).normal(0, 300, (90, 200, 200))
    for axis in (1, 2):
        noise = (np.roll(noise, 1, axis) + 2 * noise + np.roll(noise, -1, axis)) / 4
    hu, centre = noise.astype(np.int16), (45.3, 100.4, 99.7)
    scan = make_scan("noise", hu, SPACINGS[0], settings=SAMPLES, seed=0)
    there = cut_scan(scan, np.array(centre), GRID * np.float32(step_mm), step_mm).hu
    here = cut_patch(hu, Frame(centre, step_mm, SPACINGS[0]))
    inner = (slice(12, 36),) * 3
    assert there[inner].std() == pytest.approx(here[inner].std(), rel=0.1)


def test_the_patch_of_a_scan_shows_what_inference_shows() -> None:
    scan, step_mm = ball_scan(), 1.0
    patch = cut_scan(
        scan, np.array(CENTRE, float), GRID * np.float32(step_mm), step_mm, lesions=scan.lesions
    )
    frame = Frame(CENTRE, step_mm, scan.spacing)
    np.testing.assert_allclose(patch.hu, cut_patch(scan.levels[0].numpy(), frame), atol=0.1)
    mask = cut_patch(scan.lesions[0].masks[0].numpy(), frame, fill=0) > 127
    np.testing.assert_array_equal(patch.masks[0], mask)
    np.testing.assert_array_equal(patch.at[(PATCH_SIZE // 2,) * 3], CENTRE)


@pytest.mark.parametrize("step_mm", [1.0, 2.0, 3.0, 4.0])
def test_coarser_levels_lie_where_the_scan_does(step_mm: float) -> None:
    z, y, x = np.indices((40, 240, 240))
    scan = make_scan(
        "ramp", (x - 2 * y + 5 * z).astype(np.int16), (3.0, 1.0, 1.0), settings=SAMPLES, seed=0
    )
    patch = cut_scan(scan, np.array([20.0, 120.0, 120.0]), GRID * np.float32(step_mm), step_mm)
    inner = (slice(20, 28),) * 3
    z, y, x = (patch.at[inner][..., axis] for axis in range(3))
    # Means of two and four are rounded to whole HU.
    np.testing.assert_allclose(patch.hu[inner], x - 2 * y + 5 * z, atol=0.51)


def test_a_scan_goes_on_in_air_or_in_a_mirror() -> None:
    scan, offsets = ball_scan(), GRID * np.float32(1.0)
    begin = np.array([20.0, 40.0, 0.0])
    air = cut_scan(scan, begin, offsets, 1.0).hu
    patch = cut_scan(scan, begin, offsets, 1.0, goes_on=True)
    mirror = patch.hu
    middle = PATCH_SIZE // 2
    assert (air[middle, middle, : middle - 1] == AIR_HU).all()
    # Voxel -1 is voxel 0 again, voxel -2 is voxel 1.
    row = mirror[middle, middle]
    np.testing.assert_allclose(row[middle - 20 : middle], row[middle : middle + 20][::-1], atol=0.1)
    assert patch.at[middle, middle, 0, 2] == -middle  # a click is looked for in the scan itself


@given(st.floats(-70, 70), st.integers(1, 30))
def test_mirrored_places_lie_within_the_volume(place: float, size: int) -> None:
    at = mirrored(np.full((1, 3), place, dtype=np.float32), (size, size, size))
    assert (at >= -0.5 - 1e-4).all()
    assert (at <= size - 0.5 + 1e-4).all()
    if 0 <= place <= size - 1:
        np.testing.assert_allclose(at, place, atol=1e-4)


def test_sampling_on_voxels_gives_them_back_and_beyond_the_volume_the_fill() -> None:
    volume = torch.arange(4 * 5 * 6, dtype=torch.int16).reshape(4, 5, 6)
    at = np.stack(np.meshgrid(range(4), range(5), range(6), indexing="ij"), -1).astype(np.float32)
    (values,) = sample([volume], at, fills=[-7.0])
    np.testing.assert_allclose(values, volume, atol=1e-3)
    (far,) = sample([volume], at + 50, fills=[-7.0])
    assert (far == -7).all()
    # Half a voxel beyond the end, half of the weight is the fill's.
    (edge,) = sample([volume], at - np.float32([0.5, 0, 0]), fills=[-7.0])
    np.testing.assert_allclose(edge[0], (volume[0].numpy() - 7) / 2, atol=1e-3)
