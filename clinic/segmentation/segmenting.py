"""A prediction of a VOI → the lesion's mask on the scan's grid, and its measurements.

The clicked lesion is searched for just as `algorithm` does with a stack of such VOIs, so the mask
of a lesion that fits into the VOI is the same, voxel for voxel.
"""

import numpy as np
import numpy.typing as npt

from clinic.lesions.cautions import cautions
from clinic.lesions.lesion import Lesion
from clinic.lesions.measurements import Measurements, measure
from clinic.scans.scan import Scan
from clinic.segmentation.coarser import put_back
from clinic.segmentation.predicting import Prediction, clicked_lesion
from uls.geometry.cropped import CroppedMask, cropped
from uls.geometry.lesion import ClickedLesion

__all__ = ["lesion_at", "warnings_of"]

_SURE = 2.0
"""Logits between which a lesion's edge is called unsharp."""


def lesion_at(scan: Scan, prediction: Prediction, *, threshold: float = 0.0) -> Lesion:
    """Keep the clicked lesion of a prediction, lay it on the scan's grid, and measure it.

    Args:
        scan: the scan.
        prediction: of the VOI around the target.
        threshold: logit above which voxels are the lesion's; 0 is the model's own.
    """
    target = prediction.target
    kept = clicked_lesion(prediction, threshold)
    mask = _on_scan(prediction, kept.mask, scan, threshold)
    measured = measure(mask, scan.hu, scan.grid)
    return Lesion(
        target=target,
        click_mm=scan.grid.to_mm(target.click_xyz),
        mask=mask,
        measurements=measured,
        warnings=warnings_of(scan, prediction, kept, measured),
        stability=_stability(prediction) if measured else None,
    )


def warnings_of(
    scan: Scan, prediction: Prediction, kept: ClickedLesion, measured: Measurements | None
) -> tuple[str, ...]:
    """Say what is odd about a lesion, and about how it came about."""
    found = cautions(scan, prediction.cut, kept, measured)
    return (*found, *prediction.notes)


def _stability(prediction: Prediction) -> float:
    narrow, wide = (
        np.count_nonzero(clicked_lesion(prediction, logit).mask) for logit in (_SURE, -_SURE)
    )
    return round(narrow / wide, 4) if wide else 0.0


def _on_scan(
    prediction: Prediction, voi_mask: npt.NDArray[np.bool_], scan: Scan, threshold: float
) -> CroppedMask:
    """Lay a VOI's mask on the scan's array; what lies beyond the scan is cut off."""
    axial, cut = scan.grid.axial, prediction.cut
    if cut.is_coarse:
        box, start = put_back(prediction.logit, voi_mask, cut, threshold)
    else:
        found = cropped(voi_mask)
        box = found.voxels
        start = [corner + cut.start(axis) for axis, corner in enumerate(found.corner_zyx)]
    inside = tuple(
        slice(max(-first, 0), max(min(n, whole - first), 0))
        for first, n, whole in zip(start, box.shape, cut.size, strict=True)
    )
    voxels = box[inside]
    corner = [first + part.start for first, part in zip(start, inside, strict=True)]
    if not voxels.any():
        return CroppedMask(np.zeros((0, 0, 0), np.bool_), (0, 0, 0), scan.grid.shape_zyx)
    last = [c + n - 1 for c, n in zip(corner, voxels.shape, strict=True)]
    ends = [axial.stored(corner), axial.stored(last)]
    z, y, x = (round(min(pair)) for pair in zip(*ends, strict=True))
    back = np.flip(voxels, axial.reversed_axes).transpose(np.argsort(axial.order))
    again = cropped(np.ascontiguousarray(back))
    dz, dy, dx = again.corner_zyx
    return CroppedMask(again.voxels, (z + dz, y + dy, x + dx), scan.grid.shape_zyx)
