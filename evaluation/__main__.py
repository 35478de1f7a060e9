"""The evaluation's command line: `score` (exec mode), `serve` (invoke mode), `report`, others."""

import uls.workshop.first_process  # noqa: F401, I001  (before all that is slow to import)

import gc
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from evaluation.compare.command import compare
from evaluation.scoring.options import Options
from evaluation.report.command import picture
from uls.report.packages import check_installed
from evaluation.report.report_command import report
from uls.workshop.command_line import commands
from uls.workshop import command_line
from uls.workshop import ending
from uls.workshop.errors import CallError
from uls.workshop.options import Option, Settings, Verbose, with_settings

app = commands(
    help="Score predicted lesion masks against reference masks, exactly as the ULS23 challenge "
    "does, into metrics.json.\n\n"
    "Without a command, `score` is meant: `python -m evaluation --input … --output …`.",
    no_args_is_help=False,
)


class Scoring(Settings):
    """What `score` and `serve` take."""

    options: Options = Options()
    with_report: Annotated[
        bool, Option("--report", help="Write report.html beside metrics.json, too.")
    ] = False
    quiet: Annotated[
        bool, Option("--quiet", "-q", help="Warnings and errors only, and no table.")
    ] = False
    verbose: Verbose = False


class Score(Scoring):
    """What `score` takes."""

    images: Annotated[
        tuple[Path, ...],
        Option(
            "--images",
            help="CT stacks, or a folder of them, for the report to show the worst lesions; may "
            "be given often.",
        ),
    ] = ()


@app.command()
@with_settings
def score(settings: Score) -> None:
    """Score one submission and exit; prints a row per lesion (exec mode)."""
    command_line.start_log(quiet=settings.quiet, verbose=settings.verbose)
    if settings.images and not settings.with_report:
        raise CallError.about("--images", expected="--report with it", found="no --report")
    if settings.with_report:
        check_installed()
        _check_images(settings.images)
    _score(settings, settings.images)


class Serve(Scoring):
    """What `serve` takes."""

    port: Annotated[int, Option("--port", min=0, max=65535, help="To listen on.")] = 4743


@app.command()
@with_settings
def serve(settings: Serve) -> None:
    """Score one submission for each POST /invoke (invoke mode)."""
    from uls.platform import invoke  # noqa: PLC0415  (a web server, which exec mode need not import)

    command_line.start_log(quiet=settings.quiet, verbose=settings.verbose)
    if settings.with_report:
        check_installed()
    run_job = partial(_score, settings)
    invoke.serve(lambda: run_job, port=settings.port)


app.command()(report)
app.command()(picture)
app.command()(compare)


@app.command()
def self_test() -> None:
    """Score the built-in sample and say in one line whether the scores are those released.

    Exits with 1 where a score differs, with 3 where the sample is damaged.
    """
    from evaluation.scoring import self_test as scoring  # noqa: PLC0415  (--help needs none of it)

    command_line.start_log(quiet=True)
    typer.echo(f"This installation computes what was released: {scoring.check_scores()}.")


command_line.add_benchmark(app, "benchmarks.evaluation.command")


def _score(settings: Scoring, images: Sequence[Path] = ()) -> None:
    from evaluation.results import table  # noqa: PLC0415  (--help needs none of it)
    from evaluation.scoring import job  # noqa: PLC0415  (--help needs none of it)

    metrics = job.evaluate(settings.options)
    if not settings.quiet:
        typer.echo(table.score_table(metrics))
    if settings.with_report:
        from evaluation.report.after_scoring import report_beside  # noqa: PLC0415

        report_beside(metrics, settings.options, images)


def _check_images(images: Sequence[Path]) -> None:
    """Look for the report's CT before any work is done."""
    from evaluation.report.panels import find_stacks  # noqa: PLC0415

    find_stacks(images, "--images")


def main() -> None:
    """Run the command line (`uls-evaluate`)."""
    try:
        command_line.run(app, default_command="score", seconds_to_end=ending.SECONDS)
    finally:
        gc.freeze()  # no search for garbage on the way out: a tenth of a small submission's time


if __name__ == "__main__":
    main()
