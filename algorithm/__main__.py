"""The algorithm's commands: `segment` (exec mode), `serve` (invoke mode), `bench`, `weights …`."""

import uls.workshop.first_process  # noqa: F401, I001  (before all that is slow to import)

import logging
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer

from algorithm.cli import weights_command
from algorithm.inference.boxes import parse_box
from algorithm.cli.command_options import (
    BoxesOption,
    BoxOption,
    BudgetOption,
    DeviceOption,
    EngineOption,
    InputOption,
    MirrorOption,
    ModelOption,
    OneImageOption,
    OutputOption,
    PolicyOption,
    PrecisionOption,
    QuietOption,
    ReachOption,
    SummaryOption,
    VerboseOption,
)
from algorithm.engines.process_start import seconds_since_process_start
from algorithm.job.job import JobOptions, find_boxes, find_stacks, run_job
from algorithm.inference.predictor import Predictor
from algorithm.job.rehearsal import Expected, rehearse
from uls.workshop.command_line import commands
from algorithm.job.summary import check_summary
from uls.workshop import command_line
from uls.workshop import ending
from uls.workshop.errors import CallError
from uls.geometry.lesion import DEFAULT_REACH_MM, Policy

_log = logging.getLogger(__name__)

app = commands(
    help="Segment clicked lesions in stacks of CT volumes of interest (VOIs).\n\n"
    "Without a command, `segment` is meant: `python -m algorithm --input … --output …`.",
    no_args_is_help=False,
)
app.add_typer(weights_command.app, name="weights")
command_line.add_benchmark(app, "benchmarks.algorithm.command")


@app.command()
def segment(
    *,
    input_folder: InputOption = Path("/input"),
    output_folder: OutputOption = Path("/output"),
    model: ModelOption = None,
    engine: EngineOption = "auto",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    mirror: MirrorOption = "auto",
    budget: BudgetOption = None,
    policy: PolicyOption = Policy.NEAREST,
    reach_mm: ReachOption = DEFAULT_REACH_MM,
    one_image: OneImageOption = False,
    box: BoxOption = None,
    boxes: BoxesOption = None,
    summary: SummaryOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Do one job and exit: read the stacks, write one mask stack for each (exec mode)."""
    command_line.start_log(quiet=quiet, verbose=verbose)
    options = JobOptions(
        input_folder=input_folder,
        output_folder=output_folder,
        policy=policy,
        reach_mm=reach_mm,
        mirror=_passes(mirror),
        budget_seconds=budget,
        one_image=one_image,
        box=None if box is None else parse_box(box),
        boxes_file=boxes,
        summary_file=summary,
    )
    starting_seconds = seconds_since_process_start()
    check_summary(summary)
    stacks = find_stacks(options)
    find_boxes(options, stacks)
    from algorithm.cli import load  # noqa: PLC0415  (--help needs none of it)

    if budget is None:
        run_job(load.load_predictor(model, engine, device, precision), options)
        return
    loaded = load.load_in_time(
        model,
        load.EngineOptions(engine, device, precision),
        n_vois=sum(stack.header.n_vois for stack in stacks),
        seconds_left=lambda: budget - seconds_since_process_start(),
    )
    run_job(
        loaded.predictor,
        options,
        fallback=loaded.fallback,
        expected=loaded.expected,
        spent_seconds=seconds_since_process_start(),
        starting_seconds=starting_seconds,
    )
    if loaded.abandoned is not None and loaded.abandoned.is_alive:
        ending.leave_others_behind()


@app.command()
def serve(
    *,
    input_folder: InputOption = Path("/input"),
    output_folder: OutputOption = Path("/output"),
    model: ModelOption = None,
    engine: EngineOption = "auto",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
    mirror: MirrorOption = "auto",
    budget: BudgetOption = None,
    policy: PolicyOption = Policy.NEAREST,
    reach_mm: ReachOption = DEFAULT_REACH_MM,
    one_image: OneImageOption = False,
    boxes: BoxesOption = None,
    summary: SummaryOption = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="To listen on.")] = 4743,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Load the model once, then do one job for each POST /invoke (invoke mode)."""
    from uls.platform import invoke  # noqa: PLC0415  (a web server, which exec mode need not import)

    command_line.start_log(quiet=quiet, verbose=verbose)
    options = JobOptions(
        input_folder=input_folder,
        output_folder=output_folder,
        policy=policy,
        reach_mm=reach_mm,
        mirror=_passes(mirror),
        budget_seconds=budget,
        one_image=one_image,
        boxes_file=boxes,
        summary_file=summary,
    )

    def make_ready() -> Callable[[], None]:
        from algorithm.cli import load  # noqa: PLC0415  (--help needs none of it)

        predictor = load.load_predictor(model, engine, device, precision)
        fallback = load.load_fallback(predictor, budget, engine, device)
        expected = None if budget is None else rehearse(predictor, fallback, seconds_left=budget)
        _log.info("Ready on port %d", port)
        return partial(_run_once, predictor, options, fallback, expected)

    invoke.serve(make_ready, port=port)


def _run_once(
    predictor: Predictor,
    options: JobOptions,
    fallback: Predictor | None,
    expected: Expected | None,
) -> None:
    """Do a job; its budget counts from now."""
    run_job(predictor, options, fallback=fallback, expected=expected)


def _passes(mirror: str) -> int | None:
    """Read `--mirror`: None for auto, else 0 to 8."""
    if mirror == "auto":
        return None
    if not mirror.isdecimal() or int(mirror) > 8:
        raise CallError.about("--mirror", expected="auto or a number from 0 to 8", found=mirror)
    return int(mirror)


def _show_version(wanted: bool) -> None:
    if wanted:
        try:
            typer.echo(f"uls23 {version('uls23')}")
        except PackageNotFoundError:
            typer.echo("uls23, run from its source tree")
        raise typer.Exit


@app.callback()
def _options(
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line (`uls-segment`)."""
    command_line.run(app, default_command="segment", seconds_to_end=ending.SECONDS)


if __name__ == "__main__":
    main()
