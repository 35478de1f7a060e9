"""`python -m training release`: 3D pseudo-masks as an archive in the challenge's layout."""

from pathlib import Path
from typing import Annotated

import typer

from uls.workshop import command_line
from uls.workshop.options import Argument, Option, Quiet, Settings, with_settings

__all__ = ["release"]


class ReleaseOptions(Settings):
    """What `release` takes."""

    raw: Annotated[
        Path,
        Argument(
            metavar="RAW",
            help="Raw data set of 3D masks, such as RUN/raw-pseudo/DatasetNNN_Name_Pseudo of "
            "`semi-supervised`.",
        ),
    ]
    output: Annotated[Path, Option("--output", help="A new folder that gets the archive.")]
    manifest: Annotated[
        Path | None,
        Option(
            "--manifest",
            help="The folder that `grabcut` made: which data set a lesion is of, and who is held "
            "out.",
        ),
    ] = None
    dataset: Annotated[
        str | None,
        Option("--dataset", help="Without a manifest: the data set's name, such as DeepLesion."),
    ] = None
    images: Annotated[
        bool, Option("--images", help="Copy the VOIs, too, if their licence allows it.")
    ] = False
    overwrite: Annotated[bool, Option("--overwrite", help="Replace the folder if it is there.")] = (
        False
    )
    quiet: Quiet = False


@with_settings
def release(settings: ReleaseOptions) -> None:
    """Pack 3D pseudo-masks as the challenge releases masks: <data set>/labels/<name>.nii.gz.zip.

    Beside them lie split.json (what may be trained on, and what is held out), lesions.csv and
    SHA256SUMS. `prepare uls23=IMAGES,OUTPUT` reads it.
    """
    from training.nnunet.data.raw_dataset import RawDataset  # noqa: PLC0415  (--help needs none)
    from training.release.plan import plan_release  # noqa: PLC0415
    from training.release.write import write_release  # noqa: PLC0415

    command_line.start_log(quiet=settings.quiet)
    planned = plan_release(RawDataset.read(settings.raw), settings.manifest, settings.dataset)
    folder = write_release(
        planned, settings.output, with_images=settings.images, overwrite=settings.overwrite
    )
    sets = sorted(set(planned.dataset_of.values()))
    typer.echo(f"{len(planned.raw.cases)} masks of {', '.join(sets)}: {folder}")
