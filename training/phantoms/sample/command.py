"""`python -m training sample`: make the smoke run's input."""

import time
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["sample"]


def sample(
    output: Annotated[
        Path, typer.Option("--output", help="Folder that gets input/ and ground-truth/.")
    ],
    *,
    expected: Annotated[
        bool,
        typer.Option("--expected", help="Also what must come of it, for uls23 self-test."),
    ] = False,
) -> None:
    """Make the smoke run's input: 2 synthetic lesions, clicked 3 times each, and their references.

    The same on every run: 6 VOIs in one compressed stack, under 5 MB, in about 10 seconds.
    After the built-in model was replaced: --output test/sample --expected.
    """
    from training.phantoms.sample.stack import build_sample, write_sample  # noqa: PLC0415

    started = time.monotonic()
    files = write_sample(build_sample(), output)
    if expected:
        from training.phantoms.sample.expected import write_expected  # noqa: PLC0415

        files += write_expected(output)
    for file in files:
        typer.echo(f"{file.stat().st_size / 1e6:7.3f} MB  {file}")
    total = sum(file.stat().st_size for file in files) / 1e6
    typer.echo(f"{total:7.3f} MB in {time.monotonic() - started:.0f} s")
