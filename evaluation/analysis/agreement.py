"""How far predicted and reference axes agree: within 10 %, and Bland and Altman's limits."""

from collections.abc import Callable, Sequence

from evaluation.results.metrics import Lesion, MaskMeasures
from evaluation.results.sections import Agreement, AxisAgreement, BlandAltman, ObserverStudy
from evaluation.results.shares import share_of
from uls.statistics.bland_altman import DEVIATIONS, limits_of_agreement

__all__ = ["YOON_2016", "agreement", "bland_altman", "is_within_10_percent"]

_WITHIN = 0.1
_ROUNDING = 1e-9
"""Relative; a prediction of exactly 110 % must not fall out by the last bit."""

_YOON_BIAS, _YOON_STD = 1.6, 12.1
YOON_2016 = ObserverStudy(
    source="Yoon 2016, repeated readings of one observer",
    bias=_YOON_BIAS,
    bias_lower=-2.8,
    bias_upper=6.0,
    std=_YOON_STD,
    lower=_YOON_BIAS - DEVIATIONS * _YOON_STD,
    upper=_YOON_BIAS + DEVIATIONS * _YOON_STD,
)
"""Relative measurement difference in %, its 95 % interval, and the pooled standard deviation."""

Lengths = tuple[float, float | None]
"""An axis in the reference and in the prediction (None: no prediction), in mm."""


def agreement(lesions: Sequence[Lesion]) -> Agreement:
    """Compare both axes, in mm (where pixels are square, ratios are those of voxels)."""
    return Agreement(
        long_axis=_axis_agreement(_lengths(lesions, lambda mask: mask.long_axis_mm)),
        short_axis=_axis_agreement(_lengths(lesions, lambda mask: mask.short_axis_mm)),
        observer_study=YOON_2016,
    )


def _lengths(lesions: Sequence[Lesion], axis: Callable[[MaskMeasures], float]) -> list[Lengths]:
    return [
        (axis(lesion.reference), axis(lesion.prediction) if lesion.prediction else None)
        for lesion in lesions
    ]


def _axis_agreement(lengths: Sequence[Lengths]) -> AxisAgreement:
    measured = [(expected, found) for expected, found in lengths if expected and found]
    return AxisAgreement(
        within_10_percent=share_of(is_within_10_percent(*pair) for pair in lengths),
        mm=bland_altman([found - expected for expected, found in measured]),
        percent=bland_altman(
            [200 * (found - expected) / (found + expected) for expected, found in measured]
        ),
        not_compared=len(lengths) - len(measured),
    )


def is_within_10_percent(expected: float, found: float | None) -> bool:
    """Tell whether |found − expected| / expected ≤ 10 %; never without a prediction.

    Of an expected length of 0 only 0 is within.
    """
    return found is not None and abs(found - expected) <= (_WITHIN + _ROUNDING) * expected


def bland_altman(differences: Sequence[float]) -> BlandAltman:
    """Return bias and limits of agreement, see `uls.statistics.bland_altman`."""
    found = limits_of_agreement(differences)
    return BlandAltman(**found._asdict(), count=len(differences))
