"""`python -m evaluation report`: from a metrics.json to one HTML file."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["report"]


def report(
    *,
    metrics: Annotated[Path, typer.Argument(help="A metrics.json of this program.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            help="The HTML file to write. Default: report.html beside metrics.json.",
            show_default=False,
        ),
    ] = None,
    images: Annotated[
        list[Path] | None,
        typer.Option(
            "--images",
            help="CT stacks, or a folder of them, to show the worst lesions; may be given often. "
            "Needs --predictions.",
            show_default=False,
        ),
    ] = None,
    predictions: Annotated[
        list[Path] | None,
        typer.Option(
            "--predictions",
            help="Stacks of predicted masks named as their CT stacks (a single one may have any "
            "name), or a folder of them.",
            show_default=False,
        ),
    ] = None,
    reference: Annotated[
        list[Path] | None,
        typer.Option(
            "--reference",
            help="Stacks of reference masks, named likewise, or a folder of them.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        str, typer.Option("--name", help="The submission's name, for the report's title.")
    ] = "",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Warnings and errors only.")] = False,
) -> None:
    """Write a report of one submission: one HTML file that needs no network and no other file."""
    from uls.report.packages import check_installed  # noqa: PLC0415  (--help needs none)
    from uls.workshop import command_line  # noqa: PLC0415

    command_line.start_log(quiet=quiet)
    check_installed()
    from evaluation.report.panels import find_files  # noqa: PLC0415
    from evaluation.report.report import REPORT_FILE, write_report  # noqa: PLC0415
    from evaluation.report.sources import sources_of  # noqa: PLC0415
    from evaluation.results.metrics_file import read_metrics  # noqa: PLC0415

    path = write_report(
        read_metrics(metrics),
        output or metrics.with_name(REPORT_FILE),
        images=find_files(images, predictions, reference),
        name=name,
        sources=sources_of(metrics),
    )
    if not quiet:
        typer.echo(f"Report: {path}")
