"""Surface scores, summed up."""

from synthetic_lesions import lesion

from evaluation.analysis.surface_summary import surface_summary
from evaluation.results.lesion_sections import SurfaceScore
from evaluation.results.quantities import MeanStd


def score(dice: float, hausdorff: float | None) -> SurfaceScore:
    return SurfaceScore(dice=dice, tolerance_mm=2, hausdorff_95_mm=hausdorff)


def test_infinite_distances_are_counted_apart() -> None:
    lesions = [
        lesion(surface=score(1.0, 2.0)),
        lesion(surface=score(0.5, 4.0)),
        lesion(surface=score(0.0, None)),
        lesion(no_prediction=True),
    ]
    found = surface_summary(lesions)
    assert found is not None
    assert (found.tolerance_mm, found.infinite) == (2, 1)
    assert found.dice == MeanStd(mean=0.5, std=0.5, count=3)
    assert (found.hausdorff_95_mm.mean, found.hausdorff_95_mm.count) == (3, 2)


def test_is_null_unless_asked_for() -> None:
    assert surface_summary([lesion()]) is None
