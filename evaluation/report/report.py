"""A report, top to bottom: metrics, sections, page, HTML file."""

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from evaluation.report.panels import ImageFiles, draw_panels
from evaluation.report.sections.agreement import agreement_section
from evaluation.report.sections.consistency import consistency_section
from evaluation.report.sections.definitions import definitions_section
from evaluation.report.sections.detection import (
    detection_section,
    run_time_section,
    surface_section,
)
from evaluation.report.sections.groups import groups_section
from evaluation.report.sections.lesions import lesions_section, worst_lesions, worst_section
from evaluation.report.sections.recist import recist_section
from evaluation.report.sections.score import headline, score_section
from evaluation.results.metrics import Metrics, NotScored
from uls.report.html import render, write_html
from uls.report.page import Page, Section
from uls.report.text import counted

__all__ = ["REPORT_FILE", "write_report"]

REPORT_FILE = "report.html"

_TITLE = "ULS23 evaluation report"


def write_report(
    metrics: Metrics,
    path: Path,
    *,
    images: ImageFiles | None = None,
    name: str = "",
    sources: Sequence[tuple[str, str]] = (),
) -> Path:
    """Write the report of one submission.

    Args:
        metrics: its scores.
        path: the HTML file to write; its folder is made.
        images: where the CT and the masks lie, to show the worst lesions.
        name: of the submission, for the title.
        sources: what else to state of what was evaluated, as names and values.

    Raises:
        InputError: an image is damaged or is not of the lesions' stack.
        OutputError: the file cannot be written.
    """
    return write_html(render(page_of(metrics, images=images, name=name, sources=sources)), path)


def page_of(
    metrics: Metrics,
    *,
    images: ImageFiles | None = None,
    name: str = "",
    sources: Sequence[tuple[str, str]] = (),
) -> Page:
    """Compose the page; sections whose figures the metrics do not hold are left out."""
    panels = draw_panels(worst_lesions(metrics), images) if images else {}
    sections = (
        score_section(metrics),
        groups_section(metrics),
        agreement_section(metrics),
        recist_section(metrics),
        detection_section(metrics),
        surface_section(metrics),
        consistency_section(metrics),
        worst_section(metrics, panels),
        run_time_section(metrics),
        lesions_section(metrics),
        definitions_section(),
    )
    return Page(
        title=f"{_TITLE}: {name}" if name else _TITLE,
        evaluated=_evaluated(metrics),
        headline=headline(metrics),
        scored_zero=_scored_zero(metrics),
        warnings=[*_old_file(metrics), *metrics.warnings],
        sections=[section for section in sections if isinstance(section, Section)],
        versions=[*sources, *_versions()],
    )


def _evaluated(metrics: Metrics) -> str:
    stacks = {lesion.stack for lesion in metrics.lesions}
    patients = {lesion.patient for lesion in metrics.lesions} - {None}
    known = f" of {counted(list(patients), 'patient')}" if patients else ""
    several = counted(metrics.clicks, "lesion")
    return (
        f"{counted(metrics.lesions, 'lesion')}{known} in {counted(list(stacks), 'stack')}; "
        f"{several} clicked several times."
    )


def _scored_zero(metrics: Metrics) -> list[str]:
    return [
        f"Stack {lost.stack}: {_zeros(lost)} scored zero. {lost.reason}" for lost in metrics.missing
    ]


def _zeros(lost: NotScored) -> str:
    clicked = lost.clicked_lesions
    consistency = f" and the consistency of {counted(clicked, 'lesion')}" if clicked else ""
    return f"{counted(lost.lesions, 'lesion')}{consistency}"


def _old_file(metrics: Metrics) -> list[str]:
    if metrics.analysis is not None:
        return []
    return [
        "This metrics.json was written by an older version: it holds no groups, no intervals, no "
        "agreement and no RECIST view. Evaluate the submission again to have them here."
    ]


def _versions() -> list[tuple[str, str]]:
    try:
        own = version("uls23")
    except PackageNotFoundError:
        own = "from a source tree"
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    software = (
        f"uls23 {own}, matplotlib {version('matplotlib')}, Python {platform.python_version()}"
    )
    return [("Report made", made), ("Made by", software)]
