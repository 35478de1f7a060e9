"""The command `page`."""

from pathlib import Path
from typing import Annotated

import typer

from clinic.reading.private_faults import private_faults
from uls.workshop import command_line
from uls.workshop.errors import CallError

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
    from clinic.page.catalogue import demo_catalogue, list_entries  # noqa: PLC0415
    from clinic.page.desk import Desk  # noqa: PLC0415  (--help needs none of it)
    from clinic.page.serve import serve  # noqa: PLC0415
    from clinic.segmentation.model import load  # noqa: PLC0415

    entries = demo_catalogue() if studies is None else list_entries(studies)
    serve(Desk(entries, load(model), output), port=port, socket_file=socket)
