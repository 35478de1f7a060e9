"""How well readers agree with each other on a lesion: what no model can be asked to surpass."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from uls.workshop.errors import InputError

__all__ = ["ReadersScore", "readers_agreement"]

_SIZES_MM = ((0.0, 10.0), (10.0, 20.0), (20.0, float("inf")))
"""Diameters between which nodules are put together."""


@dataclass(frozen=True)
class ReadersScore:
    """How well the readers of some nodules agree.

    Attributes:
        name: which nodules.
        nodules: outlined by two readers and more.
        dice: mean over nodules of the mean Dice between two readers.
    """

    name: str
    nodules: int
    dice: float


def readers_agreement(shapes: Path) -> tuple[ReadersScore, ...]:
    """Read how well the readers of LIDC-IDRI agree, by size of the nodule.

    Args:
        shapes: a file that `starter shapes` made.

    Raises:
        InputError: it is missing, or none.
    """
    try:
        with np.load(shapes, allow_pickle=False) as arrays:
            dice, diameter = arrays["readers_dice"], 2 * arrays["radius_mm"]
    except (OSError, ValueError, KeyError) as error:
        raise InputError.about(
            shapes,
            expected="a bank of shapes",
            found=str(error),
            hint="`python -m training starter shapes` makes one.",
        ) from error
    known = ~np.isnan(dice)
    parts = [
        (_name(low, high), known & (diameter >= low) & (diameter < high)) for low, high in _SIZES_MM
    ]
    return tuple(
        ReadersScore(name, int(np.count_nonzero(part)), float(dice[part].mean()))
        for name, part in [*parts, ("all", known)]
        if part.any()
    )


def _name(low: float, high: float) -> str:
    if low == 0:
        return f"below {high:g} mm"
    return f"{low:g} mm and more" if np.isinf(high) else f"{low:g} to {high:g} mm"
