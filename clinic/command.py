"""What the commands take, and in which order things are done."""

import logging
from pathlib import Path
from typing import Annotated, Literal

import typer

from algorithm.engines.engine_names import DeviceName, EngineName, PrecisionName
from clinic.command_options import (
    BoxesOption,
    CasesOption,
    ClicksFileOption,
    ClicksOption,
    FormatOption,
    LongestRunOption,
    MmOption,
    OutputOption,
    ScanArgument,
    SeriesOption,
)
from clinic.lesions.pointing import parse_box, parse_click, targets_of
from clinic.lesions.targets import Target
from clinic.page.command import page
from clinic.reading.private_faults import private_faults
from uls.workshop import command_line
from uls.workshop.errors import CallError

__all__ = ["app"]

app = command_line.commands(
    help="From a scan and a click to a measured lesion. Not a medical device.",
    no_args_is_help=True,
)

_log = logging.getLogger(__name__)

app.command()(page)


@app.command()
@private_faults()
def look(
    study: Annotated[Path, typer.Argument(help="A DICOM folder, file or DICOMDIR; or a scan.")],
    *,
    descriptions: Annotated[
        bool,
        typer.Option(
            "--descriptions",
            help="Show what series are called, and their UIDs: these may identify the patient.",
        ),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No log.")] = False,
) -> None:
    """List the series of a study: usable, or why not."""
    command_line.start_log(quiet=quiet)
    from clinic.reading.look import look as lines_of  # noqa: PLC0415  (--help needs none of it)

    for line in lines_of(study, descriptions=descriptions):
        typer.echo(line)


@app.command()
@private_faults()
def segment(
    scan: ScanArgument = None,
    *,
    click: ClicksOption = None,
    box: BoxesOption = None,
    clicks: ClicksFileOption = None,
    cases: CasesOption = None,
    mm: MmOption = None,
    output: OutputOption = Path("out"),
    mask_format: FormatOption = None,
    series: SeriesOption = None,
    longest_run: LongestRunOption = False,
    model: Annotated[
        Path | None, typer.Option("--model", help="Model folder. Default: the built-in one.")
    ] = None,
    engine: Annotated[EngineName, typer.Option("--engine", help="What runs the network.")] = "auto",
    device: Annotated[DeviceName, typer.Option("--device", help="Where it runs.")] = "auto",
    precision: Annotated[
        PrecisionName,
        typer.Option("--precision", help="What it computes in."),
    ] = "auto",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace earlier results in that folder.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Warnings and errors only.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Details too.")] = False,
) -> None:
    """Segment and measure the lesions that were clicked or boxed in a scan, or in many."""
    command_line.start_log(quiet=quiet, verbose=verbose)
    targets = _targets(click, box, clicks, mm)
    _check_call(scan, cases, targets, series=series, longest_run=longest_run)
    from clinic.output.output_folder import check_free  # noqa: PLC0415  (--help needs none of it)
    from clinic.running import ModelChoice, run_cases, run_scan  # noqa: PLC0415

    check_free(output, overwrite=overwrite)
    choice = ModelChoice(model, engine, device, precision)
    if cases is not None:
        run_cases(cases, mm, choice, output, mask_format, overwrite=overwrite)
    elif scan is not None:
        run_scan(
            scan,
            targets,
            choice,
            output,
            mask_format,
            series=series,
            longest_run=longest_run,
            overwrite=overwrite,
        )
    _log.info("Results are in %s", output)


def _targets(
    click: list[str] | None,
    box: list[str] | None,
    clicks: Path | None,
    mm: Literal["LPS", "RAS"] | None,
) -> list[Target]:
    """Read what the user pointed at; lesions of the file come after those of the command line."""
    pointed = targets_of(
        [parse_click(text) for text in click or []], [parse_box(text) for text in box or []], mm
    )
    if clicks is None:
        return pointed
    from clinic.lesions.clicks_file import read_clicks  # noqa: PLC0415

    return [*pointed, *read_clicks(clicks, mm)]


def _check_call(
    scan: Path | None,
    cases: Path | None,
    targets: list[Target],
    *,
    series: str | None,
    longest_run: bool,
) -> None:
    if (scan is None) == (cases is None):
        found = "neither" if scan is None else "both"
        raise CallError.about("segment", expected="a scan, or --cases", found=found)
    if cases is not None and (targets or series is not None or longest_run):
        raise CallError.about(
            "--cases",
            expected="that the table says all of its cases",
            found="--click, --box, --clicks, --series or --longest-run beside it",
        )
    if cases is None and not targets:
        raise CallError.about(
            "segment",
            expected="a lesion to segment",
            found="no --click, --box or --clicks",
            hint="For example: --click 120,85,40, in voxels from 0 on.",
        )
