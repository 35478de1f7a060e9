"""The scores of all stacks, laid out as metrics.json has them."""

from collections.abc import Iterable, Iterator, Sequence

from evaluation.analysis.analyse import analyse
from evaluation.analysis.recist import lesion_recist
from evaluation.results.aggregates import aggregate
from evaluation.results.metrics import (
    Case,
    Clicks,
    ClicksPair,
    Consistency,
    Lesion,
    MaskMeasures,
    Metrics,
    NotScored,
)
from evaluation.results.sections import JobTime
from evaluation.scoring.consistency import ClicksScore
from evaluation.scoring.lesion_scores import LesionScore, Measured
from evaluation.scoring.reference_stack import LesionRow, ReferenceStack
from evaluation.scoring.stack_scores import StackScores
from uls.geometry.axis import Axis
from uls.geometry.voi import Spacing

__all__ = ["collect"]

_MM3_PER_ML = 1000


def collect(stacks: Sequence[StackScores]) -> Metrics:
    """Give the lesions of all stacks their numbers, and summarise their scores."""
    lesions = [lesion for file, scores in enumerate(stacks) for lesion in _lesions(file, scores)]
    clicks = [_clicks(scores.pair.reference, c) for scores in stacks for c in scores.clicks]
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
        analysis=analyse(lesions, clicks, [_job_time(scores) for scores in stacks]),
    )


def _by_index(values: Iterable[float]) -> dict[str, float | None]:
    return {str(index): value for index, value in enumerate(values)}


def _lesions(file: int, scores: StackScores) -> Iterator[Lesion]:
    stack = scores.pair.reference
    for index, score in enumerate(scores.lesions):
        yield _lesion(f"file_{file}_lesion_{index}", stack, score)


def _lesion(fn: str, stack: ReferenceStack, score: LesionScore) -> Lesion:
    spacing_mm = stack.spacings_mm[score.voi]
    row = stack.rows.get(score.voi, LesionRow())
    reference = _measures(score.reference, spacing_mm)
    prediction = _measures(score.prediction, spacing_mm) if score.prediction else None
    lesion_type = row.attributes.get("type")
    return Lesion(
        fn=fn,
        stack=stack.name,
        voi=score.voi,
        spacing_mm=spacing_mm,
        dice=score.dice,
        long_axis_error=score.long_axis_error,
        short_axis_error=score.short_axis_error,
        reference=reference,
        prediction=prediction,
        notes=list(score.notes),
        patient=row.patient,
        attributes=dict(row.attributes),
        off_centre=score.off_centre,
        recist=lesion_recist(reference, prediction, lesion_type=lesion_type, spacing_mm=spacing_mm),
        surface=score.surface,
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


def _clicks(stack: ReferenceStack, score: ClicksScore) -> Clicks:
    return Clicks(
        stack=stack.name,
        dice=score.dice,
        pairs=[
            ClicksPair(a=p.a, b=p.b, move_zyx=p.move_zyx, dice=p.dice, notes=list(p.notes))
            for p in score.pairs
        ],
        patient=_patient_of(stack, score),
    )


def _patient_of(stack: ReferenceStack, score: ClicksScore) -> str | None:
    """Find the patient of repeated clicks: that of the first of their VOIs with a row."""
    vois = (voi for pair in score.pairs for voi in (pair.a, pair.b))
    return next((stack.rows[voi].patient for voi in vois if voi in stack.rows), None)


def _job_time(scores: StackScores) -> JobTime:
    time = scores.pair.run_time
    return JobTime(
        job=scores.pair.job or None,
        stack=scores.pair.reference.name,
        seconds=time.seconds if time else None,
        source=time.source if time else None,
    )


def _not_scored(scores: StackScores) -> NotScored:
    return NotScored(
        stack=scores.pair.reference.name,
        job=scores.pair.job or None,
        reason=scores.pair.problem,
        lesions=len(scores.lesions),
        clicked_lesions=len(scores.clicks),
    )
