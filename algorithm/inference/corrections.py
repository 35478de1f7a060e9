"""Corrections: further clicks of a user, in the lesion where some is missing, or where too much is.

They are for programs that ask again after showing a mask; a job of the challenge has none.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from uls.workshop.errors import CallError

__all__ = ["Correction", "check_corrections"]

Zyx = tuple[int, int, int]


@dataclass(frozen=True)
class Correction:
    """One further click.

    Attributes:
        voxel_zyx: of the VOI.
        inside: it lies in the lesion; else outside of it.
    """

    voxel_zyx: Zyx
    inside: bool


def check_corrections(corrections: Sequence[Correction], shape_zyx: Sequence[int]) -> None:
    """Refuse corrections that lie outside the VOI, or that contradict each other.

    Args:
        corrections: in the order in which they were made.
        shape_zyx: of the VOI.

    Raises:
        CallError: one of them is wrong.
    """
    said: dict[Zyx, bool] = {}
    for number, correction in enumerate(corrections, start=1):
        at = correction.voxel_zyx
        subject = f"correction {number}"
        within = len(at) == len(shape_zyx) and all(
            0 <= place < size for place, size in zip(at, shape_zyx, strict=True)
        )
        if not within:
            expected = f"a voxel (z, y, x) of a VOI of {_sizes(shape_zyx)} voxels"
            raise CallError.about(subject, expected=expected, found=_sizes(at))
        if said.setdefault(at, correction.inside) != correction.inside:
            raise CallError.about(
                subject,
                expected="a voxel that is either in the lesion or outside",
                found=f"({', '.join(map(str, at))}) corrected as both",
                hint="Leave out the earlier correction there.",
            )


def _sizes(values: Sequence[int]) -> str:
    return " x ".join(map(str, values))
