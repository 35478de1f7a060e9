"""How far looks at one click agree on the lesion's size, and which of them to believe."""

import math
from collections.abc import Sequence

from algorithm.inference.zoom_measure import Found, score
from algorithm.models.zoom_settings import ZoomSettings

__all__ = ["best", "share_as_large"]


def best(lesions: Sequence[Found], settings: ZoomSettings) -> Found:
    """Return the lesion with the highest score, raised where other looks found one as large."""
    if len(lesions) == 1:
        return lesions[0]
    return max(lesions, key=lambda lesion: _credit(lesion, lesions, settings))


def _credit(lesion: Found, lesions: Sequence[Found], settings: ZoomSettings) -> float:
    """Give a lesion's score, and more the more other looks found one as large."""
    alike = [abs(math.log(lesion.diameter_mm / other.diameter_mm)) for other in lesions]
    share = (sum(apart < math.log(settings.same_size) for apart in alike) - 1) / len(lesions)
    return score(lesion, settings) + settings.agreement_weight * share


def share_as_large(diameters_mm: Sequence[float], lesion: Found, settings: ZoomSettings) -> float:
    """Give the share of the first looks that found a lesion as large as this one.

    Args:
        diameters_mm: of the lesions that they found; the looks that found none are missing.
        lesion: this one.
        settings: the search's hyper-parameters.
    """
    apart = (abs(math.log(one / lesion.diameter_mm)) for one in diameters_mm)
    alike = sum(one < math.log(settings.same_size) for one in apart)
    return alike / len(settings.start_steps_mm)
