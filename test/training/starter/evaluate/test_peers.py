from functools import partial

import numpy as np
import numpy.typing as npt
import pytest

from training.starter.evaluate.cases import Lesion
from training.starter.evaluate.growing import (
    adaptive_growing,
    confidence_connected,
    region_growing,
)
from training.starter.evaluate.peers import Peer, choose_peers
from training.starter.evaluate.protocol import Case
from training.starter.evaluate.region import Region, around_click
from training.starter.evaluate.scores import score_case
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX

RADIUS = 9


def ball_case(*, shape: tuple[int, int, int] = (30, 40, 40)) -> Case:
    """A ball of 100 HU and radius 9 in fat of -100 HU, with noise of 5 HU; 1 mm voxels."""
    centre = tuple(size // 2 for size in shape)
    away = np.linalg.norm(np.indices(shape) - np.reshape(centre, (3, 1, 1, 1)), axis=0)
    mask = away <= RADIUS
    noise = np.random.default_rng(1).normal(0, 5, shape)
    hu = (np.where(mask, 100, -100) + noise).astype(np.int16)
    lesion = Lesion("ball", "balls", hu, mask, (1.0, 1.0, 1.0), float(hu.min()) - 1)
    return Case(lesion, ((centre[0], centre[1] + 4, centre[2]),))


METHODS = {
    # Leaves out the blurred edge, a voxel of 9: (8/9)^3 = 0.70 of the ball, a Dice of 0.83 or less.
    "ConfidenceConnected": (0.6, partial(confidence_connected, multiplier=2.5, iterations=4)),
    "region growing": (0.85, partial(region_growing, tolerance_hu=45)),
    "adaptive growing": (0.85, adaptive_growing),
}


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("shape", [(30, 40, 40), (60, 120, 120)])
def test_a_ball_in_fat_is_found(name: str, shape: tuple[int, int, int]) -> None:
    """The larger scan is looked at with every second pixel: (60, 120, 120) > 800,000 voxels."""
    least, method = METHODS[name]
    scores = score_case(Peer(name, "", method), ball_case(shape=shape))
    assert scores.clicks[0].dice > least


@pytest.mark.parametrize("shape", [(30, 80, 80), (60, 120, 120)])
def test_grabcut_finds_it_too(shape: tuple[int, int, int]) -> None:
    pytest.importorskip("cv2")
    from training.starter.evaluate.grabcut import grabcut

    method = partial(grabcut, reach_mm=15, window_hu=200)
    assert score_case(Peer("GrabCut", "", method), ball_case(shape=shape)).clicks[0].dice > 0.85


def test_the_region_is_what_was_scanned_and_holds_the_click() -> None:
    case = ball_case()
    region = around_click(case.voi_hu(case.clicks[0]), (1.0, 1.0, 1.0))
    assert region.every == 1
    assert region.hu.shape == (30, 40, 40)
    assert region.click == case.clicks[0]
    assert region.clicked_hu == pytest.approx(100, abs=10)


def test_a_whole_scan_is_limited_to_65_mm_around_the_click() -> None:
    voi = np.zeros(VOI_SHAPE_ZYX, dtype=np.int16)
    voi[0, 0, 0] = -1
    voi[CLICK_ZYX] = 50
    region = around_click(voi, (0.5, 0.5, 2.0))
    # 65 mm are 32 slices of 2 mm and 128 pixels (130, but the VOI ends there), every second pixel.
    assert region.box == (slice(32, 97), slice(0, 256), slice(0, 256))
    assert region.hu.shape == (65, 128, 128)
    assert region.click == (32, 64, 64)
    assert region.spacing_mm == (1.0, 1.0, 2.0)


def test_a_coarse_mask_is_put_back_where_it_was_seen() -> None:
    case = ball_case(shape=(60, 121, 121))
    click = case.clicks[0]
    voi = case.voi_hu(click)
    region = around_click(voi, (1.0, 1.0, 1.0))
    assert region.every == 2
    mask = np.zeros(region.hu.shape, dtype=bool)
    mask[region.click] = True
    places = np.argwhere(region.lesion(mask))
    z, y, x = CLICK_ZYX
    assert places.tolist() == [[z, y, x], [z, y, x + 1], [z, y + 1, x], [z, y + 1, x + 1]]


def constant(region: Region, *, size: int) -> npt.NDArray[np.bool_]:
    z, y, x = region.click
    mask = np.zeros(region.hu.shape, dtype=bool)
    mask[z - size : z + size, y - size : y + size, x - size : x + size] = True
    return region.lesion(mask)


def test_the_setting_with_the_highest_mean_dice_is_chosen_in_each_family() -> None:
    peers = [
        Peer("cube", "tiny", partial(constant, size=1)),
        Peer("cube", "about right", partial(constant, size=6)),
        Peer("growing", "45 HU", partial(region_growing, tolerance_hu=45)),
        Peer("growing", "1 HU", partial(region_growing, tolerance_hu=1)),
    ]
    told: list[None] = []
    chosen = choose_peers(peers, [ball_case()], after_click=lambda: told.append(None))
    assert [(c.peer.family, c.peer.setting) for c in chosen] == [
        ("cube", "about right"),
        ("growing", "45 HU"),
    ]
    assert chosen[0].tuning_dice["tiny"] < 0.1 < chosen[0].tuning_dice["about right"]
    assert len(told) == 4
