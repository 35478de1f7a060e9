"""What metrics.json holds of each lesion beyond its scores."""

from typing import Literal

from evaluation.results.section import Section
from uls.statistics.recist import Response

__all__ = ["LesionRecist", "OffCentre", "Response", "SurfaceScore"]


class OffCentre(Section):
    """The parts of a prediction that do not hold the click."""

    components: int
    """6-connected components of the prediction, the one that holds the click included."""
    off_centre: int
    """Components that do not hold the click."""
    off_centre_voxels: int
    """Voxels of those."""


class LesionRecist(Section):
    """A lesion as RECIST 1.1 looks at it."""

    axis: Literal["long", "short"]
    """The axis that counts: a lymph node's short axis, any other lesion's long axis."""
    limit_mm: float
    """What that axis must reach for the lesion to be measurable."""
    reference_mm: float
    """That axis in the reference."""
    prediction_mm: float | None
    """That axis in the prediction; 0 for an empty one, null where there was none."""
    measurable_by_reference: bool
    measurable_by_prediction: bool | None
    change: float | None
    """(prediction − reference) / reference; null where either is unknown or the reference 0."""
    response: Response | None
    """What `change` would be called if the reference were the baseline and the lesion unchanged;
    null where there is no change."""


class SurfaceScore(Section):
    """How close the surfaces of the two masks are."""

    dice: float
    """Surface Dice at the tolerance; 0 where one mask is empty."""
    tolerance_mm: float
    hausdorff_95_mm: float | None
    """95th percentile of the surface distances; null (infinite) where one mask is empty."""
