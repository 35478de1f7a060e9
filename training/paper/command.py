"""`python -m training paper …`: the tables and figures of two papers, each by one command."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from training.paper.kit.items import Item
from uls.workshop import command_line
from uls.workshop.command_line import commands
from uls.workshop.errors import CallError
from uls.workshop.options import Argument, Option, Quiet, Settings, with_settings

__all__ = ["app"]

app = commands(
    help="Tables and figures of two papers, of what is given: SVG and PDF, CSV, one page, and a "
    "list of what was made and of what the rest needs.",
    no_args_is_help=True,
)

_Output = Annotated[Path, Option("--output", help="A new folder that gets it all.")]
_Overwrite = Annotated[bool, Option("--overwrite", help="Replace the folder if it is there.")]


class Uls23(Settings):
    """What `paper uls23` takes."""

    output: _Output
    metrics: Annotated[
        tuple[Path, ...],
        Option("--metrics", help="metrics.json of a model; once for each, the weakest first."),
    ] = ()
    names: Annotated[
        str,
        Option(
            "--names",
            help="The models' names in the same order, as a,b,… One that ends in +TTA is the model "
            "before the plus with test-time augmentation.",
            default="the files' folders",
        ),
    ] = ""
    manifests: Annotated[
        tuple[Path, ...],
        Option("--manifest", help="Folder that `prepare` or `grabcut` made; may be given often."),
    ] = ()
    metadata: Annotated[
        Path | None,
        Option(
            "--metadata",
            help="CSV, a row a scan: patient, and of age, sex, scanner, study_date, "
            "pixel_spacing_mm, slice_spacing_mm what is known.",
        ),
    ] = None
    images: Annotated[
        tuple[Path, ...], Option("--images", help="CT stacks, or a folder of them, for examples.")
    ] = ()
    predictions: Annotated[
        tuple[Path, ...], Option("--predictions", help="The first model's stacks of masks.")
    ] = ()
    references: Annotated[
        tuple[Path, ...], Option("--reference", help="Stacks of reference masks.")
    ] = ()
    overwrite: _Overwrite = False
    quiet: Quiet = False


@app.command()
@with_settings
def uls23(settings: Uls23) -> None:
    """Make the challenge's paper: tables 1, 2, A.3, figures 1, 2, 4 to 6, A.7 to A.12.

    Needs the extra `training`, as GrabCut draws with OpenCV and tests are scipy's.
    """
    _start(settings.output, quiet=settings.quiet, overwrite=settings.overwrite)
    from training.paper.uls23.examples import Stacks  # noqa: PLC0415  (--help needs none of it)
    from training.paper.uls23.gather import Inputs, gather  # noqa: PLC0415

    given = {
        "--metrics": settings.metrics,
        "--manifest": settings.manifests,
        "--metadata": (settings.metadata,) if settings.metadata else (),
        "--images": settings.images,
        "--predictions": settings.predictions,
        "--reference": settings.references,
    }
    if not any(given.values()):
        raise CallError.about(
            "paper uls23", expected="--metrics, --manifest or --metadata", found="none of them"
        )
    items = gather(
        Inputs(
            metrics=settings.metrics,
            names=[name.strip() for name in settings.names.split(",")] if settings.names else [],
            manifests=settings.manifests,
            metadata=settings.metadata,
            stacks=Stacks(settings.images, settings.predictions, settings.references),
        )
    )
    sources = {name: ", ".join(map(str, paths)) for name, paths in given.items() if paths}
    _write("The ULS23 challenge: tables and figures", items, settings, sources)


class Hcuch(Settings):
    """What `paper hcuch` takes."""

    data: Annotated[
        Path, Argument(help="The data set's folder, in the layout that it was released in.")
    ]
    output: _Output
    cycles: Annotated[
        tuple[str, ...],
        Option(
            "--cycle",
            metavar="NAME=FOLDER",
            help="Masks that a cycle's model drew, named like the series: 0 and 1, or the labels' "
            "values. Once for each cycle; the first is what others are tested against.",
        ),
    ] = ()
    workers: Annotated[int, Option("--workers", min=1, help="Processes that measure series.")] = 1
    overwrite: _Overwrite = False
    quiet: Quiet = False


@app.command()
@with_settings
def hcuch(settings: Hcuch) -> None:
    """Make the paper of the HCUCH data set: tables 1 to 4, figures 1, 2, 5 to 8.

    Needs the extra `report` (scipy, matplotlib, Jinja2).
    """
    _start(settings.output, quiet=settings.quiet, overwrite=settings.overwrite)
    from training.paper.hcuch.cycles import parse_cycle  # noqa: PLC0415  (--help needs none)
    from training.paper.hcuch.gather import gather  # noqa: PLC0415

    cycles = [parse_cycle(text) for text in settings.cycles]
    items = gather(settings.data, cycles=cycles, workers=settings.workers)
    sources = {"DATA": str(settings.data)}
    if cycles:
        sources["--cycle"] = ", ".join(settings.cycles)
    _write("HCUCH: tables and figures of the data set", items, settings, sources)


def _start(output: Path, *, quiet: bool, overwrite: bool) -> None:
    """Find out before any work whether the packages are there, and the place is free."""
    from uls.report.packages import check_installed  # noqa: PLC0415

    command_line.start_log(quiet=quiet)
    check_installed()
    if output.exists() and not overwrite:
        raise CallError.about(
            output, expected="a folder that is not there yet", found="one", hint="Or --overwrite."
        )


def _write(
    title: str, items: Sequence[Item], settings: Uls23 | Hcuch, sources: dict[str, str]
) -> None:
    from training.paper.kit.write import PAGE_FILE, write_paper  # noqa: PLC0415

    files = write_paper(
        title, items, settings.output, sources=sources, overwrite=settings.overwrite
    )
    for item in items:
        typer.echo(f"{item.key:<12} {item.not_made or 'made'}")
    typer.echo(f"{len(files)} files; open {settings.output / PAGE_FILE}")
