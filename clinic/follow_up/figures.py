"""The figures of the HCUCH report, each from findings to an SVG document."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clinic.follow_up.findings import Agreement, Comparison, Lesion, Patient
from uls.report.drawing import BLUE, GREY, ORANGE, VERMILLION, as_svg
from uls.report.text import signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["change_over_time", "reported_against_measured", "volume_against_diameter"]

_PARTIAL_PERCENT, _PROGRESSION_PERCENT = -30, 20
_DAYS_PER_MONTH = 365.25 / 12


def volume_against_diameter(lesions: Sequence[Lesion]) -> str:
    """Draw volume over diameter on logarithmic axes, tumours and adenopathies apart."""

    def draw(axes: "Axes") -> None:
        for is_node, colour, name in ((False, BLUE, "tumours"), (True, ORANGE, "adenopathies")):
            part = [lesion for lesion in lesions if lesion.type.is_node is is_node]
            axes.plot(
                [lesion.diameter_mm for lesion in part],
                [lesion.volume_ml for lesion in part],
                "o",
                color=colour,
                markersize=3.5,
                alpha=0.5,
                mew=0,
                label=f"{name} ({len(part)})",
            )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("diameter (mm)")
        axes.set_ylabel("volume (ml)")
        axes.figure.legend(loc="outside lower center", ncols=2)

    return as_svg(draw, height_inches=3.8)


def reported_against_measured(comparisons: Sequence[Comparison], agreement: Agreement) -> str:
    """Draw measured − reported over the mean of both, with the limits (Bland, Altman 1986)."""

    def draw(axes: "Axes") -> None:
        axes.axhline(0, color=GREY, linewidth=0.8)
        for is_node, colour, name in ((False, BLUE, "tumours"), (True, ORANGE, "adenopathies")):
            pairs = [
                (c.reported_mm, c.measured_mm)
                for c in comparisons
                if c.type and c.type.is_node is is_node and c.reported_mm and c.measured_mm
            ]
            means = [(reported + measured) / 2 for reported, measured in pairs]
            differences = [measured - reported for reported, measured in pairs]
            axes.plot(means, differences, "o", color=colour, markersize=4.5, alpha=0.6, mew=0)
            axes.plot([], [], "o", color=colour, mew=0, label=f"{name} ({len(pairs)})")
        bounds = agreement.mm
        _level(axes, bounds.bias, "-", "bias")
        _level(axes, bounds.lower, "--", "lower limit")
        _level(axes, bounds.upper, "--", "upper limit")
        axes.margins(x=0.08, y=0.15)
        axes.set_xlabel("mean of both diameters (mm)")
        axes.set_ylabel("mask − reported (mm)")
        axes.figure.legend(loc="outside lower center", ncols=2)

    return as_svg(draw, height_inches=3.8)


def _level(axes: "Axes", level: float | None, style: str, name: str) -> None:
    if level is not None:
        axes.axhline(level, color=VERMILLION, linewidth=1.4, linestyle=style)
        axes.annotate(
            f"{name} {signed(level, 1)}",
            (1, level),
            xycoords=("axes fraction", "data"),
            xytext=(-2, 3),
            textcoords="offset points",
            ha="right",
            fontsize=9,
            color=VERMILLION,
        )


def change_over_time(patients: Sequence[Patient]) -> str:
    """Draw each patient's sum of diameters as a change from the baseline, over months."""

    def draw(axes: "Axes") -> None:
        axes.axhline(0, color=GREY, linewidth=0.8)
        for percent in (_PARTIAL_PERCENT, _PROGRESSION_PERCENT):
            axes.axhline(percent, color=VERMILLION, linewidth=1, linestyle="--")
        for patient in patients:
            _lines(axes, patient)
        axes.plot([], [], "-", color=BLUE, label="reported")
        axes.plot([], [], ":", color=ORANGE, label="from the masks")
        axes.set_xlabel("months since the baseline")
        axes.set_ylabel("sum of diameters: change (%)")
        axes.figure.legend(loc="outside lower center", ncols=2)

    return as_svg(draw, height_inches=3.8)


def _lines(axes: "Axes", patient: Patient) -> None:
    first = patient.visits[0]
    months = [(v.study_date - first.study_date).days / _DAYS_PER_MONTH for v in patient.visits]
    for sums, colour, style in (
        ([visit.reported_sum_mm for visit in patient.visits], BLUE, "-"),
        ([visit.measured_sum_mm for visit in patient.visits], ORANGE, ":"),
    ):
        start = sums[0]
        if start:
            known = [
                (month, 100 * (total / start - 1))
                for month, total in zip(months, sums, strict=True)
                if total is not None
            ]
            x, y = zip(*known, strict=True)
            axes.plot(x, y, style, marker="o", markersize=3, color=colour, linewidth=1.2, alpha=0.7)
