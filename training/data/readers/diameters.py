"""What a measurement must be: two points apart, and pixels of a size that scanners have."""

from training.data.cases.case import Line
from training.data.readers.table_rows import Row
from uls.geometry.voi import SPACING_LIMITS_MM, Spacing, is_plausible_spacing

__all__ = ["check_line", "check_spacing"]


def check_line(row: Row, column: str, line: Line) -> None:
    """Make sure that a diameter has a length.

    Raises:
        InputError: its two ends are one point.
    """
    if line[0] == line[1]:
        raise row.error(column, "two ends of the long diameter", f"{line[0]} twice")


def check_spacing(row: Row, column: str, spacing_mm: Spacing) -> None:
    """Make sure that a spacing is one that a CT can have.

    Raises:
        InputError: a number of it is 0, negative, or beyond what is plausible.
    """
    if not all(map(is_plausible_spacing, spacing_mm)):
        least, most = SPACING_LIMITS_MM
        raise row.error(column, f"three spacings from {least:g} to {most:g} mm")
