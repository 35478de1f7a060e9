"""The command `send`."""

from pathlib import Path
from typing import Annotated

import typer

from clinic.reading.private_faults import private_faults
from clinic.sending.destination import Destination, parse_destination
from uls.workshop import command_line
from uls.workshop.errors import CallError
from uls.workshop.options import Argument, Option, Quiet, Settings, Verbose, with_settings

__all__ = ["OUTBOX", "archive_option", "check_outbox", "send", "send_results"]

OUTBOX = "outbox"
TRIES = 5


def archive_option(name: str, what: str) -> Option:
    """Return the option that names an archive.

    Args:
        name: of the option.
        what: becomes of objects; the first words of the help.
    """
    return Option(
        name,
        metavar="ARCHIVE",
        help=f"{what} dicom://AE@host:port (C-STORE; ?from=AE names us) or https://host/…/studies "
        "(STOW-RS; ULS23_PACS_AUTHORIZATION holds what the header Authorization says).",
        parse=parse_destination,
    )


class Send(Settings):
    """What `send` takes."""

    folder: Annotated[
        Path | None,
        Argument(
            help="Results of `segment` or of the page, or a folder of such folders. Without it, "
            "what waits in --outbox is sent."
        ),
    ] = None
    to: Annotated[Destination | None, archive_option("--to", "Where to:")] = None
    outbox: Annotated[
        Path | None,
        Option(
            "--outbox",
            help="Where objects wait until the archive has them. Default: outbox/, beside FOLDER.",
            default="",
        ),
    ] = None
    tries: Annotated[
        int, Option("--tries", min=1, max=100, help="How often, with longer and longer pauses.")
    ] = TRIES
    quiet: Quiet = False
    verbose: Verbose = False


def outbox_beside(results: Path) -> Path:
    """Return the outbox of a folder of results: beside it."""
    return results.absolute().parent / OUTBOX


def check_outbox(results: Path) -> None:
    """Refuse a place where objects could not wait, before anything slow is begun.

    Raises:
        OutputError: something else lies there.
    """
    from clinic.sending.outbox import Outbox  # noqa: PLC0415  (--help needs none of it)

    Outbox(outbox_beside(results))


def send_results(
    results: Path, archive: Destination, *, outbox: Path | None = None, tries: int = TRIES
) -> int:
    """Send a folder of results, or of such folders; return how many objects the archive has.

    Raises:
        UserError: they cannot be sent, or not all are stored: those wait in the outbox.
    """
    from clinic.sending import deliver  # noqa: PLC0415  (--help needs none of it)
    from clinic.sending.objects import result_folders  # noqa: PLC0415
    from clinic.sending.outbox import Outbox  # noqa: PLC0415

    box = Outbox(outbox or outbox_beside(results))
    return deliver.send(box, result_folders(results), archive, tries=tries)


def _send_waiting(folder: Path, settings: Send) -> int:
    from clinic.sending import deliver  # noqa: PLC0415
    from clinic.sending.outbox import Outbox  # noqa: PLC0415

    outbox = Outbox(folder)
    waiting = outbox.waiting(None if settings.to is None else str(settings.to))
    n_objects = sum(len(one.waiting) for one in waiting)
    deliver.send_waiting(outbox, waiting, tries=settings.tries)
    return n_objects


@private_faults()
@with_settings
def send(settings: Send) -> None:
    """Send DICOM objects to an archive; what it does not take waits and is sent again."""
    command_line.start_log(quiet=settings.quiet, verbose=settings.verbose)
    if settings.folder is not None and settings.to is not None:
        n_objects = send_results(
            settings.folder, settings.to, outbox=settings.outbox, tries=settings.tries
        )
    elif settings.folder is None and settings.outbox is not None:
        n_objects = _send_waiting(settings.outbox, settings)
    else:
        raise CallError.about(
            "send", expected="FOLDER with --to, or --outbox alone", found="neither of them"
        )
    typer.echo(f"{n_objects} objects are in the archive.")
