"""What the commands take, and in which order things are done."""

import logging
from pathlib import Path
from typing import Annotated

import typer

from clinic.command_options import Segment
from clinic.lesions.identity import tracked
from clinic.lesions.pointing import targets_of
from clinic.many.options import SegmentMany
from clinic.page.command import page
from clinic.reading.private_faults import private_faults
from clinic.sending.command import check_outbox, send, send_results
from uls.workshop import command_line
from uls.workshop.errors import CallError
from uls.workshop.options import Argument, Option, Settings, with_settings

__all__ = ["app"]

app = command_line.commands(
    help="From a scan and a click to a measured lesion. Not a medical device.",
    no_args_is_help=True,
)

_log = logging.getLogger(__name__)

app.command()(page)
app.command()(send)


class Look(Settings):
    """What `look` takes."""

    study: Annotated[Path, Argument(help="A DICOM folder, file or DICOMDIR; or a scan.")]
    descriptions: Annotated[
        bool,
        Option(
            "--descriptions",
            help="Show what series are called, and their UIDs: these may identify the patient.",
        ),
    ] = False
    quiet: Annotated[bool, Option("--quiet", "-q", help="No log.")] = False


@app.command()
@private_faults()
@with_settings
def look(settings: Look) -> None:
    """List the series of a study: usable, or why not."""
    command_line.start_log(quiet=settings.quiet)
    from clinic.reading.look import look as lines_of  # noqa: PLC0415  (--help needs none of it)

    for line in lines_of(settings.study, descriptions=settings.descriptions):
        typer.echo(line)


@app.command()
@private_faults()
@with_settings
def segment(settings: Segment) -> None:
    """Segment and measure the lesions that were clicked or boxed in a scan, or in many."""
    command_line.start_log(quiet=settings.quiet, verbose=settings.verbose)
    pointed = targets_of(settings.clicks, settings.boxes, settings.mm)
    targets = tracked(pointed, settings.tracked)
    _check_call(settings)
    from clinic.output.output_folder import check_free  # noqa: PLC0415  (--help needs none of it)
    from clinic.running import run_cases, run_scan  # noqa: PLC0415

    check_free(settings.output, overwrite=settings.overwrite)
    if settings.send is not None:
        check_outbox(settings.output)
    if settings.cases is not None:
        run_cases(settings.cases, settings)
    elif settings.scan is not None:
        run_scan(settings.scan, targets, settings)
    _log.info("Results are in %s", settings.output)
    if settings.send is not None:
        n_objects = send_results(settings.output, settings.send)
        _log.info("%d objects are in the archive", n_objects)


@app.command("segment-many")
@private_faults()
@with_settings
def segment_many(settings: SegmentMany) -> None:
    """Segment the lesions of thousands of scans, or stacks of VOIs, on one machine or many."""
    command_line.start_log(quiet=settings.quiet, verbose=settings.verbose)
    from clinic.many import run  # noqa: PLC0415  (--help needs none of it)

    run.segment_many(settings)
    _log.info("Results are in %s", settings.output)


def _check_call(settings: Segment) -> None:
    scan, cases = settings.scan, settings.cases
    pointed = settings.clicks or settings.boxes or settings.clicks_files
    if (scan is None) == (cases is None):
        found = "neither" if scan is None else "both"
        raise CallError.about("segment", expected="a scan, or --cases", found=found)
    if cases is not None and (pointed or settings.series is not None or settings.longest_run):
        raise CallError.about(
            "--cases",
            expected="that the table says all of its cases",
            found="--click, --box, --clicks, --series or --longest-run beside it",
        )
    if settings.rois and not settings.clicks_files:
        raise CallError.about("--roi", expected="a file by --clicks", found="none")
    if cases is None and not pointed:
        raise CallError.about(
            "segment",
            expected="a lesion to segment",
            found="no --click, --box or --clicks",
            hint="For example: --click 120,85,40, in voxels from 0 on.",
        )
    if settings.send is not None and settings.mask_format not in (None, "dicom"):
        raise CallError.about("--send", expected="--format dicom", found=settings.mask_format)
