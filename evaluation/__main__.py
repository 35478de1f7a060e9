"""The evaluation's command line: `score` (exec mode), `serve` (invoke mode), `report`, others."""

import uls.workshop.first_process  # noqa: F401, I001  (before all that is slow to import)

import gc
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from evaluation.compare.command import compare
from evaluation.scoring.options import (
    BAKED_IN_GROUND_TRUTH,
    UPLOADED_GROUND_TRUTH,
    Missing,
    Options,
)
from evaluation.report.command import picture
from uls.report.packages import check_installed
from evaluation.report.report_command import report
from uls.workshop.command_line import commands
from uls.workshop import command_line
from uls.workshop import ending
from uls.workshop.errors import CallError

app = commands(
    help="Score predicted lesion masks against reference masks, exactly as the ULS23 challenge "
    "does, into metrics.json.\n\n"
    "Without a command, `score` is meant: `python -m evaluation --input … --output …`.",
    no_args_is_help=False,
)

InputOption = Annotated[
    Path,
    typer.Option("--input", help="Folder with predictions.json and the jobs' outputs."),
]
OutputOption = Annotated[Path, typer.Option("--output", help="Folder that gets metrics.json.")]
GroundTruthOption = Annotated[
    Path | None,
    typer.Option(
        "--ground-truth",
        help=f"Folder with the reference data. Default: {UPLOADED_GROUND_TRUTH} if it exists, "
        f"else {BAKED_IN_GROUND_TRUTH}.",
        show_default=False,
    ),
]
MissingOption = Annotated[
    Missing,
    typer.Option(
        "--missing",
        help="What becomes of lesions whose job failed or left no usable mask: stop the run, or "
        "give them the worst score.",
    ),
]
MasksOption = Annotated[
    Path | None,
    typer.Option(
        "--masks",
        help="Score the masks in this folder, named like their reference stacks, instead of "
        "what predictions.json lists.",
    ),
]
ReportOption = Annotated[
    bool, typer.Option("--report", help="Write report.html beside metrics.json, too.")
]
SurfaceOption = Annotated[
    bool,
    typer.Option(
        "--surface",
        help="Surface Dice and Hausdorff distances too, by the package surface-distance (extra "
        "`report`): 0.03 to 3 seconds per lesion, by its size.",
    ),
]
QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="Warnings and errors only, and no table.")
]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Details too.")]


@app.command()
def score(
    *,
    input_folder: InputOption = Path("/input"),
    output_folder: OutputOption = Path("/output"),
    ground_truth: GroundTruthOption = None,
    missing: MissingOption = Missing.ERROR,
    masks_folder: MasksOption = None,
    surface: SurfaceOption = False,
    with_report: ReportOption = False,
    images: Annotated[
        list[Path] | None,
        typer.Option(
            "--images",
            help="CT stacks, or a folder of them, for the report to show the worst lesions; may "
            "be given often.",
            show_default=False,
        ),
    ] = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Score one submission and exit; prints a row per lesion (exec mode)."""
    command_line.start_log(quiet=quiet, verbose=verbose)
    options = Options(
        input_folder=input_folder,
        output_folder=output_folder,
        ground_truth=ground_truth,
        missing=missing,
        masks_folder=masks_folder,
        surface=surface,
    )
    if images and not with_report:
        raise CallError.about("--images", expected="--report with it", found="no --report")
    if with_report:
        check_installed()
        _check_images(images or ())
    _score(options, quiet=quiet, with_report=with_report, images=images or ())


@app.command()
def serve(
    *,
    input_folder: InputOption = Path("/input"),
    output_folder: OutputOption = Path("/output"),
    ground_truth: GroundTruthOption = None,
    missing: MissingOption = Missing.ERROR,
    masks_folder: MasksOption = None,
    surface: SurfaceOption = False,
    with_report: ReportOption = False,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="To listen on.")] = 4743,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Score one submission for each POST /invoke (invoke mode)."""
    from uls.platform import invoke  # noqa: PLC0415  (a web server, which exec mode need not import)

    command_line.start_log(quiet=quiet, verbose=verbose)
    options = Options(
        input_folder=input_folder,
        output_folder=output_folder,
        ground_truth=ground_truth,
        missing=missing,
        masks_folder=masks_folder,
        surface=surface,
    )
    if with_report:
        check_installed()
    run_job = partial(_score, options, quiet=quiet, with_report=with_report)
    invoke.serve(lambda: run_job, port=port)


app.command()(report)
app.command()(picture)
app.command()(compare)
command_line.add_benchmark(app, "benchmarks.evaluation.command")


def _score(
    options: Options, *, quiet: bool, with_report: bool, images: Sequence[Path] = ()
) -> None:
    from evaluation.results import table  # noqa: PLC0415  (--help needs none of it)
    from evaluation.scoring import job  # noqa: PLC0415  (--help needs none of it)

    metrics = job.evaluate(options)
    if not quiet:
        typer.echo(table.score_table(metrics))
    if with_report:
        from evaluation.report.after_scoring import report_beside  # noqa: PLC0415

        report_beside(metrics, options, images)


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
