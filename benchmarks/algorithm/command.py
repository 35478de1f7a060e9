"""`python -m algorithm bench`: how fast inference is, beside nnunetv2 on the same weights."""

import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from algorithm.cli.command_options import DeviceOption, ModelOption, QuietOption
from uls.workshop import command_line
from uls.workshop.atomic import write_file
from uls.workshop.errors import CallError, OutputError
from uls.workshop.extras import how_to_install

if TYPE_CHECKING:
    from benchmarks.algorithm.subject import Subject

__all__ = ["bench"]


def bench(
    *,
    model: ModelOption = None,
    architecture: Annotated[
        Literal["uls23-baseline", "uls-plus", "small"] | None,
        typer.Option(help="Random weights in this architecture, instead of a model."),
    ] = None,
    engine: Annotated[
        list[str] | None,
        typer.Option(
            "--engine",
            help="openvino, or in one precision openvino-bf16; may be repeated. What auto tries "
            "first is measured, too. Default: every engine that is installed, in what the device "
            "computes in.",
            show_default=False,
        ),
    ] = None,
    device: DeviceOption = "auto",
    runs: Annotated[int, typer.Option("--runs", min=1, help="Runs whose medians are printed.")] = 5,
    vois: Annotated[int, typer.Option("--vois", min=1, help="Of the measured job.")] = 100,
    peak_size: Annotated[
        int, typer.Option("--peak-size", min=64, help="Of the matrices that set the peak.")
    ] = 4096,
    without_nnunetv2: Annotated[
        bool, typer.Option("--without-nnunetv2", help="Measure our engines alone.")
    ] = False,
    whole_job: Annotated[
        bool,
        typer.Option(
            "--whole-job", help="Do the job with the real engine instead of adding it up."
        ),
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the figures here too.", show_default=False)
    ] = None,
    plot_file: Annotated[
        Path | None, typer.Option("--plot", help="Draw them here (PNG).", show_default=False)
    ] = None,
    quiet: QuietOption = False,
) -> None:
    """Time each engine beside nnunetv2, on the same weights, VOIs and threads.

    Synthetic VOIs, nothing mirrored, one process at a time. With --architecture the weights are
    random and nothing is downloaded. Needs the extra `training` (nnunetv2) unless
    --without-nnunetv2; --plot needs `report`.
    """
    command_line.start_log(quiet=quiet)
    _check_call(model, architecture, [file for file in (json_file, plot_file) if file], plot_file)
    from benchmarks.algorithm.bencher import BenchOptions  # noqa: PLC0415
    from benchmarks.algorithm.benchmark import measure  # noqa: PLC0415
    from benchmarks.algorithm.findings import summarised  # noqa: PLC0415
    from benchmarks.algorithm.text import text_of  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="uls-bench-") as name:
        scratch = Path(name)
        subject = _subject(model, architecture, scratch, nnunetv2=not without_nnunetv2)
        options = BenchOptions(
            device=_settled(device, subject),
            engines=tuple(engine or ()),
            runs=runs,
            vois=vois,
            peak_size=peak_size,
            whole_job=whole_job,
        )
        result = summarised(measure(options, subject, scratch))
    typer.echo(text_of(result))
    if json_file is not None:
        write_file(json_file, result.model_dump_json(indent=1) + "\n")
    if plot_file is not None:
        from benchmarks.algorithm.plot import png_of  # noqa: PLC0415

        write_file(plot_file, png_of(result))


def _check_call(
    model: Path | None, architecture: str | None, files: list[Path], plot_file: Path | None
) -> None:
    """Find out now what would be a pity to find out after half an hour."""
    if model is not None and architecture is not None:
        raise CallError.about("--model, --architecture", expected="one of the two", found="both")
    if plot_file is not None and find_spec("matplotlib") is None:
        raise CallError.about(
            "--plot",
            expected="the package matplotlib",
            found="none installed",
            hint=f"{how_to_install('report')}.",
        )
    for file in files:
        if not file.absolute().parent.is_dir():
            raise OutputError.about(file, expected="a folder to write it in", found="none")


def _subject(
    model: Path | None, architecture: str | None, scratch: Path, *, nnunetv2: bool
) -> "Subject":
    from benchmarks.algorithm.subject import of_architecture, of_model  # noqa: PLC0415

    if architecture is not None:
        return of_architecture(architecture, scratch, nnunetv2=nnunetv2)
    return of_model(model, scratch, nnunetv2=nnunetv2)


def _settled(device: str, subject: "Subject") -> str:
    """Say `cpu` or `cuda`.

    Raises:
        CallError: CUDA was asked for and there is none.
    """
    from algorithm.engines.selection.shortlist import candidates  # noqa: PLC0415

    return candidates("auto", subject.model, device=device, precision="auto")[0].device
