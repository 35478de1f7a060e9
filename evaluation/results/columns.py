"""Rows of text as a table with aligned columns."""

from collections.abc import Collection, Sequence

__all__ = ["Row", "aligned"]

Row = tuple[str, ...]


def aligned(headings: Row, rows: Sequence[Row], *, words: Collection[int] = (0,)) -> str:
    """Lay out a table: the columns in `words` to the left, all others (figures) to the right."""
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in words else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (headings, *rows)
    )
