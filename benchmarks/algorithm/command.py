"""`python -m algorithm bench`: how fast inference is, beside nnunetv2 on the same weights."""

import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from algorithm.engines.engine_names import ModelFolder
from benchmarks.algorithm.options import BenchOptions
from uls.workshop import command_line
from uls.workshop.atomic import write_file
from uls.workshop.errors import CallError, OutputError
from uls.workshop.extras import how_to_install
from uls.workshop.options import Option, Quiet, Settings, with_settings

if TYPE_CHECKING:
    from benchmarks.algorithm.subject import Subject

__all__ = ["bench"]


class Bench(Settings):
    """What `bench` takes."""

    model: ModelFolder = None
    architecture: Annotated[
        Literal["uls23-baseline", "uls-plus", "small"] | None,
        Option("--architecture", help="Random weights in this architecture, instead of a model."),
    ] = None
    how: BenchOptions = BenchOptions()
    without_nnunetv2: Annotated[
        bool, Option("--without-nnunetv2", help="Measure our engines alone.")
    ] = False
    json_file: Annotated[Path | None, Option("--json", help="Write the figures here too.")] = None
    plot_file: Annotated[Path | None, Option("--plot", help="Draw them here (PNG).")] = None
    quiet: Quiet = False


@with_settings
def bench(settings: Bench) -> None:
    """Time each engine beside nnunetv2, on the same weights, VOIs and threads.

    Synthetic VOIs, nothing mirrored, one process at a time. With --architecture the weights are
    random and nothing is downloaded. Needs the extra `training` (nnunetv2) unless
    --without-nnunetv2; --plot needs `report`.
    """
    command_line.start_log(quiet=settings.quiet)
    _check_call(settings)
    from benchmarks.algorithm.benchmark import measure  # noqa: PLC0415
    from benchmarks.algorithm.summary import summarised  # noqa: PLC0415
    from benchmarks.algorithm.text import text_of  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="uls-bench-") as name:
        scratch = Path(name)
        subject = _subject(settings, scratch)
        device = _settled(settings.how.device, subject)
        options = settings.how.model_copy(update={"device": device})
        result = summarised(measure(options, subject, scratch))
    typer.echo(text_of(result))
    if settings.json_file is not None:
        write_file(settings.json_file, result.model_dump_json(indent=1) + "\n")
    if settings.plot_file is not None:
        from benchmarks.algorithm.plot import png_of  # noqa: PLC0415

        write_file(settings.plot_file, png_of(result))


def _check_call(settings: Bench) -> None:
    """Find out now what would be a pity to find out after half an hour."""
    if settings.model is not None and settings.architecture is not None:
        raise CallError.about("--model, --architecture", expected="one of the two", found="both")
    if settings.plot_file is not None and find_spec("matplotlib") is None:
        raise CallError.about(
            "--plot",
            expected="the package matplotlib",
            found="none installed",
            hint=f"{how_to_install('report')}.",
        )
    for file in (settings.json_file, settings.plot_file):
        if file is not None and not file.absolute().parent.is_dir():
            raise OutputError.about(file, expected="a folder to write it in", found="none")


def _subject(settings: Bench, scratch: Path) -> "Subject":
    from benchmarks.algorithm.subject import of_architecture, of_model  # noqa: PLC0415

    nnunetv2 = not settings.without_nnunetv2
    if settings.architecture is not None:
        return of_architecture(settings.architecture, scratch, nnunetv2=nnunetv2)
    return of_model(settings.model, scratch, nnunetv2=nnunetv2)


def _settled(device: str, subject: "Subject") -> str:
    """Say `cpu` or `cuda`.

    Raises:
        CallError: CUDA was asked for and there is none.
    """
    from algorithm.engines.selection.shortlist import candidates  # noqa: PLC0415

    return candidates("auto", subject.model, device=device, precision="auto")[0].device
