"""Where the clicks of the last looks are, and what each of them counts."""

import numpy as np
import pytest

from algorithm.inference.zoom_average import click_shares, mean_probability, side_clicks
from algorithm.inference.zoom_look import Look, Sight
from algorithm.inference.zoom_measure import Found, deepest_zyx, found
from algorithm.models.zoom_patch import PATCH_SIZE, Frame
from algorithm.models.zoom_settings import ZoomSettings

LEAST = 1e-4

# Patch voxel (24, 24, 24) lies on voxel (64, 128, 128), and a step is a voxel.
FRAME = Frame((64, 128, 128), 1.0, (1.0, 1.0, 1.0))
MIDDLE = (64.0, 128.0, 128.0)
# With arms, voxels 23 to 25 along x are 6 deep: (22, 24, 24) is √(4² + 4²) from beside an arm.
DEEPEST = (64.0, 128.0, 127.0)


def lesion(*, arms: bool, click: tuple[float, float, float] = MIDDLE) -> Found:
    """A cube of 11 voxels around the middle; arms of 7×7 along x make it 39 long (5 to 43)."""
    probability = np.zeros((PATCH_SIZE,) * 3, dtype=np.float32)
    probability[19:30, 19:30, 19:30] = 0.9
    if arms:
        probability[21:28, 21:28, 5:44] = 0.9
    answer = found(Look(Sight(FRAME, click), probability), ZoomSettings(), threshold=0.5)
    assert answer is not None
    return answer


def test_sides_are_clicked_where_they_are_deepest() -> None:
    """They begin a fifth of 39, 7.8, from 24: up to voxel 15, 8 or more from the cube's middle.

    7 voxels thick, the first four layers in from the ends 5 and 43 and from the cuts are less deep:
    from 8 to 12, and 35 to 40; the first of equally deep ones counts.
    """
    assert side_clicks(lesion(arms=True), MIDDLE) == [
        (64.0, 128.0, 128.0 - 24 + 8),
        (64.0, 128.0, 128.0 - 24 + 35),
    ]


def test_a_side_on_which_nothing_is_gives_no_click() -> None:
    end = (64.0, 128.0, 109.0)  # voxel 5 along x, the lesion's first

    (only,) = side_clicks(lesion(arms=True), end)

    assert only == DEEPEST  # the cube lies in what is left


@pytest.mark.parametrize(
    ("user", "of_deepest", "of_user"), [(MIDDLE, 0.3, 0.1), (DEEPEST, 0.4, 0.4)]
)
def test_shares_add_up_and_the_users_is_what_was_asked_for(
    user: tuple[float, float, float], of_deepest: float, of_user: float
) -> None:
    answer = lesion(arms=True, click=user)
    settings = ZoomSettings(user_click_weight=0.1, side_clicks=True)

    shares = click_shares(answer, user, settings)

    # Three inner clicks share 0.9; the user's own is one of them in the second case.
    assert len(shares) == len({*side_clicks(answer, DEEPEST), DEEPEST, user})
    assert shares[DEEPEST] == pytest.approx(of_deepest)
    assert shares[user] == pytest.approx(of_user)
    assert sum(shares.values()) == pytest.approx(1)


def test_without_side_clicks_there_are_the_deepest_and_the_users() -> None:
    user = (64.0, 128.0, 132.0)
    answer = lesion(arms=False, click=user)

    assert deepest_zyx(answer) == MIDDLE
    for weight, shares in (
        (0.3, {MIDDLE: 0.7, user: 0.3}),
        (0.0, {MIDDLE: 1.0}),
        (1.0, {user: 1.0}),
    ):
        assert click_shares(answer, user, ZoomSettings(user_click_weight=weight)) == shares


def test_the_mean_is_of_log_odds_and_no_look_counts_without_limit() -> None:
    def look(p: float) -> Look:
        return Look(Sight(FRAME, MIDDLE), np.full((PATCH_SIZE,) * 3, p, dtype=np.float32))

    # Odds 1/4 and 4 cancel out; 9 and 1 have the geometric mean 3. Weighed 3 to 1: 9^0.75 = 5.196.
    assert mean_probability([look(0.2), look(0.8)], [0.5, 0.5], LEAST).max() == pytest.approx(0.5)
    assert mean_probability([look(0.9), look(0.5)], [0.5, 0.5], LEAST).max() == pytest.approx(0.75)
    assert mean_probability([look(0.9), look(0.5)], [3, 1], LEAST).max() == pytest.approx(
        5.196 / 6.196, 1e-4
    )
    # 1 counts as odds of 9999: with odds 1/81, 9999/81 has the root 11.1.
    sure = mean_probability([look(1.0), look(1 / 82)], [0.5, 0.5], LEAST).max()
    assert sure == pytest.approx(11.11 / 12.11, 1e-3)
