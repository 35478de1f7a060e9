"""Click consistency: how far several clicks on one lesion give the same mask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from evaluation.scoring.ground_truth import ClickPair, ReferenceStack
from uls.geometry.cropped import PackedMask
from uls.geometry.overlap import Move, click_move_zyx, moved_dice
from uls.geometry.voi import VOI_SHAPE_ZYX

__all__ = ["ClickPairScore", "ClicksScore", "score_clicks"]


@dataclass(frozen=True)
class ClickPairScore:
    """Dice of two clicks' masks, b's moved by whole voxels (z, y, x) onto a's."""

    a: int
    b: int
    move_zyx: Move
    dice: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClicksScore:
    """How well the masks of one lesion's clicks agree: the mean over the pairs."""

    pairs: tuple[ClickPairScore, ...]

    @property
    def dice(self) -> float:
        """Mean Dice of the pairs."""
        return fmean(pair.dice for pair in self.pairs)


def score_clicks(
    stack: ReferenceStack, predictions: Mapping[int, PackedMask]
) -> tuple[ClicksScore, ...]:
    """Score every lesion of a stack that was clicked several times.

    Args:
        stack: says which VOIs are clicks on one lesion.
        predictions: predicted masks by VOI; a pair without both counts 0.
    """
    return tuple(_score_pairs(pairs, stack, predictions) for pairs in stack.clicks)


def _score_pairs(
    pairs: Sequence[ClickPair], stack: ReferenceStack, predictions: Mapping[int, PackedMask]
) -> ClicksScore:
    return ClicksScore(tuple(_score_pair(pair, stack, predictions) for pair in pairs))


def _score_pair(
    pair: ClickPair, stack: ReferenceStack, predictions: Mapping[int, PackedMask]
) -> ClickPairScore:
    move = click_move_zyx(pair.shift_mm, stack.spacings_mm[pair.a], shape_zyx=VOI_SHAPE_ZYX)
    if pair.a not in predictions or pair.b not in predictions:
        return ClickPairScore(pair.a, pair.b, move, 0.0, ("no usable prediction: worst score",))
    a, b = predictions[pair.a].unpacked(), predictions[pair.b].unpacked()
    if not a.n_voxels or not b.n_voxels:
        return ClickPairScore(pair.a, pair.b, move, 0.0, ("empty prediction",))
    return ClickPairScore(pair.a, pair.b, move, moved_dice(a, b, move_zyx=move))
