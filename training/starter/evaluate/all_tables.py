"""A report as text: every table that it has figures for."""

from collections.abc import Iterator

from training.starter.evaluate import more_tables
from training.starter.evaluate.report import Report
from training.starter.evaluate.table import table

__all__ = ["all_tables"]


def all_tables(report: Report) -> Iterator[str]:
    """Lay out a report, one table after the other."""
    scores = {method.name: method.cases for method in report.methods}
    yield table(scores)
    yield more_tables.volumes_table(scores)
    if report.selected:
        yield more_tables.selectivity_table(report.selected, report.healthy)
    if report.corrected:
        yield more_tables.corrections_table(report.corrected)
    if certainty := more_tables.reliability_table(report.methods[0].cases):
        yield certainty
    if report.readers:
        yield more_tables.readers_table(report.readers)
