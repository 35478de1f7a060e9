"""What speaks for a mask, and what Dice that stands for."""

import math

import numpy as np
import pytest
from zoom_phantoms import Constant, Corrected, Oracle, ball, predictor

from algorithm.inference.evidence import evidence_of
from algorithm.inference.zoom_look import Look, Sight
from algorithm.models.certainty import EVIDENCE, Certainty
from algorithm.models.zoom_patch import PATCH_SIZE, Floats, Frame
from uls.geometry.voi import Spacing

SIGHT = Sight(Frame((24.0, 24.0, 24.0), 1.0, (1.0, 1.0, 1.0)), (24.0, 24.0, 24.0))
SPACING: Spacing = (0.7, 0.7, 1.0)


def _look(*boxes: tuple[slice, float]) -> Look:
    probability: Floats = np.zeros((PATCH_SIZE,) * 3, dtype=np.float32)
    for side, value in boxes:
        probability[side, side, side] = value
    return Look(SIGHT, probability)


def test_a_sure_answer_on_which_all_looks_agree() -> None:
    sure = _look((slice(10, 20), 1.0))
    evidence = evidence_of(sure, [sure, sure], threshold=0.4, votes=1.0, shell_voxels=2)
    assert set(evidence) == set(EVIDENCE)
    assert evidence == {
        "spread": 0.0,
        "agreement": 1.0,
        "crispness": 1.0,
        "inside": 1.0,
        "votes": 1.0,
    }


def test_an_unsure_answer() -> None:
    # 12^3 voxels of 0.3, within them 10^3 of 0.5 and 8^3 of 0.9; thresholds 0.4, 0.2 and 0.7.
    answer = _look((slice(10, 22), 0.3), (slice(11, 21), 0.5), (slice(12, 20), 0.9))
    half = _look((slice(11, 16), 1.0))
    evidence = evidence_of(answer, [answer, half], threshold=0.4, votes=0.2, shell_voxels=2)
    assert evidence["spread"] == pytest.approx(math.log((12**3 + 1) / (8**3 + 1)))
    assert evidence["agreement"] == pytest.approx((1 + 2 * 125 / (1000 + 125)) / 2)
    assert evidence["inside"] == pytest.approx((512 * 0.9 + 488 * 0.5) / 1000, rel=1e-5)
    assert evidence["crispness"] < 0.8


def test_the_expected_dice_is_a_logistic_function_of_the_evidence() -> None:
    certainty = Certainty(intercept=-1.0, weights={"votes": 2.0, "spread": -1.0})
    assert certainty.of({"votes": 1.0, "spread": 1.0}) == pytest.approx(0.5)
    assert certainty.of({"votes": 1.0, "spread": 0.0}) == pytest.approx(1 / (1 + math.exp(-1)))
    assert certainty.of({}) == 0.0
    huge = Certainty(intercept=0.0, weights={"votes": 1e6})
    assert huge.of({"votes": 1.0}) == pytest.approx(1)


def test_a_prediction_comes_with_its_evidence_and_predict_gives_its_logit() -> None:
    voi = ball(20, SPACING)
    found = predictor(Oracle()).segment(voi, spacing_mm=SPACING)
    assert set(found.evidence) == set(EVIDENCE)
    assert found.evidence["agreement"] > 0.9
    assert found.certainty is None  # this model was not calibrated
    np.testing.assert_array_equal(found.logit, predictor(Oracle()).predict(voi, spacing_mm=SPACING))


def test_where_nothing_is_found_there_is_no_evidence() -> None:
    found = predictor(Constant(-20.0)).segment(ball(20, SPACING), spacing_mm=SPACING)
    assert found.evidence == {}
    assert not (found.logit > 0).any()


def test_a_calibrated_model_says_what_dice_to_expect() -> None:
    certainty = Certainty(intercept=0.0, weights={"agreement": 1.0})
    engine, voi = Corrected(), ball(20, SPACING)
    found = predictor(engine, channels_in=9, certainty=certainty).segment(voi, spacing_mm=SPACING)
    expected = 1 / (1 + math.exp(-found.evidence["agreement"]))
    assert found.certainty == pytest.approx(expected)
    nothing = predictor(Constant(-20.0), certainty=certainty).segment(voi, spacing_mm=SPACING)
    assert nothing.certainty == 0.0
