"""The published figures of the ULS23 baseline, beside which a report sets its own.

Source: M. J. J. de Grauw et al., The ULS23 challenge: a baseline model and benchmark dataset for 3D
universal lesion segmentation in computed tomography, Medical Image Analysis 102 (2025), test set.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

__all__ = [
    "BASELINE",
    "BASELINE_DICE_BY_GROUP",
    "BASELINE_LESIONS",
    "BASELINE_NAME",
    "BASELINE_WITHIN_10_PERCENT",
    "PUBLISHED_MODELS",
    "PublishedModel",
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


@dataclass(frozen=True)
class PublishedModel:
    """One row of the paper's table of models; what is not known here is left out.

    Attributes:
        name: of the model.
        mirrored: with test-time augmentation (mirroring over all axes, 8 passes).
        means: mean and standard deviation by the names of metrics.json; errors as fractions.
        dice_by_group: mean Dice by lesion type and training group, names in lower case.
    """

    name: str
    mirrored: bool
    means: Mapping[str, tuple[float, float | None]]
    dice_by_group: Mapping[str, float] = field(default_factory=dict)


def _dice(name: str, plain: float, mirrored: float) -> tuple[PublishedModel, PublishedModel]:
    """Give a model of which only its mean Dice is known, without and with augmentation."""
    return (
        PublishedModel(name, mirrored=False, means={"SegmentationDice": (plain, None)}),
        PublishedModel(name, mirrored=True, means={"SegmentationDice": (mirrored, None)}),
    )


PUBLISHED_MODELS: Final = (
    *_dice("nnUnet", 0.651, 0.665),
    *_dice("nnUnet-ResEnc", 0.700, 0.707),
    PublishedModel(
        BASELINE_NAME,
        mirrored=False,
        means={name: figures for name, figures in BASELINE.items() if name != "ChallengeScore"},
        dice_by_group=BASELINE_DICE_BY_GROUP,
    ),
    _dice(BASELINE_NAME, BASELINE["SegmentationDice"][0], 0.715)[1],
)
"""The three models, each without and with test-time augmentation."""
