"""The RECIST 1.1 view: which lesions are measurable, which errors would look like a response.

Responses are defined for a sum of diameters (`uls.statistics.recist`); here each lesion is taken as
if it were the only target.
"""

import re
from collections.abc import Sequence
from typing import Literal

from evaluation.results.lesion_sections import LesionRecist
from evaluation.results.metrics import Lesion, MaskMeasures
from evaluation.results.sections import RecistSummary
from evaluation.results.shares import share_of
from uls.geometry.voi import Spacing
from uls.statistics import recist
from uls.statistics.recist import Response, Target, measurable_limit_mm, reaches

__all__ = ["is_node", "lesion_recist", "recist_summary"]

_NODE = re.compile(r"(?<![a-z])(lymph|lymph-?nodes?|nodes?|lns?)(?![a-z])|adenopath")

Axis = Literal["long", "short"]


def is_node(lesion_type: str | None) -> bool:
    """Tell whether a lesion's type names a lymph node (but not a nodule, nor a lymphoma)."""
    return bool(lesion_type and _NODE.search(lesion_type.lower()))


def lesion_recist(
    reference: MaskMeasures,
    prediction: MaskMeasures | None,
    *,
    lesion_type: str | None,
    spacing_mm: Spacing,
) -> LesionRecist:
    """Look at one lesion as RECIST 1.1 does.

    Args:
        reference: what the reference mask measures.
        prediction: what the predicted mask measures, None where there was none.
        lesion_type: as lesions.csv has it; anything but a lymph node counts as a tumour.
        spacing_mm: along (x, y, z); slices are taken to be as thick as they are apart.
    """
    node = is_node(lesion_type)
    axis: Axis = "short" if node else "long"
    limit_mm = measurable_limit_mm(is_node=node, slice_mm=spacing_mm[2])
    expected = _length_mm(reference, axis)
    found = None if prediction is None else _length_mm(prediction, axis)
    known = found is not None and expected > 0
    return LesionRecist(
        axis=axis,
        limit_mm=limit_mm,
        reference_mm=expected,
        prediction_mm=found,
        measurable_by_reference=reaches(expected, limit_mm),
        measurable_by_prediction=None if found is None else reaches(found, limit_mm),
        change=(found - expected) / expected if known and found is not None else None,
        response=response(expected, found, node=node) if known and found is not None else None,
    )


def _length_mm(mask: MaskMeasures, axis: Axis) -> float:
    return mask.long_axis_mm if axis == "long" else mask.short_axis_mm


def response(baseline_mm: float, later_mm: float, *, node: bool) -> Response:
    """Name the change of a single lesion's axis from its baseline."""
    return recist.response([Target(baseline_mm, later_mm, is_node=node)])


def recist_summary(lesions: Sequence[Lesion]) -> RecistSummary:
    """Summarise the lesions' views; responses are of those that could be targets."""
    views = [lesion.recist for lesion in lesions if lesion.recist]
    predicted = [view for view in views if view.measurable_by_prediction is not None]
    targets = [view for view in predicted if view.measurable_by_reference]
    others = [view for view in predicted if not view.measurable_by_reference]
    return RecistSummary(
        measurable_by_reference=share_of(view.measurable_by_reference for view in views),
        measurable_by_prediction=share_of(bool(v.measurable_by_prediction) for v in predicted),
        lost=share_of(not view.measurable_by_prediction for view in targets),
        gained=share_of(bool(view.measurable_by_prediction) for view in others),
        stable=share_of(view.response is Response.STABLE for view in targets),
        progression=share_of(view.response is Response.PROGRESSION for view in targets),
        partial_response=share_of(view.response is Response.PARTIAL for view in targets),
        complete_response=share_of(view.response is Response.COMPLETE for view in targets),
    )
