"""Numbers as text for people."""

from typing import Any

__all__ = ["exactly", "shortest"]


def exactly(value: float) -> str:
    """Write a number so that it is not taken for another: 1.0000001 is not shown as 1."""
    return f"{value:.0f}" if float(value).is_integer() else str(value)


def shortest(value: Any) -> float:
    """Give the number with the fewest digits that means the same voxel value.

    The float32 nearest to 0.99998 is 0.99997997…; people wrote, and should read, 0.99998.
    """
    return float(str(value))
