"""The algorithm's command line: `segment` (exec mode), `serve` (invoke mode), `weights …`."""

import logging
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Literal

import typer

from algorithm import weights_command
from algorithm.deadline import seconds_since_process_start
from algorithm.job import JobOptions, Predictor, find_stacks, run_job
from uls import command_line, invoke
from uls.errors import CallError
from uls.lesion import DEFAULT_REACH_MM, Policy

_log = logging.getLogger(__name__)

app = typer.Typer(
    help="Segment clicked lesions in stacks of CT volumes of interest (VOIs).\n\n"
    "Without a command, `segment` is meant: `python -m algorithm --input … --output …`.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(weights_command.app, name="weights")

EngineName = Literal["auto", "torch", "openvino", "onnx"]
DeviceName = Literal["auto", "cpu", "cuda"]
PrecisionName = Literal["f32", "bf16", "fp16"]

InputOption = Annotated[
    Path, typer.Option("--input", help="Folder with the stacks and their spacings.")
]
OutputOption = Annotated[
    Path, typer.Option("--output", help="Folder that gets images/ct-binary-uls/<stack>.mha.")
]
ModelOption = Annotated[
    Path | None,
    typer.Option("--model", help="Model folder. Default: /opt/ml/model, else the built-in one."),
]
EngineOption = Annotated[EngineName, typer.Option("--engine", help="What runs the network.")]
DeviceOption = Annotated[DeviceName, typer.Option("--device", help="Where it runs.")]
PrecisionOption = Annotated[
    PrecisionName,
    typer.Option(
        "--precision", help="bf16, fp16: faster where the device has it; checked against f32 first."
    ),
]
MirrorOption = Annotated[
    str,
    typer.Option(
        "--mirror",
        help="Mirrored passes a VOI, 0 to 8 (8: all). auto: as many as fit in --budget, else none.",
    ),
]
BudgetOption = Annotated[
    float | None,
    typer.Option("--budget", min=1, help="Seconds for the whole job; fail rather than be late."),
]
PolicyOption = Annotated[
    Policy, typer.Option("--policy", help="Which predicted component is the clicked lesion.")
]
ReachOption = Annotated[
    float,
    typer.Option("--reach-mm", min=0, help="How far from the click it may begin (nearest)."),
]
OneImageOption = Annotated[
    bool, typer.Option("--one-image", help="Refuse a job of several stacks, as the platform does.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Warnings and errors only.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Details too.")]


@app.command()
def segment(
    *,
    input_folder: InputOption = Path("/input"),
    output_folder: OutputOption = Path("/output"),
    model: ModelOption = None,
    engine: EngineOption = "auto",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "f32",
    mirror: MirrorOption = "auto",
    budget: BudgetOption = None,
    policy: PolicyOption = Policy.NEAREST,
    reach_mm: ReachOption = DEFAULT_REACH_MM,
    one_image: OneImageOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Do one job and leave: read the stacks, write one mask stack for each (exec mode)."""
    command_line.start_log(quiet=quiet, verbose=verbose)
    options = JobOptions(
        input_folder=input_folder,
        output_folder=output_folder,
        policy=policy,
        reach_mm=reach_mm,
        mirror=_passes(mirror),
        budget_seconds=budget,
        one_image=one_image,
    )
    find_stacks(options)
    predictor = load_predictor(model, engine, device, precision)
    run_job(predictor, options, spent_seconds=seconds_since_process_start())


@app.command()
def serve(
    *,
    input_folder: InputOption = Path("/input"),
    output_folder: OutputOption = Path("/output"),
    model: ModelOption = None,
    engine: EngineOption = "auto",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "f32",
    mirror: MirrorOption = "auto",
    budget: BudgetOption = None,
    policy: PolicyOption = Policy.NEAREST,
    reach_mm: ReachOption = DEFAULT_REACH_MM,
    one_image: OneImageOption = False,
    port: Annotated[int, typer.Option("--port", help="To listen on.")] = invoke.PORT,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Load the model once, then do one job for each POST /invoke (invoke mode)."""
    command_line.start_log(quiet=quiet, verbose=verbose)
    options = JobOptions(
        input_folder=input_folder,
        output_folder=output_folder,
        policy=policy,
        reach_mm=reach_mm,
        mirror=_passes(mirror),
        budget_seconds=budget,
        one_image=one_image,
    )

    def load() -> invoke.JobFunction:
        predictor = load_predictor(model, engine, device, precision)
        _log.info("Ready on port %d", port)
        return partial(_run_once, predictor, options)

    invoke.serve(load, port=port)


def _run_once(predictor: Predictor, options: JobOptions) -> None:
    run_job(predictor, options)


def load_predictor(
    model_folder: Path | None, engine: str, device: str, precision: str = "f32"
) -> Predictor:
    """Find, verify and load a model, and say in the log what it is.

    Raises:
        ModelError: there is no model, or it is not what its manifest says.
        CallError: the engine is not installed, or the device is not there.
    """
    from algorithm import engines, prediction, weights  # noqa: PLC0415  (--help needs none of it)

    loaded = weights.load_model(weights.find_model(model_folder))
    for line in weights.describe(loaded):
        _log.info("%s", line)
    networks = engines.create(engine, loaded, device=device, precision=precision)
    _log.info("Engine: %s on %s", networks[0].name, networks[0].device)
    return prediction.Predictor(loaded, networks)


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
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line (`uls-segment`)."""
    command_line.run(app, default_command="segment")


if __name__ == "__main__":
    main()
