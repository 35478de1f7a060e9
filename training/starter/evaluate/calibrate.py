"""Fit what a model's evidence says of Dice, on lesions that it was not trained on."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from algorithm.models.certainty import EVIDENCE, Certainty
from training.starter.evaluate.report import Report
from uls.workshop.errors import InputError

__all__ = ["fit_certainty", "known_answers"]

_RIDGE = 1.0
"""Pulls weights towards 0: there are few lesions."""

_ROUNDS = 50

_FEWEST = 20

Floats = npt.NDArray[np.float64]


def known_answers(report: Report) -> list[tuple[dict[str, float], float]]:
    """Give the evidence and the Dice of every mask that the model drew.

    Raises:
        InputError: the report is of lesions that it was trained on, or has too few masks.
    """
    if report.seen == "some":
        raise InputError.about(
            f"the report of {report.model}",
            expected="lesions that the model was not trained on",
            found="some that it was",
            hint="Evaluate without --all-lesions.",
        )
    clicks = [click for case in report.methods[0].cases for click in case.clicks]
    answers = [(click.evidence, click.dice) for click in clicks if click.evidence]
    if len(answers) < _FEWEST:
        raise InputError.about(
            f"the report of {report.model}",
            expected=f"at least {_FEWEST} masks with evidence",
            found=f"{len(answers)}",
            hint="Evaluate more lesions: --synthetic 40, or more --clicks.",
        )
    return answers


def fit_certainty(answers: Sequence[tuple[dict[str, float], float]]) -> Certainty:
    """Fit a logistic regression of Dice on evidence, by Newton's method.

    Weights are drawn towards 0 by a ridge on evidence of unit variance.

    Args:
        answers: evidence and Dice of some masks.
    """
    evidence = np.array([[said[name] for name in EVIDENCE] for said, _ in answers])
    dice = np.array([dice for _, dice in answers])
    mean, sd = evidence.mean(0), np.maximum(evidence.std(0), 1e-6)
    features = np.column_stack([np.ones(len(dice)), (evidence - mean) / sd])
    weights = _newton(features, dice)
    slopes = weights[1:] / sd
    return Certainty(
        intercept=float(weights[0] - slopes @ mean),
        weights={name: float(slope) for name, slope in zip(EVIDENCE, slopes, strict=True)},
    )


def _newton(features: Floats, dice: Floats) -> Floats:
    weights = np.zeros(features.shape[1])
    ridge = np.diag([1e-6, *[_RIDGE] * (features.shape[1] - 1)])
    for _ in range(_ROUNDS):
        expected = 1 / (1 + np.exp(-np.clip(features @ weights, -30, 30)))
        gradient = features.T @ (expected - dice) + ridge @ weights
        curvature = features.T @ (features * (expected * (1 - expected))[:, None]) + ridge
        step = np.linalg.solve(curvature, gradient)
        weights -= step
        if np.abs(step).max() < 1e-9:
            break
    return np.asarray(weights)
