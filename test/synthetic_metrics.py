"""Whole metrics.json objects from a few lesions, as the evaluation would have them."""

from collections.abc import Sequence

from evaluation.analysis.analyse import analyse
from evaluation.results.aggregates import aggregate
from evaluation.results.metrics import Case, Clicks, Consistency, Lesion, Metrics, NotScored


def metrics_of(
    lesions: Sequence[Lesion],
    clicks: Sequence[Clicks] = (),
    *,
    missing: Sequence[NotScored] = (),
    warnings: Sequence[str] = (),
    with_analysis: bool = True,
) -> Metrics:
    def by_index(values: Sequence[float]) -> dict[str, float | None]:
        return {str(index): value for index, value in enumerate(values)}

    dice, consistency = [x.dice for x in lesions], [entry.dice for entry in clicks]
    long, short = ([x.long_axis_error for x in lesions], [x.short_axis_error for x in lesions])
    return Metrics(
        case=Case(
            dice=by_index(dice),
            long_axis_error=by_index(long),
            short_axis_error=by_index(short),
            fn={str(index): x.fn for index, x in enumerate(lesions)},
        ),
        consistency_check=Consistency(dice=by_index(consistency)),
        aggregates=aggregate(
            dice=dice, long_axis_error=long, short_axis_error=short, consistency=consistency
        ),
        lesions=list(lesions),
        clicks=list(clicks),
        missing=list(missing),
        warnings=list(warnings),
        analysis=analyse(lesions, clicks, []) if with_analysis else None,
    )
