"""The ChallengeScore: four means weighed into one number.

Source: M. J. J. de Grauw et al., The ULS23 challenge, Medical Image Analysis (2025).
"""

import numpy as np
import numpy.typing as npt

__all__ = ["challenge_score", "challenge_scores"]

_DICE_WEIGHT = 0.8
_AXIS_WEIGHT = 0.05
_CONSISTENCY_WEIGHT = 0.1
"""The axis weight counts twice."""

_Floats = npt.NDArray[np.float64]


def challenge_score(
    dice: float | None,
    long_axis_error: float | None,
    short_axis_error: float | None,
    consistency: float | None,
) -> float | None:
    """Return the ChallengeScore of the four means; None where one of them is not known."""
    if dice is None or long_axis_error is None or short_axis_error is None or consistency is None:
        return None
    return (
        _DICE_WEIGHT * dice
        + _AXIS_WEIGHT * (1 - min(1, long_axis_error))
        + _AXIS_WEIGHT * (1 - min(1, short_axis_error))
        + _CONSISTENCY_WEIGHT * consistency
    )


def challenge_scores(
    dice: _Floats, long_axis_error: _Floats, short_axis_error: _Floats, consistency: _Floats
) -> _Floats:
    """Return the ChallengeScore of many submissions or resamples at once; NaN means not known."""
    return (
        _DICE_WEIGHT * dice
        + _AXIS_WEIGHT * (1 - np.minimum(1, long_axis_error))
        + _AXIS_WEIGHT * (1 - np.minimum(1, short_axis_error))
        + _CONSISTENCY_WEIGHT * consistency
    )
