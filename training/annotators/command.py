"""`python -m training annotators`: several masks of a lesion into one, and where they differ."""

from pathlib import Path
from typing import Annotated

import typer

from training.annotators.review import Limits
from uls.workshop import command_line
from uls.workshop.options import Argument, Option, Quiet, Settings, with_settings

__all__ = ["annotators"]


class Annotators(Settings):
    """What `annotators` takes."""

    masks: Annotated[
        Path,
        Argument(
            help="Folder with a folder of masks for each annotator, a file a lesion and the same "
            "name in all; or with files that end in _rad<n>, _reader<n> or _annotator<n>."
        ),
    ]
    output: Annotated[Path, Option("--output", help="A new folder that gets it all.")]
    limits: Limits = Limits()
    overwrite: Annotated[bool, Option("--overwrite", help="Replace the folder if it is there.")] = (
        False
    )
    quiet: Quiet = False


@with_settings
def annotators(settings: Annotators) -> None:
    """Vote several annotators' masks of a lesion into one, and list what a person should look at.

    Writes majority/ (what more than half drew; `prepare pairs=…` reads it), staple/ beside it,
    agreement.csv, pairs.csv (Dice of every two) and review.csv, the least agreement first. A
    lesion with one mask only is not voted on, and is in review.csv.
    """
    from training.annotators.files import summary, write_all, write_masks  # noqa: PLC0415
    from training.annotators.find import find_masks  # noqa: PLC0415  (--help needs none of it)
    from training.annotators.lesion import judge  # noqa: PLC0415
    from training.annotators.review import reviews  # noqa: PLC0415
    from uls.workshop.beside import new_folder  # noqa: PLC0415
    from uls.workshop.progress import progress  # noqa: PLC0415

    command_line.start_log(quiet=settings.quiet)
    drawn = find_masks(settings.masks)
    several = {name: files for name, files in drawn.masks.items() if len(files) > 1}
    with new_folder(settings.output, overwrite=settings.overwrite) as folder:
        judged = []
        shown = progress(several.items(), about="Comparing", total=len(several), unit="lesions")
        for name, files in shown:
            one = judge(name, files)
            write_masks(one, folder)
            judged.append(one)
        listed = reviews(judged, drawn.masks, drawn.annotators, settings.limits)
        write_all(judged, listed, folder)
    typer.echo(summary(judged, listed, len(drawn.masks)))
    typer.echo(f"Wrote {settings.output}")
