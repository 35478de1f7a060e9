"""The two sides of the benchmark, on the same files: our evaluation, and the literal one."""

from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy.typing as npt
import SimpleITK as sitk

from benchmarks.evaluation import literal
from evaluation.results.metrics import Metrics
from evaluation.scoring.ground_truth import (
    ClickPair,
    ReferenceStack,
    find_ground_truth,
    read_ground_truth,
)
from evaluation.scoring.options import Options
from evaluation.scoring.stack_pair import StackPair
from evaluation.scoring.submission import pair_up
from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.images.stack import StackHeader
from uls.workshop.progress import progress

__all__ = ["Scores", "largest_difference", "literal_scores", "scores_of"]

Voi = npt.NDArray[Any]


@dataclass(frozen=True)
class Scores:
    """The four scores of every lesion, in the order of metrics.json."""

    dice: tuple[float, ...]
    long_axis_error: tuple[float, ...]
    short_axis_error: tuple[float, ...]
    consistency: tuple[float, ...]


def scores_of(metrics: Metrics) -> Scores:
    """Take the scores out of metrics.json."""
    return Scores(
        dice=tuple(lesion.dice for lesion in metrics.lesions),
        long_axis_error=tuple(lesion.long_axis_error for lesion in metrics.lesions),
        short_axis_error=tuple(lesion.short_axis_error for lesion in metrics.lesions),
        consistency=tuple(entry.dice for entry in metrics.clicks),
    )


def largest_difference(a: Scores, b: Scores) -> float:
    """Give the largest difference between two evaluations of the same lesions.

    Raises:
        ValueError: they have not the same number of scores.
    """
    pairs = (
        pair
        for name in ("dice", "long_axis_error", "short_axis_error", "consistency")
        for pair in zip(getattr(a, name), getattr(b, name), strict=True)
    )
    return max((abs(x - y) for x, y in pairs), default=0.0)


def literal_scores(options: Options) -> Scores:
    """Score a submission by the literal definitions; every mask must be usable."""
    references = read_ground_truth(find_ground_truth(options.ground_truth))
    parts = [_literal_stack(pair) for pair in pair_up(references, options)]
    lesions = [lesion for of_lesions, _ in parts for lesion in of_lesions]
    dices, long_axes, short_axes = zip(*lesions, strict=True)
    clicks = tuple(score for _, of_clicks in parts for score in of_clicks)
    return Scores(dices, long_axes, short_axes, clicks)


def _literal_stack(pair: StackPair) -> tuple[list[tuple[float, float, float]], list[float]]:
    if pair.prediction is None:
        raise ValueError(pair.problem)
    stack = pair.reference
    references, predictions = _masks(stack.header), _masks(pair.prediction)
    lesions = [
        _literal_lesion(references[voi], predictions[voi])
        for voi in progress(stack.lesions, "literal", total=len(stack.lesions), unit="lesion")
    ]
    clicks = [
        fmean(_literal_pair(stack, predictions, click) for click in pairs)
        for pairs in progress(
            stack.clicks, "literal, clicks", total=len(stack.clicks), unit="lesion"
        )
    ]
    return lesions, clicks


def _masks(header: StackHeader) -> Voi:
    """Read a whole stack with SimpleITK, (VOIs, z, y, x), as the public evaluator does."""
    image = sitk.ReadImage(str(header.path))
    return sitk.GetArrayFromImage(image).reshape(-1, *VOI_SHAPE_ZYX)


def _literal_lesion(reference: Voi, prediction: Voi) -> tuple[float, float, float]:
    expected, found = literal.diameters(reference), literal.diameters(prediction)
    return (
        literal.dice(reference, prediction),
        literal.sape(expected.long, found.long),
        literal.sape(expected.short, found.short),
    )


def _literal_pair(stack: ReferenceStack, predictions: Voi, click: ClickPair) -> float:
    return literal.moved_dice(
        predictions[click.a],
        predictions[click.b],
        shift_mm=click.shift_mm,
        spacing_mm=stack.spacings_mm[click.a],
    )
