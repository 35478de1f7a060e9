"""Which lesions were found, which missed, and what was marked beside them."""

from collections.abc import Sequence

from evaluation.results.metrics import Lesion
from evaluation.results.sections import Detection
from evaluation.results.shares import share_of

__all__ = ["DETECTED_ABOVE", "detection", "is_detected"]

DETECTED_ABOVE = 0.1
"""Dice above which a lesion counts as found."""


def is_detected(lesion: Lesion) -> bool:
    """Tell whether a prediction found its lesion."""
    return lesion.dice > DETECTED_ABOVE


def detection(lesions: Sequence[Lesion]) -> Detection:
    """Summarise what was found; every share is of all lesions."""
    apart = [lesion.off_centre for lesion in lesions if lesion.off_centre]
    return Detection(
        detected=share_of(is_detected(lesion) for lesion in lesions),
        without_prediction=share_of(lesion.prediction is None for lesion in lesions),
        empty_prediction=share_of(_is_empty(lesion) for lesion in lesions),
        misses_click=share_of(_misses_click(lesion) for lesion in lesions),
        off_centre=share_of(_has_off_centre(lesion) for lesion in lesions),
        off_centre_components=sum(part.off_centre for part in apart),
        off_centre_voxels=sum(part.off_centre_voxels for part in apart),
    )


def _is_empty(lesion: Lesion) -> bool:
    return lesion.prediction is not None and not lesion.prediction.voxels


def _misses_click(lesion: Lesion) -> bool:
    """Tell whether there are components, and none of them holds the click."""
    part = lesion.off_centre
    return part is not None and 0 < part.components == part.off_centre


def _has_off_centre(lesion: Lesion) -> bool:
    return lesion.off_centre is not None and lesion.off_centre.off_centre > 0
