"""The HCUCH report as a page: sections of text, tables and figures."""

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from clinic.follow_up.figures import (
    change_over_time,
    reported_against_measured,
    volume_against_diameter,
)
from clinic.follow_up.findings import Agreement, Findings, Patient, Visit
from clinic.follow_up.page_ends import definitions, lesions_section, patients_section
from uls.report.drawing import data_uri
from uls.report.page import Figure, Headline, Page, Section, Table
from uls.report.text import counted, interval, millimetres, number, percent, signed

__all__ = ["page_of"]

_PUBLISHED = "58 series of 22 patients, 1246 lesions and 82 RECIST measurements were published."


def page_of(findings: Findings, *, source: Path, pictures: Sequence[Figure] = ()) -> Page:
    """Compose the page; sections that have nothing to show are left out."""
    counts = findings.counts
    sections = [_groups(findings)]
    if findings.comparisons:
        sections += [_agreement(findings), _follow_up(findings)]
    if pictures:
        sections.append(
            Section(title="Tracked lesions", anchor="tracked", figures=pictures, folded=True)
        )
    if findings.described:
        sections.append(patients_section(findings.described))
    sections += [lesions_section(findings), definitions(findings)]
    return Page(
        title="HCUCH: lesions, diameters, follow-up",
        evaluated=f"{counted(counts.lesions, 'lesion')} in {counts.series} series of "
        f"{counted(counts.patients, 'patient')}; {counted(counts.measurements, 'RECIST row')}.",
        headline=_headline(findings),
        warnings=findings.warnings,
        sections=sections,
        versions=[
            ("Data", str(source)),
            ("Report made", datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")),
            ("Made by", f"matplotlib {version('matplotlib')}, Python {platform.python_version()}"),
        ],
    )


def _headline(findings: Findings) -> Headline:
    everything = findings.groups[0]
    return Headline(
        name="Spearman's ρ of volume and diameter",
        value=number(everything.spearman, 2),
        interval=counted(everything.lesions, "lesion"),
        remark=f"published: {number(everything.published_spearman, 2)}",
    )


def _groups(findings: Findings) -> Section:
    rows = [
        (
            group.name,
            str(group.lesions),
            millimetres(group.median_diameter_mm),
            millimetres(group.published_median_mm),
            number(group.median_volume_ml, 2),
            number(group.spearman, 2),
            number(group.published_spearman, 2),
        )
        for group in findings.groups
    ]
    headings = ("group", "lesions", "median mm", "published", "median ml", "ρ", "published")
    figure = Figure(
        source=data_uri(volume_against_diameter(findings.lesions), "svg+xml"),
        alt="Volume over diameter of every lesion, both axes logarithmic",
        caption="Volume and diameter of every lesion.",
    )
    counts = findings.counts
    return Section(
        title="Lesions",
        anchor="lesions",
        text=[
            f"{counted(counts.too_small, 'component')} of fewer than {findings.smallest_voxels} "
            f"voxels were left out. {_PUBLISHED}"
        ],
        tables=[Table(headings=headings, rows=rows)],
        figures=[figure] if findings.lesions else [],
    )


def _agreement(findings: Findings) -> Section:
    everything = findings.agreement[0]
    figure = Figure(
        source=data_uri(reported_against_measured(findings.comparisons, everything), "svg+xml"),
        alt="Difference of mask and reported diameter over their mean, with limits of agreement",
        caption="Mask − reported diameter; dashed: bias ± 1.96 standard deviations.",
    )
    changes = [(c.reported, c.measured, str(c.count)) for c in findings.categories]
    return Section(
        title="Masks against reported diameters",
        anchor="agreement",
        tables=[
            Table(
                headings=("lesions", "compared", "bias mm", "limits mm", "bias %", "limits %"),
                rows=[_agreement_row(part) for part in findings.agreement],
                caption="Bland and Altman: mask − reported; percent of the mean of both.",
            ),
            Table(
                headings=("reported", "from the mask", "lesions"),
                rows=changes,
                words=2,
                caption=_changed(changes),
            ),
        ],
        figures=[figure] if everything.mm.count else [],
    )


def _agreement_row(part: Agreement) -> tuple[str, ...]:
    return (
        part.name,
        str(part.mm.count),
        signed(part.mm.bias, 1),
        interval(part.mm, digits=1),
        signed(part.percent.bias, 1),
        interval(part.percent, digits=1),
    )


def _changed(changes: Sequence[tuple[str, str, str]]) -> str:
    total = sum(int(count) for *_, count in changes)
    other = sum(int(count) for reported, measured, count in changes if reported != measured)
    return f"RECIST 1.1 category by either diameter: another one in {other} of {total} lesions."


def _follow_up(findings: Findings) -> Section:
    responses = [(c.reported, c.measured, str(c.count)) for c in findings.responses]
    figure = Figure(
        source=data_uri(change_over_time(findings.patients), "svg+xml"),
        alt="Change of the sum of diameters since the baseline, per patient, over months",
        caption="Sum of target diameters; dashed: −30 % (partial response) and +20 %. Progression "
        "counts from the smallest sum and needs 5 mm.",
    )
    return Section(
        title="Follow-up",
        anchor="follow-up",
        figures=[figure],
        tables=[
            Table(
                headings=("by reported diameters", "by masks", "studies"),
                rows=responses,
                words=2,
                caption=f"Response: {_changed(responses).partition(': ')[2]}".replace(
                    "lesions", "studies"
                ),
            ),
            Table(
                headings=_VISIT_HEADINGS,
                rows=[_visit_row(p, visit) for p in findings.patients for visit in p.visits],
                words=3,
                words_at_end=3,
            ),
        ],
    )


_VISIT_HEADINGS = (
    "patient",
    "study",
    "date",
    "sum, reported mm",
    "sum, masks mm",
    "from baseline",
    "reported",
    "by masks",
    "remarks",
)


def _visit_row(patient: Patient, visit: Visit) -> tuple[str, ...]:
    start, total = patient.visits[0].reported_sum_mm, visit.reported_sum_mm
    remarks = [f"new: {', '.join(visit.new)}"] if visit.new else []
    remarks += [f"not measured: {', '.join(visit.missing)}"] if visit.missing else []
    return (
        patient.patient,
        visit.study_order,
        visit.study_date.isoformat(),
        millimetres(total),
        millimetres(visit.measured_sum_mm),
        percent(total / start - 1 if start and total is not None else None),
        visit.reported_response,
        visit.measured_response,
        "; ".join(remarks),
    )
