"""The report and its tables, written."""

from collections.abc import Sequence
from pathlib import Path

from evaluation.report.html import render, write_html
from training.hcuch.dataset import Series
from training.hcuch.files import write_findings
from training.hcuch.findings import Findings
from training.hcuch.page import page_of
from training.hcuch.pictures import pictures

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
