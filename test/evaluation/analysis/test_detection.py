"""Found, missed, and marked beside the lesion."""

from synthetic_lesions import lesion, measures

from evaluation.analysis.detection import detection
from evaluation.results.lesion_sections import OffCentre

ALONE = OffCentre(components=1, off_centre=0, off_centre_voxels=0)
NOTHING = OffCentre(components=0, off_centre=0, off_centre_voxels=0)


def test_every_kind_of_prediction_is_counted_once_where_it_belongs() -> None:
    lesions = [
        lesion(0.11, off_centre=ALONE),
        lesion(0.1, off_centre=ALONE),  # not above 0.1
        lesion(0.9, off_centre=OffCentre(components=3, off_centre=2, off_centre_voxels=7)),
        lesion(0.0, off_centre=OffCentre(components=2, off_centre=2, off_centre_voxels=40)),
        lesion(0.0, off_centre=NOTHING, prediction=measures(0, 0, voxels=0)),
        lesion(0.0, no_prediction=True),
    ]
    found = detection(lesions)
    assert (found.detected.count, found.detected.of) == (2, 6)
    assert (found.empty_prediction.count, found.empty_prediction.of) == (1, 6)
    assert (found.without_prediction.count, found.without_prediction.of) == (1, 6)
    assert (found.misses_click.count, found.misses_click.of) == (1, 6)
    assert (found.off_centre.count, found.off_centre.of) == (2, 6)
    assert (found.off_centre_components, found.off_centre_voxels) == (4, 47)
