"""A click or a box in a scan → what the model says of the VOI around it.

The VOI is cut and predicted just as `algorithm` does with a stack of such VOIs. A lesion that does
not fit is looked at through coarser ones.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from algorithm.inference.boxes import Box
from algorithm.inference.predictor import Predictor
from clinic.lesions.targets import GridTarget
from clinic.lesions.voi_cut import ONE, VoiCut
from clinic.scans.grid import Axial, Voxel
from clinic.scans.scan import Scan
from clinic.segmentation.coarser import coarser, factors_for_box
from uls.geometry.lesion import ClickedLesion, clicked
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX
from uls.workshop.errors import CallError, InputError

__all__ = ["Prediction", "clicked_lesion", "predict"]

_AIR_HU = -900
_AIR_WITHIN_MM = 5.0

_ENOUGH = 0.9
"""Of the first look's volume, that a coarser one must find: its blocks blur the border."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the model says of the VOI around a target.

    Attributes:
        target: what was pointed at.
        logit: the lesion's logit minus the background's, (z, y, x), the VOI's shape.
        click_zyx: the voxel of the VOI that counts as clicked.
        cut: how the VOI was cut from the scan.
        notes: what a person should know of how it came about.
    """

    target: GridTarget
    logit: npt.NDArray[np.float32]
    click_zyx: Voxel
    cut: VoiCut
    notes: tuple[str, ...] = ()


def predict(scan: Scan, target: GridTarget, predictor: Predictor) -> Prediction:
    """Predict where the lesion is in the VOI around a target.

    Where it reaches the VOI's edge and the scan goes on there, a coarser VOI is looked at, until
    the lesion fits. Should that find less than the first look did, the first one counts.

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
    first = _look(scan, target, predictor, _factors(scan, target))
    found, first_ml = first, _volume_ml(first)
    edges = _edges(found)
    while any(edges) and (factors := coarser(found.cut.factors, edges)) != found.cut.factors:
        found = _look(scan, target, predictor, factors)
        if _volume_ml(found) < _ENOUGH * first_ml:
            step = " × ".join(f"{mm:.3g}" for mm in found.cut.spacing_mm)
            note = f"at {step} mm (x, y, z) a coarser look did not find all that this one did"
            return replace(first, notes=(note,))
        edges = _edges(found)
    return found


def _look(scan: Scan, target: GridTarget, predictor: Predictor, factors: Voxel) -> Prediction:
    """Predict from one VOI; at factors of 1 it is the one that `algorithm` is given."""
    cut = VoiCut.around(scan, target.click_xyz, factors)
    voi = cut.cut(scan.grid.axial.view(scan.hu), scan.lowest_hu - 1)
    box = _box_in_voi(target, scan.grid.axial, cut)
    logit = predictor.predict(voi, spacing_mm=cut.spacing_mm, mirror=1, box=box)
    return Prediction(target, logit, CLICK_ZYX if box is None else box.click_zyx, cut)


def _factors(scan: Scan, target: GridTarget) -> Voxel:
    """Give the factors at which a target's box fits into the VOI."""
    if target.box is None:
        return ONE
    axial, (first, beyond) = scan.grid.axial, target.box
    x, y, z = (stop - 1 for stop in beyond)
    one, other = axial.index(_zyx(first)), axial.index((z, y, x))
    low, high = (tuple(f(pair) for pair in zip(one, other, strict=True)) for f in (min, max))
    click = axial.index(_zyx(target.click_xyz))
    return factors_for_box(click, (low[0], low[1], low[2]), (high[0], high[1], high[2]))


def _edges(prediction: Prediction) -> tuple[bool, bool, bool]:
    """Tell along which axes the lesion goes on beyond the VOI, where the scan does, too."""
    return prediction.cut.touched(clicked_lesion(prediction, 0.0).mask)[0]


def _volume_ml(prediction: Prediction) -> float:
    voxels = np.count_nonzero(clicked_lesion(prediction, 0.0).mask)
    return float(voxels * np.prod(prediction.cut.spacing_mm) / 1000)


def clicked_lesion(prediction: Prediction, threshold: float) -> ClickedLesion:
    """Keep the clicked lesion of a prediction, in the VOI."""
    return clicked(
        prediction.logit > threshold,
        spacing_mm=prediction.cut.spacing_mm,
        click_zyx=prediction.click_zyx,
    )


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


def _box_in_voi(target: GridTarget, axial: Axial, cut: VoiCut) -> Box | None:
    """Give a target's box in voxels of the VOI, cut off where it reaches beyond."""
    if target.box is None:
        return None
    first, beyond = target.box
    x, y, z = (stop - 1 for stop in beyond)
    corners = axial.index(_zyx(first)), axial.index((z, y, x))
    starts, stops = [], []
    for axis, (one, other) in enumerate(zip(*corners, strict=True)):
        starts.append(max(cut.index(axis, min(one, other)), 0))
        stops.append(min(cut.index(axis, max(one, other)) + 1, VOI_SHAPE_ZYX[axis]))
    return Box((starts[0], starts[1], starts[2]), (stops[0], stops[1], stops[2]))
