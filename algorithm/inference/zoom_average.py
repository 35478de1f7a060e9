"""The last look at a lesion, from several clicks: where they are, what each counts, their mean.

Wherever a user clicks, the search ends at much the same inner clicks, and so at the same mask.
"""

from collections.abc import Sequence

import numpy as np

from algorithm.inference.zoom_look import Look
from algorithm.inference.zoom_measure import Found, deepest_zyx
from algorithm.models.zoom_patch import PATCH_SIZE, Floats, Point
from algorithm.models.zoom_settings import ZoomSettings

__all__ = ["click_shares", "mean_probability", "side_clicks"]


def click_shares(lesion: Found, user_click: Point, settings: ZoomSettings) -> dict[Point, float]:
    """Choose the clicks of the last looks, and each one's share in their mean; they add up to 1.

    Args:
        lesion: as it was found last.
        user_click: (fractional) voxel of the VOI.
        settings: the user's click's share, and whether the lesion's sides are clicked, too.
    """
    inner = lesion.look.sight.click_zyx
    if inner == user_click:
        inner = deepest_zyx(lesion)
    clicks = dict.fromkeys([inner, *(side_clicks(lesion, inner) if settings.side_clicks else [])])
    own = settings.user_click_weight
    shares = {click: (1 - own) / len(clicks) for click in clicks}
    shares[user_click] = shares.get(user_click, 0.0) + own
    return {click: share for click, share in shares.items() if share > 0}


def side_clicks(lesion: Found, inner: Point) -> list[Point]:
    """Give the deepest points of what lies to either side of an inner point, in the VOI's voxels.

    The sides lie along the longest extent, a share of it from the point; one may be empty.
    """
    axis = int(np.argmax(lesion.extents))
    at, apart = (
        lesion.look.sight.frame.to_patch(inner)[axis],
        lesion.settings.aside * max(lesion.extents),
    )
    sides = slice(0, max(round(at - apart), 0)), slice(max(round(at + apart), 0), PATCH_SIZE)
    parts = (lesion.part(axis, side) for side in sides)
    return [deepest_zyx(part) for part in parts if part is not None]


def mean_probability(looks: Sequence[Look], shares: Sequence[float], least: float) -> Floats:
    """Average what looks of one frame say: the mean of their log-odds, as a probability.

    Probabilities nearer to 0 or 1 than `least` count as that near: no look decides alone.
    """
    log_odds = [_log_odds(look.probability, least) for look in looks]
    mean = np.average(log_odds, axis=0, weights=shares)
    return np.asarray(1 / (1 + np.exp(-mean)), dtype=np.float32)


def _log_odds(probability: Floats, least: float) -> Floats:
    limited = np.clip(probability, least, 1 - least)
    return np.asarray(np.log(limited / (1 - limited)), dtype=np.float32)
