"""What the commands take, and in which order things are done."""

import logging
from pathlib import Path
from typing import Annotated, Literal

import typer

from clinic.scan import Format
from clinic.targets import Target, parse_box, parse_click, targets_of
from uls import command_line
from uls.errors import CallError

__all__ = ["app"]

app = typer.Typer(
    help="From a scan and a click to a measured lesion. Not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_log = logging.getLogger(__name__)

_EngineName = Literal["auto", "winograd", "torch", "openvino", "onnx", "tensorrt"]

_Scan = Annotated[
    Path | None,
    typer.Argument(
        help="NIfTI, NRRD or MetaImage file; or DICOM: a folder, one file of a series, a DICOMDIR."
    ),
]
_Clicks = Annotated[
    list[str] | None,
    typer.Option(
        "--click",
        metavar="X,Y,Z",
        help="A click, in voxels of the scan from 0 on (or --mm). Again for more lesions.",
    ),
]
_Boxes = Annotated[
    list[str] | None,
    typer.Option(
        "--box",
        metavar="X0,Y0,Z0,X1,Y1,Z1",
        help="A box around a lesion by two corners; in voxels the second one is beyond it. A box "
        "that holds a click belongs to it.",
    ),
]
_ClicksFile = Annotated[
    Path | None,
    typer.Option(
        "--clicks",
        help="A file of clicks: CSV with columns x,y,z or x0,y0,z0,x1,y1,z1 and, if wanted, "
        "lesion; or 3D Slicer's markups (.mrk.json), which say their axes themselves.",
    ),
]
_Cases = Annotated[
    Path | None,
    typer.Option(
        "--cases",
        help="A CSV table of clicks in many scans, instead of SCAN: columns scan,x,y,z and, if "
        "wanted, case,series,lesion. The model is loaded once.",
    ),
]
_Mm = Annotated[
    Literal["LPS", "RAS"] | None,
    typer.Option("--mm", help="Clicks and boxes are in mm along these axes, not in voxels."),
]
_Output = Annotated[Path, typer.Option("--output", help="A folder for the results: new, or empty.")]
_FormatOption = Annotated[
    Format | None,
    typer.Option("--format", help="Of the masks; by default the scan's. dicom: SEG, SR, GSPS."),
]
_Series = Annotated[
    str | None,
    typer.Option(
        "--series", help="Of a DICOM study: number in the list that `look` gives, or UID."
    ),
]
_LongestRun = Annotated[
    bool,
    typer.Option("--longest-run", help="Of a series with gaps: use its longest even part."),
]


@app.command()
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
    from clinic.look import look as lines_of  # noqa: PLC0415  (--help needs none of it)

    for line in lines_of(study, descriptions=descriptions):
        typer.echo(line)


@app.command()
def segment(
    scan: _Scan = None,
    *,
    click: _Clicks = None,
    box: _Boxes = None,
    clicks: _ClicksFile = None,
    cases: _Cases = None,
    mm: _Mm = None,
    output: _Output = Path("out"),
    mask_format: _FormatOption = None,
    series: _Series = None,
    longest_run: _LongestRun = False,
    model: Annotated[
        Path | None, typer.Option("--model", help="Model folder. Default: the built-in one.")
    ] = None,
    engine: Annotated[
        _EngineName, typer.Option("--engine", help="What runs the network.")
    ] = "auto",
    device: Annotated[
        Literal["auto", "cpu", "cuda"], typer.Option("--device", help="Where it runs.")
    ] = "auto",
    precision: Annotated[
        Literal["auto", "f32", "bf16", "fp16"],
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
    from clinic.output_folder import check_free  # noqa: PLC0415  (--help needs none of it)
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
    from clinic.clicks_file import read_clicks  # noqa: PLC0415

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
