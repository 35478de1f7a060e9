"""Surface Dice and the 95th percentile of surface distances, by DeepMind's `surface-distance`.

Source: S. Nikolov et al., Clinically applicable segmentation of head and neck anatomy for
radiotherapy, J. Med. Internet Res. 23 (2021); the library's surface elements have areas in mm².
"""

import math
import warnings
from types import ModuleType

import numpy as np
import numpy.typing as npt

from evaluation.results.lesion_sections import SurfaceScore
from uls.geometry.cropped import CroppedMask
from uls.geometry.voi import Spacing
from uls.workshop.errors import CallError
from uls.workshop.extras import how_to_install

__all__ = ["TOLERANCE_MM", "surface_library", "surface_score"]

TOLERANCE_MM = 2.0
"""Surfaces nearer than this count as equal. Ours: the smallest lesion that RECIST 1.1 measures has
five times this diameter."""

_PERCENT = 95


def surface_library() -> ModuleType:
    """Import the library, which is not part of the evaluation image.

    Raises:
        CallError: it is not installed.
    """
    try:
        import surface_distance  # noqa: PLC0415  (an extra, and scipy behind it)
    except ImportError as error:
        raise CallError.about(
            "--surface",
            expected="the package surface-distance",
            found=f"none that can be imported ({error})",
            hint=f"{how_to_install('report')}.",
        ) from error
    library: ModuleType = surface_distance
    return library


def surface_score(
    reference: CroppedMask, prediction: CroppedMask, *, spacing_mm: Spacing
) -> SurfaceScore:
    """Compare two surfaces, in the box that holds both masks.

    Args:
        reference: the reference mask.
        prediction: the predicted mask of the same VOI.
        spacing_mm: along (x, y, z).

    Raises:
        CallError: the library is not installed.
    """
    library = surface_library()
    if not reference.n_voxels or not prediction.n_voxels:
        return SurfaceScore(dice=0.0, tolerance_mm=TOLERANCE_MM, hausdorff_95_mm=None)
    a, b = _in_common_box(reference, prediction)
    with warnings.catch_warnings():  # it calls SciPy by names that SciPy 2 will no longer have
        warnings.simplefilter("ignore", DeprecationWarning)
        distances = library.compute_surface_distances(a, b, spacing_mm[::-1])
    dice = float(library.compute_surface_dice_at_tolerance(distances, TOLERANCE_MM))
    hausdorff = float(library.compute_robust_hausdorff(distances, _PERCENT))
    return SurfaceScore(
        dice=dice,
        tolerance_mm=TOLERANCE_MM,
        hausdorff_95_mm=hausdorff if math.isfinite(hausdorff) else None,
    )


def _in_common_box(a: CroppedMask, b: CroppedMask) -> list[npt.NDArray[np.bool_]]:
    """Give both masks in the smallest box that holds both."""
    corner = np.minimum(a.corner_zyx, b.corner_zyx)
    stop = np.maximum(np.add(a.corner_zyx, a.voxels.shape), np.add(b.corner_zyx, b.voxels.shape))
    boxes = []
    for mask in (a, b):
        box = np.zeros(stop - corner, dtype=np.bool_)
        start = np.subtract(mask.corner_zyx, corner)
        inside = tuple(
            slice(i, i + n) for i, n in zip(start.tolist(), mask.voxels.shape, strict=True)
        )
        box[inside] = mask.voxels
        boxes.append(box)
    return boxes
