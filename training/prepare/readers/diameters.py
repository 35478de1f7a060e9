"""What a measurement must be: two points apart, and pixels of a size that scanners have."""

from training.prepare.case import Line
from training.prepare.readers.table_rows import Row

__all__ = ["check_line", "check_spacing"]

_LEAST_MM, _MOST_MM = 0.01, 100.0


def check_line(row: Row, column: str, line: Line) -> None:
    """Make sure that a diameter has a length.

    Raises:
        InputError: its two ends are one point.
    """
    if line[0] == line[1]:
        raise row.error(column, "two ends of the long diameter", f"{line[0]} twice")


def check_spacing(row: Row, column: str, spacing_mm: tuple[float, float, float]) -> None:
    """Make sure that a spacing is one that a CT can have.

    Raises:
        InputError: a number of it is 0, negative, or beyond what is plausible.
    """
    if not all(_LEAST_MM <= step <= _MOST_MM for step in spacing_mm):
        raise row.error(column, f"three spacings from {_LEAST_MM:g} to {_MOST_MM:g} mm")
