"""How far the diameters agree with the reference's, beside readings of one human observer."""

from evaluation.report.charts.axis_errors import bland_altman, error_against_dice
from evaluation.report.charts.published import BASELINE_WITHIN_10_PERCENT
from evaluation.results.metrics import Lesion, Metrics
from evaluation.results.sections import Agreement, AxisAgreement, BlandAltman
from uls.report.drawing import data_uri
from uls.report.page import UNKNOWN, Figure, Section, Table
from uls.report.text import counted, counted_of, interval, number, percent, signed

__all__ = ["agreement_section"]

AXES = ("long axis", "short axis")


def agreement_section(metrics: Metrics) -> Section:
    """Show shares within 10 %, limits of agreement, and the figures of both axes."""
    agreement = metrics.analysis.agreement if metrics.analysis else None
    figures = [figure for axis in AXES for figure in _figures(metrics, agreement, axis)]
    if agreement is None:
        return Section(
            title="Diameters",
            anchor="diameters",
            text=["This metrics.json holds no agreement of diameters."],
            figures=figures,
        )
    return Section(
        title="Diameters",
        anchor="diameters",
        tables=[_within(agreement), _limits(agreement)],
        figures=figures,
        after=_not_compared(agreement),
    )


def _axes(agreement: Agreement) -> dict[str, AxisAgreement]:
    return dict(zip(AXES, (agreement.long_axis, agreement.short_axis), strict=True))


def _within(agreement: Agreement) -> Table:
    return Table(
        caption="Lesions whose diameter is within 10 % of the reference's; of all lesions.",
        headings=("", "lesions", "share", "95 % interval", "published baseline"),
        rows=[
            (
                name,
                counted_of(axis.within_10_percent),
                percent(axis.within_10_percent.share),
                interval(axis.within_10_percent, digits=1, times=100, unit=" %"),
                percent(BASELINE_WITHIN_10_PERCENT[name]),
            )
            for name, axis in _axes(agreement).items()
        ],
    )


def _limits(agreement: Agreement) -> Table:
    rows = []
    for name, axis in _axes(agreement).items():
        rows.append((f"{name}, mm", *_bland_altman_row(axis.mm), f"{axis.mm.count}"))
        rows.append((f"{name}, %", *_bland_altman_row(axis.percent), f"{axis.percent.count}"))
    observer = agreement.observer_study
    bias = f"{signed(observer.bias, 1)} ({interval_of(observer.bias_lower, observer.bias_upper)})"
    limits = interval_of(observer.lower, observer.upper)
    rows.append(("one observer twice, %", bias, number(observer.std, 1), limits, UNKNOWN))
    return Table(
        caption="Differences prediction − reference (in %: of the mean of the two). Limits of "
        "agreement: bias ± 1.96 SD. Last row: how far a human reader's second reading differs from "
        f"the first ({observer.source}); bias with its 95 % interval.",
        headings=("", "bias", "SD", "limits of agreement", "n"),
        rows=rows,
    )


def _bland_altman_row(differences: BlandAltman) -> tuple[str, str, str]:
    limits = interval_of(differences.lower, differences.upper)
    return signed(differences.bias, 1), number(differences.std, 1), limits


def interval_of(lower: float | None, upper: float | None) -> str:
    """Format an interval with signs, as differences have them."""
    if lower is None or upper is None:
        return UNKNOWN
    return f"{signed(lower, 1)} to {signed(upper, 1)}"


def _not_compared(agreement: Agreement) -> list[str]:
    return [
        f"{name}: {counted(axis.not_compared, 'lesion')} could not be compared (an empty mask, a "
        "single pixel, or no prediction) and count in no difference."
        for name, axis in _axes(agreement).items()
        if axis.not_compared
    ]


def _figures(metrics: Metrics, agreement: Agreement | None, axis: str) -> list[Figure]:
    plot = _bland_altman_figure(metrics, _axes(agreement)[axis].mm, axis) if agreement else None
    scatter = _error_figure(metrics, axis)
    return [plot, scatter] if plot else [scatter]


def _error_figure(metrics: Metrics, axis: str) -> Figure:
    points = [(lesion.dice, _error(lesion, axis)) for lesion in metrics.lesions]
    dice, errors = zip(*points, strict=True) if points else ((), ())
    caption = (
        f"Error of the {axis} (SMAPE) against Dice; a point is a lesion. A high Dice with a large "
        "error is a mask that is right but for a spur."
    )
    if nothing := points.count((0.0, 1.0)):
        caption += f" {counted(nothing, 'lesion')} with Dice 0 and 100 % error: one point."
    return Figure(
        source=data_uri(error_against_dice(dice, errors, axis=axis), "svg+xml"),
        alt=f"Error of the {axis} over Dice, {counted(points, 'lesion')}",
        caption=caption,
    )


def _bland_altman_figure(metrics: Metrics, differences: BlandAltman, axis: str) -> Figure | None:
    both = [lengths for lesion in metrics.lesions if (lengths := _lengths(lesion, axis))]
    if not both or differences.bias is None:
        return None
    limits = None
    if differences.lower is not None and differences.upper is not None:
        limits = (differences.lower, differences.upper)
    svg = bland_altman(
        [(reference + predicted) / 2 for reference, predicted in both],
        [predicted - reference for reference, predicted in both],
        bias=differences.bias,
        limits=limits,
        axis=axis,
    )
    return Figure(
        source=data_uri(svg, "svg+xml"),
        alt=f"Bland-Altman plot of the {axis}: bias {signed(differences.bias, 1)} mm",
        caption=f"Bland–Altman plot of the {axis}: difference over mean, with bias and limits of "
        f"agreement; {counted(both, 'lesion')}.",
    )


def _error(lesion: Lesion, axis: str) -> float:
    return lesion.long_axis_error if axis == "long axis" else lesion.short_axis_error


def _lengths(lesion: Lesion, axis: str) -> tuple[float, float] | None:
    """Give reference and prediction in mm; None unless both masks have that axis."""
    if lesion.prediction is None:
        return None
    masks = (lesion.reference, lesion.prediction)
    if axis == "long axis":
        reference, predicted = (mask.long_axis_mm for mask in masks)
    else:
        reference, predicted = (mask.short_axis_mm for mask in masks)
    return (reference, predicted) if reference and predicted else None
