"""`python -m training hcuch …`: the HCUCH data set measured, compared and followed."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from uls.workshop.command_line import commands
from uls.workshop.cpus import available_cpus
from uls.workshop.options import Argument, Option, Settings, with_settings

__all__ = ["app"]

_MOST_WORKERS = 4
"""By default; each holds a whole mask."""

app = commands(
    help="The HCUCH data set: lesions, diameters, RECIST follow-up.", no_args_is_help=True
)


@app.callback()
def _several_commands() -> None:
    """Keep `report` a command of its own: of a single one Typer would drop the name."""


class Report(Settings):
    """What `report` takes."""

    data: Annotated[
        Path,
        Argument(
            help="The data set's folder: thorax/train/masks and so on, recist_measurements.csv "
            "beside or in metadata.",
        ),
    ]
    output: Annotated[
        Path,
        Option(
            "--output", help="Folder that gets report.html, hcuch.json, lesions.csv, recist.csv."
        ),
    ]
    smallest_voxels: Annotated[
        int, Option("--smallest", min=1, help="Components of fewer voxels are left out.")
    ] = 50
    extent: Annotated[
        Literal["borders", "centres"],
        Option(
            "--measure-from",
            help="Lengths go from border to border of the outermost pixels, or between centres.",
        ),
    ] = "borders"
    pictures: Annotated[
        bool,
        Option("--pictures/--no-pictures", help="Show the tracked lesions; reads their images."),
    ] = True
    workers: Annotated[
        int | None,
        Option(
            "--workers",
            min=1,
            help=f"Processes that measure series. Default: one a core, at most {_MOST_WORKERS}.",
        ),
    ] = None
    quiet: Annotated[
        bool, Option("--quiet", "-q", help="Warnings and errors only, and no table.")
    ] = False


@app.command()
@with_settings
def report(settings: Report) -> None:
    """Measure all lesions, compare with the radiologists' diameters, and follow the patients.

    Needs the extra `report` (scipy, matplotlib, Jinja2).
    """
    from uls.report.packages import check_installed  # noqa: PLC0415
    from uls.workshop import command_line  # noqa: PLC0415
    from uls.workshop.atomic import check_writable  # noqa: PLC0415  (--help needs none of it)

    command_line.start_log(quiet=settings.quiet)
    check_installed()
    _check_scipy()
    check_writable(settings.output)
    from clinic.follow_up.find import find  # noqa: PLC0415
    from clinic.follow_up.min_area_box import Extent  # noqa: PLC0415
    from clinic.follow_up.table import findings_table  # noqa: PLC0415
    from clinic.follow_up.write import write_report  # noqa: PLC0415

    findings, series = find(
        settings.data,
        extent=Extent(settings.extent),
        smallest_voxels=settings.smallest_voxels,
        workers=settings.workers or min(_MOST_WORKERS, available_cpus()),
    )
    shown = series if settings.pictures else ()
    written = write_report(findings, shown, settings.output, source=settings.data)
    if not settings.quiet:
        typer.echo(findings_table(findings))
        for path in written:
            typer.echo(f"Wrote {path}")


def _check_scipy() -> None:
    from importlib.util import find_spec  # noqa: PLC0415

    from uls.workshop.errors import CallError  # noqa: PLC0415
    from uls.workshop.extras import how_to_install  # noqa: PLC0415

    if find_spec("scipy") is None:
        raise CallError.about(
            "hcuch report",
            expected="the package scipy",
            found="none installed",
            hint=f"{how_to_install('report')}.",
        )
