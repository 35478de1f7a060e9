"""The command `page`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clinic.reading.private_faults import private_faults
from clinic.sending.command import OUTBOX
from clinic.sending.destination import Destination, parse_destination
from uls.workshop import command_line
from uls.workshop.errors import CallError

if TYPE_CHECKING:
    from clinic.sending.courier import Courier

__all__ = ["page"]


@private_faults()
def page(
    studies: Annotated[
        Path | None, typer.Argument(help="A folder of studies or scans, a study, or a scan.")
    ] = None,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", help="Where accepted lesions are written.")
    ] = None,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Of this machine. Default: a free one.")
    ] = 0,
    socket: Annotated[
        Path | None, typer.Option("--socket", help="A socket file instead of a port.")
    ] = None,
    pacs: Annotated[
        str | None,
        typer.Option(
            "--pacs",
            metavar="ARCHIVE",
            help="Where Send sends to: dicom://AE@host:port or https://host/…/studies.",
        ),
    ] = None,
    model: Annotated[
        Path | None, typer.Option("--model", help="Model folder. Default: the built-in one.")
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Show a synthetic scan; it needs no file.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Warnings and errors only.")] = False,
) -> None:
    """Open studies on a page in the browser: click, correct, accept, write."""
    command_line.start_log(quiet=quiet)
    if (studies is None) != demo:
        found = "both" if demo else "neither"
        raise CallError.about("page", expected="studies, or --demo", found=found)
    archive = None if pacs is None else parse_destination(pacs)
    if archive is not None and output is None:
        raise CallError.about("--pacs", expected="--output, where results wait", found="none")
    from clinic.page.catalogue import demo_catalogue, list_entries  # noqa: PLC0415
    from clinic.page.desk import Desk  # noqa: PLC0415  (--help needs none of it)
    from clinic.page.serve import serve  # noqa: PLC0415
    from clinic.segmentation.model import load  # noqa: PLC0415

    entries = demo_catalogue() if studies is None else list_entries(studies)
    courier = None if archive is None or output is None else _courier(output, archive)
    serve(Desk(entries, load(model), output, courier), port=port, socket_file=socket)


def _courier(output: Path, archive: Destination) -> "Courier":
    from clinic.sending.courier import Courier  # noqa: PLC0415
    from clinic.sending.deliver import warn_of_readers  # noqa: PLC0415
    from clinic.sending.outbox import Outbox  # noqa: PLC0415

    warn_of_readers(archive)
    return Courier(Outbox(output / OUTBOX), archive)
