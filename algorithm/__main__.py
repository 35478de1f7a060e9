"""The algorithm's commands: `segment` (exec mode), `serve` (invoke mode), `bench`, `weights …`."""

import uls.workshop.first_process  # noqa: F401, I001  (before all that is slow to import)

import logging
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from algorithm.cli import weights_command
from algorithm.cli.self_test import self_test
from algorithm.engines.engine_names import EngineSettings, ModelFolder
from algorithm.engines.process_start import seconds_since_process_start
from algorithm.inference.boxes import Box
from algorithm.inference.predictor import Predictor
from algorithm.job.job import run_job
from algorithm.job.inputs import find_boxes, find_stacks
from algorithm.job.options import JobOptions
from algorithm.job.rehearsal import Expected, rehearse
from algorithm.job.summary import check_summary
from uls.workshop import command_line, ending
from uls.workshop.command_line import commands
from uls.workshop.options import Option, Quiet, Settings, Verbose, with_settings

_log = logging.getLogger(__name__)

app = commands(
    help="Segment clicked lesions in stacks of CT volumes of interest (VOIs).\n\n"
    "Without a command, `segment` is meant: `python -m algorithm --input … --output …`.",
    no_args_is_help=False,
)
app.command("self-test")(self_test)
app.add_typer(weights_command.app, name="weights")
command_line.add_benchmark(app, "benchmarks.algorithm.command")


class Segment(Settings):
    """What `segment` takes."""

    job: JobOptions = JobOptions()
    model: ModelFolder = None
    engine: EngineSettings = EngineSettings()
    quiet: Quiet = False
    verbose: Verbose = False


@app.command()
@with_settings
def segment(settings: Segment) -> None:
    """Do one job and exit: read the stacks, write one mask stack for each (exec mode)."""
    command_line.start_log(quiet=settings.quiet, verbose=settings.verbose)
    options = settings.job
    starting_seconds = seconds_since_process_start()
    check_summary(options.summary_file)
    stacks = find_stacks(options)
    find_boxes(options, stacks)
    from algorithm.cli import load  # noqa: PLC0415  (--help needs none of it)

    budget = options.budget_seconds
    if budget is None:
        run_job(load.load_predictor(settings.model, settings.engine), options)
        return
    loaded = load.load_in_time(
        settings.model,
        settings.engine,
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


class _ServedJob(JobOptions):
    """A job of a server, which several jobs follow: no box fits all of them."""

    box: Box | None = None


class Serve(Segment):
    """What `serve` takes."""

    job: _ServedJob = _ServedJob()
    port: Annotated[int, Option("--port", min=0, max=65535, help="To listen on.")] = 4743


@app.command()
@with_settings
def serve(settings: Serve) -> None:
    """Load the model once, then do one job for each POST /invoke (invoke mode)."""
    from uls.platform import invoke  # noqa: PLC0415  (a web server, which exec mode need not import)

    command_line.start_log(quiet=settings.quiet, verbose=settings.verbose)
    options = settings.job
    budget = options.budget_seconds

    def make_ready() -> Callable[[], None]:
        from algorithm.cli import load  # noqa: PLC0415  (--help needs none of it)

        predictor = load.load_predictor(settings.model, settings.engine)
        fallback = load.load_fallback(predictor, budget, settings.engine)
        expected = None if budget is None else rehearse(predictor, fallback, seconds_left=budget)
        _log.info("Ready on port %d", settings.port)
        return partial(_run_once, predictor, options, fallback, expected)

    invoke.serve(make_ready, port=settings.port)


def _run_once(
    predictor: Predictor,
    options: JobOptions,
    fallback: Predictor | None,
    expected: Expected | None,
) -> None:
    """Do a job; its budget counts from now."""
    run_job(predictor, options, fallback=fallback, expected=expected)


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
