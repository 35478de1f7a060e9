"""`python -m evaluation picture`: draw what a job segmented."""

from pathlib import Path
from typing import Annotated

import typer

from uls.workshop.command_line import commands
from uls.workshop.options import Option, Settings, with_settings

__all__ = ["app", "picture"]

app = commands()

MOST_ROWS = 20
"""More rows than this make a picture that no viewer shows well."""


@app.callback()
def _pictures() -> None:
    """Pictures of what was segmented."""


class Picture(Settings):
    """What `picture` takes."""

    images: Annotated[Path, Option("--images", help="The stack of VOIs that was segmented.")]
    spacings: Annotated[
        Path, Option("--spacings", help="Its spacings: a JSON list of [x, y, z] in mm.")
    ]
    predictions: Annotated[Path, Option("--predictions", help="The stack of masks.")]
    output: Annotated[Path, Option("--output", help="The PNG to write.")]
    reference: Annotated[
        Path | None, Option("--reference", help="The stack of reference masks.")
    ] = None
    metrics: Annotated[
        Path | None,
        Option("--metrics", help="metrics.json, for the names of lesions and the score."),
    ] = None
    vois: Annotated[
        tuple[int, ...],
        Option(
            "--voi",
            help=f"A VOI to show, from 0; may be given often. Default: the first {MOST_ROWS}.",
        ),
    ] = ()


@app.command()
@with_settings
def picture(settings: Picture) -> None:
    """Draw each VOI's axial, coronal and sagittal plane through the click, with both outlines."""
    from evaluation.report.names import Names, read_names  # noqa: PLC0415  (--help needs none)
    from evaluation.report.picture import draw  # noqa: PLC0415
    from evaluation.report.rows import PictureFiles, read_rows  # noqa: PLC0415
    from uls.images.stack import read_header, stack_name  # noqa: PLC0415

    images, metrics = settings.images, settings.metrics
    names = Names() if metrics is None else read_names(metrics, stack_name(images))
    shown = settings.vois or names.order(read_header(images).n_vois)[:MOST_ROWS]
    files = PictureFiles(images, settings.spacings, settings.predictions, settings.reference)
    path = draw(read_rows(files, names, vois=shown), settings.output, headline=names.headline)
    typer.echo(f"Picture: {path} ({len(shown)} VOIs)")
