"""Surface Dice and Hausdorff distance over all lesions."""

from collections.abc import Sequence

from evaluation.results.metrics import Lesion
from evaluation.results.sections import SurfaceSummary
from evaluation.results.shares import mean_std

__all__ = ["surface_summary"]


def surface_summary(lesions: Sequence[Lesion]) -> SurfaceSummary | None:
    """Summarise the surface scores; None where no lesion has any."""
    scores = [lesion.surface for lesion in lesions if lesion.surface]
    if not scores:
        return None
    finite = [s.hausdorff_95_mm for s in scores if s.hausdorff_95_mm is not None]
    return SurfaceSummary(
        tolerance_mm=scores[0].tolerance_mm,
        dice=mean_std([score.dice for score in scores]),
        hausdorff_95_mm=mean_std(finite),
        infinite=len(scores) - len(finite),
    )
