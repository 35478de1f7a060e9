"""`python -m evaluation compare`: several submissions against each other."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["compare"]

_RESAMPLES = 10_000
_SEED = 23


def compare(
    files: Annotated[
        list[Path], typer.Argument(help="metrics.json of each submission, two or more.")
    ],
    *,
    names: Annotated[
        str,
        typer.Option(
            "--names",
            help="Their names in the same order, as a,b,… Default: the files' folders.",
            show_default=False,
        ),
    ] = "",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            help="Folder that gets compare.json and, with matplotlib, a figure for each pair. "
            "Default: the tables are printed only.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the resamples.")] = _SEED,
    resamples: Annotated[
        int, typer.Option("--resamples", min=100, help="How often lesions are drawn anew.")
    ] = _RESAMPLES,
) -> None:
    """Compare submissions: Wilcoxon's test with Holm's correction, and how sure the ranking is.

    All must have been scored against the same reference data. Lesions are resampled by patient
    where lesions.csv names patients. Needs the extra `report` (scipy).
    """
    from evaluation.compare.compare import compare_entries  # noqa: PLC0415  (--help needs none)
    from evaluation.compare.entries import read_entries  # noqa: PLC0415
    from evaluation.compare.files import (  # noqa: PLC0415
        draw_differences,
        write_comparison,
    )
    from evaluation.compare.paired import check_scipy  # noqa: PLC0415
    from evaluation.compare.table import comparison_table  # noqa: PLC0415
    from uls.workshop.atomic import check_writable  # noqa: PLC0415

    check_scipy()
    entries = read_entries(files, [name.strip() for name in names.split(",")] if names else [])
    if output is not None:
        check_writable(output)
    comparison = compare_entries(entries, resamples=resamples, seed=seed)
    typer.echo(comparison_table(comparison))
    if output is None:
        return
    typer.echo(f"\nWrote {write_comparison(comparison, output)}")
    figures = draw_differences(entries.entries, output)
    for path in figures:
        typer.echo(f"Wrote {path}")
    if not figures:
        typer.echo("No figures: matplotlib is not installed (the extra `report` has it).")
