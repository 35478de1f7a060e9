"""`python -m evaluation report`: from a metrics.json to one HTML file."""

from pathlib import Path
from typing import Annotated

import typer

from uls.workshop.options import Argument, Option, Quiet, Settings, with_settings

__all__ = ["report"]


class Report(Settings):
    """What `report` takes."""

    metrics: Annotated[Path, Argument(help="A metrics.json of this program.")]
    output: Annotated[
        Path | None,
        Option(
            "--output", help="The HTML file to write. Default: report.html beside metrics.json."
        ),
    ] = None
    images: Annotated[
        tuple[Path, ...],
        Option(
            "--images",
            help="CT stacks, or a folder of them, to show the worst lesions; may be given often. "
            "Needs --predictions.",
        ),
    ] = ()
    predictions: Annotated[
        tuple[Path, ...],
        Option(
            "--predictions",
            help="Stacks of predicted masks named as their CT stacks (a single one may have any "
            "name), or a folder of them.",
        ),
    ] = ()
    reference: Annotated[
        tuple[Path, ...],
        Option(
            "--reference", help="Stacks of reference masks, named likewise, or a folder of them."
        ),
    ] = ()
    name: Annotated[
        str, Option("--name", help="The submission's name, for the report's title.")
    ] = ""
    quiet: Quiet = False


@with_settings
def report(settings: Report) -> None:
    """Write a report of one submission: one HTML file that needs no network and no other file."""
    from uls.report.packages import check_installed  # noqa: PLC0415  (--help needs none)
    from uls.workshop import command_line  # noqa: PLC0415

    command_line.start_log(quiet=settings.quiet)
    check_installed()
    from evaluation.report.panels import find_files  # noqa: PLC0415
    from evaluation.report.report import REPORT_FILE, write_report  # noqa: PLC0415
    from evaluation.report.sources import sources_of  # noqa: PLC0415
    from evaluation.results.metrics_file import read_metrics  # noqa: PLC0415

    path = write_report(
        read_metrics(settings.metrics),
        settings.output or settings.metrics.with_name(REPORT_FILE),
        images=find_files(settings.images, settings.predictions, settings.reference),
        name=settings.name,
        sources=sources_of(settings.metrics),
    )
    if not settings.quiet:
        typer.echo(f"Report: {path}")
