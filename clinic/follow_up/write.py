"""The report and its tables, written."""

from collections.abc import Sequence
from pathlib import Path

from clinic.follow_up.dataset import Series
from clinic.follow_up.files import write_findings
from clinic.follow_up.findings import Findings
from clinic.follow_up.page import page_of
from clinic.follow_up.pictures import pictures
from uls.report.html import render, write_html

__all__ = ["REPORT_FILE", "write_report"]

REPORT_FILE = "report.html"


def write_report(
    findings: Findings, series: Sequence[Series], folder: Path, *, source: Path
) -> list[Path]:
    """Write report.html and the tables; the lesions of the given series are shown.

    Raises:
        InputError: an image cannot be read.
        OutputError: a file cannot be written.
    """
    page = page_of(findings, source=source, pictures=pictures(findings, series))
    return [write_html(render(page), folder / REPORT_FILE), *write_findings(findings, folder)]
