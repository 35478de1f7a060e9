"""What the errors would mean for a patient's follow-up by RECIST 1.1."""

from evaluation.results.metrics import Metrics
from evaluation.results.quantities import Share
from uls.report.page import UNKNOWN, Section, Table
from uls.report.text import counted_of, interval, millimetres, percent, signed

__all__ = ["recist_section"]

MOST_CHANGED = 20


def recist_section(metrics: Metrics) -> Section | None:
    """Show measurability and false responses; None where the metrics do not hold them."""
    if metrics.analysis is None:
        return None
    recist = metrics.analysis.recist
    measurable = Table(
        caption="Measurable lesions: a long axis of 10 mm or more (two slices where slices are "
        "thicker than 5 mm); of a lymph node, a short axis of 15 mm or more.",
        headings=("", "lesions", "share", "95 % interval"),
        rows=[
            _row("by the reference", recist.measurable_by_reference),
            _row("by the prediction", recist.measurable_by_prediction),
            _row("lost: by the reference only", recist.lost),
            _row("gained: by the prediction only", recist.gained),
        ],
    )
    responses = Table(
        caption="Measurable lesions that have a prediction: what a follow-up would be called if "
        "the reference were the baseline, the prediction the follow-up, and the lesion unchanged. "
        "All but “stable” would be errors of the measurement.",
        headings=("", "lesions", "share", "95 % interval"),
        rows=[
            _row("stable", recist.stable),
            _row("progression (20 % and 5 mm larger, or more)", recist.progression),
            _row("partial response (30 % smaller, or more)", recist.partial_response),
            _row("complete response (gone, or a node below 10 mm)", recist.complete_response),
        ],
    )
    return Section(
        title="RECIST view",
        anchor="recist",
        text=[
            "RECIST 1.1 judges a change of the sum over up to five lesions; this looks at "
            "each lesion by itself, and only at the error of measuring."
        ],
        tables=[measurable, responses, *_changed(metrics)],
    )


def _row(name: str, part: Share) -> tuple[str, ...]:
    bounds = interval(part, digits=1, times=100, unit=" %")
    return name, counted_of(part), percent(part.share), bounds


def _changed(metrics: Metrics) -> list[Table]:
    """List measurable lesions that would count as changed, the largest change first."""
    changed = [
        (abs(recist.change or 0), lesion, recist)
        for lesion in metrics.lesions
        if (recist := lesion.recist) is not None
        and recist.measurable_by_reference
        and recist.response not in (None, "stable")
    ]
    if not changed:
        return []
    changed.sort(key=lambda entry: -entry[0])
    more = len(changed) - MOST_CHANGED
    return [
        Table(
            caption="Lesions that would be called changed"
            + (f"; the first {MOST_CHANGED}, {more} more not shown." if more > 0 else "."),
            headings=("lesion", "response", "axis", "reference mm", "prediction mm", "change"),
            words=3,
            rows=[
                (
                    lesion.fn,
                    str(recist.response),
                    recist.axis,
                    millimetres(recist.reference_mm),
                    millimetres(recist.prediction_mm),
                    UNKNOWN if recist.change is None else f"{signed(100 * recist.change, 0)} %",
                )
                for _, lesion, recist in changed[:MOST_CHANGED]
            ],
        )
    ]
