"""From evidence to an expected Dice."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from algorithm.models.certainty import EVIDENCE
from training.starter.evaluate.calibrate import fit_certainty, known_answers
from training.starter.evaluate.readers import readers_agreement
from training.starter.evaluate.report import Method, Report
from training.starter.evaluate.scores import CaseScores, ClickScore
from uls.workshop.errors import InputError


def _evidence(rng: np.random.Generator) -> dict[str, float]:
    return dict(zip(EVIDENCE, map(float, rng.uniform(0, 1, len(EVIDENCE))), strict=True))


def test_a_logistic_relation_is_found_again() -> None:
    rng = np.random.default_rng(0)
    weights = {"spread": -2.0, "agreement": 3.0, "crispness": 0.0, "inside": 0.0, "votes": 1.0}
    answers = []
    for _ in range(3000):
        evidence = _evidence(rng)
        log_odds = -1.0 + sum(weights[name] * value for name, value in evidence.items())
        answers.append((evidence, float(1 / (1 + np.exp(-log_odds)))))
    certainty = fit_certainty(answers)
    for evidence, dice in answers[:50]:
        assert certainty.of(evidence) == pytest.approx(dice, abs=0.01)


def test_evidence_that_never_changes_is_harmless() -> None:
    rng = np.random.default_rng(0)
    answers = [({**_evidence(rng), "votes": 1.0}, float(rng.uniform(0.5, 0.7))) for _ in range(50)]
    certainty = fit_certainty(answers)
    assert np.mean([certainty.of(evidence) for evidence, _ in answers]) == pytest.approx(
        np.mean([dice for _, dice in answers]), abs=0.01
    )
    assert abs(certainty.weights["votes"]) < 1e-6


def _report(n: int, *, empty: int = 0) -> Report:
    rng = np.random.default_rng(0)
    clicks = [
        ClickScore((0, 0, 0), 0.5, 0, 0, 1, 1, (), None, _evidence(rng) if number >= empty else {})
        for number in range(n)
    ]
    case = CaseScores("a", "lung", 10, 1, tuple(clicks), None)
    method = Method("model", "", {}, (case,))
    return Report("m", "0", "0", "no", "none", 1, 1, 23, (), (method,))


def test_masks_with_evidence_are_known_answers() -> None:
    assert len(known_answers(_report(30, empty=5))) == 25


def test_too_few_masks_and_training_lesions_are_refused() -> None:
    with pytest.raises(InputError, match="at least 20 masks with evidence, found 19"):
        known_answers(_report(30, empty=11))
    with pytest.raises(InputError, match="not trained on, found some that it was"):
        known_answers(replace(_report(30), seen="some"))


def test_readers_agreement_is_the_mean_over_nodules_of_a_size(tmp_path: Path) -> None:
    np.savez(
        tmp_path / "shapes.npz",
        readers_dice=np.array([0.6, 0.8, np.nan, 0.9]),
        radius_mm=np.array([3.0, 4.0, 4.0, 12.0]),
    )
    small, large, everything = readers_agreement(tmp_path / "shapes.npz")
    assert (small.name, small.nodules, small.dice) == ("below 10 mm", 2, pytest.approx(0.7))
    assert (large.name, large.nodules, large.dice) == ("20 mm and more", 1, pytest.approx(0.9))
    assert (everything.nodules, everything.dice) == (3, pytest.approx(2.3 / 3))
    with pytest.raises(InputError, match="a bank of shapes"):
        readers_agreement(tmp_path / "none.npz")
