"""The published figures of the ULS23 baseline, beside which a report sets its own.

Source: M. J. J. de Grauw et al., The ULS23 challenge: a baseline model and benchmark dataset for 3D
universal lesion segmentation in computed tomography, Medical Image Analysis 102 (2025), test set.
"""

from typing import Final

__all__ = [
    "BASELINE",
    "BASELINE_DICE_BY_GROUP",
    "BASELINE_LESIONS",
    "BASELINE_NAME",
    "BASELINE_WITHIN_10_PERCENT",
]

BASELINE_NAME: Final = "nnUnet-ResEnc+SS"
"""Without mirroring."""

BASELINE_LESIONS: Final = 725

BASELINE: Final = {
    "ChallengeScore": (0.729, None),
    "SegmentationDice": (0.703, 0.240),
    "LongAxisErrorPercentage": (0.112, 0.158),
    "ShortAxisErrorPercentage": (0.120, 0.159),
    "ConsistencyDice": (0.787, 0.252),
}
"""Mean and standard deviation by the names of metrics.json; errors as fractions."""

BASELINE_WITHIN_10_PERCENT: Final = {"long axis": 0.692, "short axis": 0.648}

BASELINE_DICE_BY_GROUP: Final = {
    "kidney": 0.633,
    "lung": 0.761,
    "lymph node": 0.685,
    "bone": 0.419,
    "liver": 0.730,
    "pancreas": 0.707,
    "colon": 0.541,
    "fsup": 0.714,
    "psup": 0.631,
}
"""Mean Dice by lesion type and by training group, names in lower case."""
