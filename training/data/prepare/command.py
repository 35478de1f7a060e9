"""`python -m training prepare`: scans and masks, or measurements, into VOIs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import Field

from training.data.prepare.options import Options, Workers
from uls.workshop.command_line import start_log
from uls.workshop.cpus import available_cpus
from uls.workshop.options import Option, with_settings

if TYPE_CHECKING:
    from training.data.prepare.manifest import Manifest

__all__ = ["Overwrite", "Quiet", "default_workers", "prepare", "tell"]

_MOST_WORKERS = 4
"""A worker holds a scan and its mask, 1 to 2 GB: few machines have room for one a core."""

Overwrite = Annotated[
    bool, Option("--overwrite", help="Remove what another call prepared in the folder.")
]
Quiet = Annotated[bool, Option("--quiet", help="Warnings only.")]


def default_workers() -> int:
    """Give the number of processes for this machine."""
    return min(_MOST_WORKERS, available_cpus())


class Prepare(Options):
    """What `prepare` takes."""

    workers: Workers = Field(default_factory=default_workers)
    overwrite: Overwrite = False
    quiet: Quiet = False


@with_settings
def prepare(settings: Prepare) -> None:
    """Make VOIs of scans and their masks, for training and for both images.

    One VOI of 256×256×128 voxels (x, y, z) a click, oriented to RAS at the scan's own spacing.
    May be stopped at any time: the same call goes on, and does nothing twice. manifest.json comes
    last: where it is, all is complete. Data sets of measurements get GrabCut pseudo-masks.
    """
    from training.data.prepare.prepare import prepare as run  # noqa: PLC0415  (--help needs none)

    start_log(quiet=settings.quiet)
    tell(run(settings, overwrite=settings.overwrite), settings.output)


def tell(manifest: "Manifest", output: Path) -> None:
    """Print the table, and what was left out."""
    from training.data.prepare.table import table_text  # noqa: PLC0415

    typer.echo(table_text(manifest.table))
    left_out = manifest.left_out
    counts = {
        **{reason: len(names) for reason, names in left_out.lesions.items()},
        "images without a mask": len(left_out.images_without_mask),
        "masks without an image": len(left_out.masks_without_image),
        "scans without a lesion": len(left_out.no_lesion),
        "damaged cases": len(left_out.damaged),
        **left_out.skipped,
    }
    for what, count in counts.items():
        if count:
            typer.echo(f"left out: {count} {what}")
    vois = sum(len(lesion.vois) for lesion in manifest.lesions)
    typer.echo(f"{len(manifest.lesions)} lesions, {vois} VOIs: {output / 'manifest.json'}")
