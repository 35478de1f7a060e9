"""A click or a box in a scan → the lesion's mask on the scan's grid, and its measurements.

The VOI is cut, predicted and searched for the clicked lesion just as `algorithm` does with a stack
of such VOIs, so the mask is the same, voxel for voxel.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from algorithm.inference.boxes import Box
from algorithm.inference.predictor import Predictor
from clinic.lesions.cautions import cautions
from clinic.lesions.lesion import Lesion
from clinic.lesions.measurements import measure
from clinic.lesions.targets import GridTarget
from clinic.scans.grid import Axial, Voxel
from clinic.scans.scan import Scan
from uls.geometry.cropped import CroppedMask, cropped
from uls.geometry.lesion import ClickedLesion, clicked
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX, cut_voi
from uls.workshop.errors import CallError, InputError

__all__ = ["Prediction", "clicked_lesion", "lesion_at", "predict"]

_SURE = 2.0
"""Logits between which a lesion's edge is called unsharp."""

_AIR_HU = -900
_AIR_WITHIN_MM = 5.0


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the model says of the VOI around a target.

    Attributes:
        target: what was pointed at.
        logit: the lesion's logit minus the background's, (z, y, x), the VOI's shape.
        click_zyx: the voxel of the VOI that counts as clicked.
    """

    target: GridTarget
    logit: npt.NDArray[np.float32]
    click_zyx: Voxel


def predict(scan: Scan, target: GridTarget, predictor: Predictor) -> Prediction:
    """Predict where the lesion is in the VOI around a target.

    Raises:
        CallError: a box for a model that takes none.
        InputError: the target lies in air.
        ModelError: the model failed.
    """
    if target.box is not None and not predictor.takes_boxes:
        raise CallError.about(
            f"box of lesion {target.name}",
            expected="a model that takes boxes (kind zoom)",
            found="one that knows clicks only",
            hint="Click on the lesion instead, or name another model by --model.",
        )
    _check_not_air(scan, target)
    axial = scan.grid.axial
    click = axial.index(_zyx(target.click_xyz))
    voi = cut_voi(axial.view(scan.hu), click, fill=scan.lowest_hu - 1)
    box = _box_in_voi(target, axial, click)
    logit = predictor.predict(voi, spacing_mm=axial.spacing_mm, mirror=1, box=box)
    return Prediction(target, logit, CLICK_ZYX if box is None else box.click_zyx)


def lesion_at(scan: Scan, prediction: Prediction, *, threshold: float = 0.0) -> Lesion:
    """Keep the clicked lesion of a prediction, lay it on the scan's grid, and measure it.

    Args:
        scan: the scan.
        prediction: of the VOI around the target.
        threshold: logit above which voxels are the lesion's; 0 is the model's own.
    """
    target = prediction.target
    kept = clicked_lesion(scan, prediction, threshold)
    mask = _on_scan(kept.mask, scan, target)
    measured = measure(mask, scan.hu, scan.grid)
    return Lesion(
        target=target,
        click_mm=scan.grid.to_mm(target.click_xyz),
        mask=mask,
        measurements=measured,
        warnings=tuple(cautions(scan, target, kept, measured)),
        stability=_stability(scan, prediction) if measured else None,
    )


def clicked_lesion(scan: Scan, prediction: Prediction, threshold: float) -> ClickedLesion:
    """Keep the clicked lesion of a prediction, in the VOI."""
    return clicked(
        prediction.logit > threshold,
        spacing_mm=scan.grid.axial.spacing_mm,
        click_zyx=prediction.click_zyx,
    )


def _stability(scan: Scan, prediction: Prediction) -> float:
    narrow, wide = (
        np.count_nonzero(clicked_lesion(scan, prediction, logit).mask) for logit in (_SURE, -_SURE)
    )
    return round(narrow / wide, 4) if wide else 0.0


def _zyx(voxel_xyz: Voxel) -> Voxel:
    x, y, z = voxel_xyz
    return z, y, x


def _check_not_air(scan: Scan, target: GridTarget) -> None:
    """Refuse a click with nothing but air around it, which no lesion can be near."""
    click = _zyx(target.click_xyz)
    around = tuple(
        slice(max(at - reach, 0), at + reach + 1)
        for at, reach in zip(
            click,
            (round(_AIR_WITHIN_MM / step) for step in scan.grid.spacing_mm[::-1]),
            strict=True,
        )
    )
    if target.box is None and scan.hu[around].max() < _AIR_HU:
        raise InputError.about(
            f"click of lesion {target.name}",
            expected=f"tissue within {_AIR_WITHIN_MM:g} mm",
            found=f"air only ({scan.hu[click]:.0f} HU at the click)",
            hint="Check the order of the numbers (x,y,z), and --mm with its axes.",
        )


def _box_in_voi(target: GridTarget, axial: Axial, click: Voxel) -> Box | None:
    """Give a target's box in voxels of the VOI, cut off where it reaches beyond."""
    if target.box is None:
        return None
    first, beyond = target.box
    x, y, z = (stop - 1 for stop in beyond)
    corners = axial.index(_zyx(first)), axial.index((z, y, x))
    starts, stops = [], []
    for one, other, at, centre, size in zip(*corners, click, CLICK_ZYX, VOI_SHAPE_ZYX, strict=True):
        starts.append(max(min(one, other) - at + centre, 0))
        stops.append(min(max(one, other) + 1 - at + centre, size))
    return Box((starts[0], starts[1], starts[2]), (stops[0], stops[1], stops[2]))


def _on_scan(voi_mask: npt.NDArray[np.bool_], scan: Scan, target: GridTarget) -> CroppedMask:
    """Lay a VOI's mask on the scan's array; what lies beyond the scan is cut off."""
    axial = scan.grid.axial
    click = axial.index(_zyx(target.click_xyz))
    size: Any = tuple(scan.grid.shape_zyx[axis] for axis in axial.order)
    found = cropped(voi_mask)
    start = [
        c + at - centre for c, at, centre in zip(found.corner_zyx, click, CLICK_ZYX, strict=True)
    ]
    inside = tuple(
        slice(max(-first, 0), max(min(n, whole - first), 0))
        for first, n, whole in zip(start, found.voxels.shape, size, strict=True)
    )
    voxels = found.voxels[inside]
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
