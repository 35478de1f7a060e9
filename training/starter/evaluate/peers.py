"""Classical methods on the same clicks: what a network has to beat.

Each family has a small grid of settings. One setting of it is evaluated: the one with the highest
mean Dice on tuning lesions, which are none of those that are evaluated.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from training.starter.evaluate.grabcut import grabcut, opencv
from training.starter.evaluate.growing import (
    adaptive_growing,
    confidence_connected,
    region_growing,
)
from training.starter.evaluate.protocol import Case
from training.starter.evaluate.region import Region, around_click
from training.starter.evaluate.scores import Answered, score_case
from uls.geometry.voi import Spacing

__all__ = ["ChosenPeer", "Peer", "all_peers", "choose_peers"]

_MULTIPLIERS, _ITERATIONS = (2.0, 2.5, 3.0), (1, 4)
_TOLERANCES_HU, _LEAKS_MM = (20.0, 30.0, 45.0, 70.0), (0.8, 1.5)
_REACHES_MM, _WINDOWS_HU = (15.0, 30.0, 50.0), (75.0, 200.0)


@dataclass(frozen=True)
class Peer:
    """A method with one setting; settings of one `family` compete, and one is evaluated."""

    family: str
    setting: str
    method: Callable[[Region], npt.NDArray[np.bool_]]

    def __call__(self, voi_hu: npt.NDArray[np.int16], spacing_mm: Spacing) -> Answered:
        """Segment a VOI."""
        return Answered(self.method(around_click(voi_hu, spacing_mm)))


@dataclass(frozen=True)
class ChosenPeer:
    """The setting of a family that is evaluated, and how each fared on the tuning lesions.

    Attributes:
        peer: the method with the chosen setting.
        tuning_dice: mean Dice by setting.
    """

    peer: Peer
    tuning_dice: dict[str, float]


def all_peers() -> tuple[Peer, ...]:
    """Give every method with every setting of its grid.

    Raises:
        CallError: OpenCV is not installed.
    """
    opencv()
    confidence = (
        Peer(
            "ConfidenceConnected",
            f"multiplier {multiplier:g}, {iterations} iterations",
            partial(confidence_connected, multiplier=multiplier, iterations=iterations),
        )
        for multiplier in _MULTIPLIERS
        for iterations in _ITERATIONS
    )
    growing = (
        Peer(
            "region growing",
            f"{hu:g} HU, opened by {leak:g} mm",
            partial(region_growing, tolerance_hu=hu, leak_mm=leak),
        )
        for hu in _TOLERANCES_HU
        for leak in _LEAKS_MM
    )
    cutting = (
        Peer(
            "GrabCut",
            f"disc of {reach:g} mm, window of {hu:g} HU",
            partial(grabcut, reach_mm=reach, window_hu=hu),
        )
        for reach in _REACHES_MM
        for hu in _WINDOWS_HU
    )
    adaptive = Peer("adaptive growing", "tolerance by edge", adaptive_growing)
    return *confidence, *growing, *cutting, adaptive


def choose_peers(
    peers: Sequence[Peer],
    tuning_cases: Iterable[Case],
    *,
    after_click: Callable[[], Any] = lambda: None,
) -> tuple[ChosenPeer, ...]:
    """Choose the setting of each family with the highest mean Dice over the tuning lesions.

    Args:
        peers: all settings of all families; of equally good ones the first is taken.
        tuning_cases: lesions that are not evaluated, at least one.
        after_click: called after each VOI and setting, for progress.
    """
    dice: dict[Peer, list[float]] = {peer: [] for peer in peers}
    for case in tuning_cases:
        for peer in peers:
            scores = score_case(peer, case, after_click=after_click)
            dice[peer] += [click.dice for click in scores.clicks]
    means = {peer: fmean(values) for peer, values in dice.items()}
    families = dict.fromkeys(peer.family for peer in peers)
    return tuple(_best(family, means) for family in families)


def _best(family: str, means: dict[Peer, float]) -> ChosenPeer:
    own = {peer: dice for peer, dice in means.items() if peer.family == family}
    best = max(own, key=lambda peer: own[peer])
    return ChosenPeer(best, {peer.setting: dice for peer, dice in own.items()})
