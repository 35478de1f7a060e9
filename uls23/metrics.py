"""The challenge's measures on arrays, equal to the public evaluator's to the last bit.

Masks are (z, y, x), of any real dtype; each voxel that is not 0 belongs to the mask.
"""

from typing import Any

import numpy.typing as npt

from evaluation.scoring.lesion_scores import sape
from uls.geometry import axes, overlap
from uls.geometry.axes import LesionAxes
from uls.geometry.axis import Axis
from uls.geometry.cropped import cropped
from uls.geometry.voi import Spacing
from uls.statistics.challenge_score import challenge_score

__all__ = [
    "Axis",
    "LesionAxes",
    "challenge_score",
    "click_consistency",
    "dice",
    "lesion_axes",
    "sape",
]


def dice(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> float:
    """Return the overlap 2·|A∩B| / (|A|+|B|) of two masks; 0 when both are empty.

    Raises:
        ValueError: the masks differ in shape.
    """
    return overlap.dice(cropped(a), cropped(b))


def lesion_axes(mask: npt.NDArray[Any]) -> LesionAxes | None:
    """Return the two axes of a mask on its widest axial slice; None where they do not exist.

    They run from the centre of a pixel to that of another. `axes.long.length` is in pixels, which
    the challenge compares; `axes.long.length_mm(spacing_mm)` in mm.
    """
    return axes.lesion_axes(cropped(mask))


def click_consistency(
    a: npt.NDArray[Any], b: npt.NDArray[Any], *, shift_mm: Spacing, spacing_mm: Spacing
) -> float:
    """Return the Dice of the masks of two clicks on one lesion, once b is moved onto a.

    Args:
        a: mask of the first click's VOI.
        b: mask of the second click's VOI.
        shift_mm: shift between the clicks along (x, y, z) in mm, as the challenge's JSON has it.
        spacing_mm: voxel spacing along (x, y, z) of the first VOI.

    Raises:
        ValueError: the masks differ in shape.
    """
    first, second = cropped(a), cropped(b)
    if not first.n_voxels or not second.n_voxels:
        return 0.0
    move = overlap.click_move_zyx(shift_mm, spacing_mm, shape_zyx=first.shape_zyx)
    return overlap.moved_dice(first, second, move_zyx=move)
