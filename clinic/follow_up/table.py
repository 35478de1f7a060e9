"""The findings as text for a terminal."""

from clinic.follow_up.findings import Findings
from evaluation.results.columns import aligned
from uls.report.text import counted, interval, millimetres, number, signed

__all__ = ["findings_table"]


def findings_table(findings: Findings) -> str:
    """Lay out groups, agreement and responses."""
    counts = findings.counts
    parts = [
        f"{counted(counts.lesions, 'lesion')} in {counts.series} series of "
        f"{counted(counts.patients, 'patient')}; "
        f"{counted(counts.too_small, 'component')} under "
        f"{findings.smallest_voxels} voxels left out; {counts.measurements} RECIST rows",
        _groups(findings),
    ]
    if findings.comparisons:
        parts += [_agreement(findings), _changes(findings)]
    return "\n\n".join(part for part in parts if part)


def _groups(findings: Findings) -> str:
    rows = [
        (
            group.name,
            str(group.lesions),
            millimetres(group.median_diameter_mm),
            millimetres(group.published_median_mm),
            number(group.spearman, 2),
            number(group.published_spearman, 2),
        )
        for group in findings.groups
    ]
    return aligned(("group", "lesions", "median mm", "published", "rho", "published"), rows)


def _agreement(findings: Findings) -> str:
    rows = [
        (part.name, str(part.mm.count), signed(part.mm.bias, 1), interval(part.mm, digits=1))
        for part in findings.agreement
    ]
    return aligned(("mask - reported", "lesions", "bias mm", "limits mm"), rows)


def _changes(findings: Findings) -> str:
    rows = [
        (what, change.reported, change.measured, str(change.count))
        for what, changes in (
            ("category", findings.categories),
            ("response", findings.responses),
        )
        for change in changes
    ]
    if not rows:
        return ""
    return aligned(("by", "reported", "from the mask", "count"), rows, words=(0, 1, 2))
