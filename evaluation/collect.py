"""The scores of all stacks, laid out as metrics.json has them."""

from collections.abc import Iterable, Iterator, Sequence

from evaluation.aggregates import aggregate
from evaluation.consistency import ClicksScore
from evaluation.lesion_scores import LesionScore, Measured
from evaluation.metrics import (
    Case,
    Clicks,
    ClicksPair,
    Consistency,
    Lesion,
    MaskMeasures,
    Metrics,
    NotScored,
)
from evaluation.stack_scores import StackScores
from uls.axes import Axis
from uls.voi import Spacing

__all__ = ["collect"]

_MM3_PER_ML = 1000


def collect(stacks: Sequence[StackScores]) -> Metrics:
    """Give the lesions of all stacks their numbers, and summarise their scores."""
    lesions = [lesion for file, scores in enumerate(stacks) for lesion in _lesions(file, scores)]
    clicks = [_clicks(scores.pair.reference.name, c) for scores in stacks for c in scores.clicks]
    case = Case(
        dice=_by_index(lesion.dice for lesion in lesions),
        long_axis_error=_by_index(lesion.long_axis_error for lesion in lesions),
        short_axis_error=_by_index(lesion.short_axis_error for lesion in lesions),
        fn={str(index): lesion.fn for index, lesion in enumerate(lesions)},
    )
    return Metrics(
        case=case,
        consistency_check=Consistency(dice=_by_index(entry.dice for entry in clicks)),
        aggregates=aggregate(
            dice=[lesion.dice for lesion in lesions],
            long_axis_error=[lesion.long_axis_error for lesion in lesions],
            short_axis_error=[lesion.short_axis_error for lesion in lesions],
            consistency=[entry.dice for entry in clicks],
        ),
        lesions=lesions,
        clicks=clicks,
        missing=[_not_scored(scores) for scores in stacks if scores.pair.problem],
        warnings=[warning for scores in stacks for warning in scores.warnings],
    )


def _by_index(values: Iterable[float]) -> dict[str, float | None]:
    return {str(index): value for index, value in enumerate(values)}


def _lesions(file: int, scores: StackScores) -> Iterator[Lesion]:
    stack = scores.pair.reference
    for index, score in enumerate(scores.lesions):
        spacing_mm = stack.spacings_mm[score.voi]
        yield _lesion(f"file_{file}_lesion_{index}", stack.name, score, spacing_mm)


def _lesion(fn: str, stack: str, score: LesionScore, spacing_mm: Spacing) -> Lesion:
    return Lesion(
        fn=fn,
        stack=stack,
        voi=score.voi,
        spacing_mm=spacing_mm,
        dice=score.dice,
        long_axis_error=score.long_axis_error,
        short_axis_error=score.short_axis_error,
        reference=_measures(score.reference, spacing_mm),
        prediction=_measures(score.prediction, spacing_mm) if score.prediction else None,
        notes=list(score.notes),
    )


def _measures(mask: Measured, spacing_mm: Spacing) -> MaskMeasures:
    x, y, z = spacing_mm
    axes = mask.axes
    return MaskMeasures(
        voxels=mask.n_voxels,
        volume_ml=mask.n_voxels * x * y * z / _MM3_PER_ML,
        long_axis_voxels=mask.long_axis,
        short_axis_voxels=mask.short_axis,
        long_axis_mm=axes.long.length_mm(spacing_mm) if axes else 0.0,
        short_axis_mm=axes.short.length_mm(spacing_mm) if axes else 0.0,
        slice_z=axes.slice_z if axes else None,
        long_axis_yx=_ends(axes.long) if axes else None,
        short_axis_yx=_ends(axes.short) if axes else None,
    )


def _ends(axis: Axis) -> tuple[tuple[int, int], tuple[int, int]]:
    return axis.start_yx, axis.end_yx


def _clicks(stack: str, score: ClicksScore) -> Clicks:
    return Clicks(
        stack=stack,
        dice=score.dice,
        pairs=[
            ClicksPair(a=p.a, b=p.b, move_zyx=p.move_zyx, dice=p.dice, notes=list(p.notes))
            for p in score.pairs
        ],
    )


def _not_scored(scores: StackScores) -> NotScored:
    return NotScored(
        stack=scores.pair.reference.name,
        job=scores.pair.job or None,
        reason=scores.pair.problem,
        lesions=len(scores.lesions),
        clicked_lesions=len(scores.clicks),
    )
