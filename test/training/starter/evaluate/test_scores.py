import numpy as np
import numpy.typing as npt
import pytest
from cube_lesions import cube_lesion

from training.starter.evaluate.protocol import Case, prepare
from training.starter.evaluate.scores import Answered, model_segment, score_case
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX, Spacing

Z, Y, X = CLICK_ZYX


def at_100_hu(voi_hu: npt.NDArray[np.int16], _: Spacing) -> Answered:
    return Answered(voi_hu == 100, 0.75, {"votes": 0.5})


def ball(voi_hu: npt.NDArray[np.int16], _: Spacing) -> Answered:
    """The click and its two neighbours along x, whatever the image shows."""
    mask = np.zeros(voi_hu.shape, dtype=bool)
    mask[Z, Y, X - 1 : X + 2] = True
    return Answered(mask)


def test_a_perfect_mask_scores_one_for_every_click() -> None:
    scores = score_case(at_100_hu, prepare(cube_lesion(spacing_mm=(0.5, 0.5, 2.0))))
    assert [click.dice for click in scores.clicks] == [1, 1, 1]
    assert [click.volume_ratio for click in scores.clicks] == [1, 1, 1]
    assert [click.long_axis_sape for click in scores.clicks] == [0, 0, 0]
    assert scores.consistency == 1
    # The diagonal of 10 x 6 pixels, centre to centre: hypot(9, 5) * 0.5 mm.
    assert scores.diameter_mm == pytest.approx(np.hypot(9, 5) * 0.5)
    assert scores.volume_ml == pytest.approx(240 * 0.5 * 0.5 * 2 / 1000)
    assert all(click.seconds > 0 for click in scores.clicks)
    assert {click.certainty for click in scores.clicks} == {0.75}
    assert scores.clicks[0].evidence == {"votes": 0.5}


def test_masks_are_compared_in_the_scan_not_in_the_voi() -> None:
    lesion = cube_lesion()
    two_apart = Case(lesion, ((9, 20, 20), (9, 20, 22)))
    # Three voxels each in the scan: x 19, 20, 21 and 21, 22, 23. One is shared: 2 * 1 / (3 + 3).
    assert score_case(ball, two_apart).consistency == pytest.approx(1 / 3)
    apart_along_z = Case(lesion, ((9, 20, 20), (10, 20, 20)))
    assert score_case(ball, apart_along_z).consistency == 0


def test_scores_of_a_mask_of_three_voxels() -> None:
    scores = score_case(ball, Case(cube_lesion(), ((9, 20, 20),)))
    (click,) = scores.clicks
    assert click.dice == pytest.approx(2 * 3 / (240 + 3))
    assert click.volume_ratio == pytest.approx(3 / 240)
    long = np.hypot(9, 5)
    assert click.long_axis_sape == pytest.approx((long - 2) / (long + 2))
    assert scores.consistency is None


def test_an_empty_mask_agrees_with_nothing() -> None:
    scores = score_case(
        lambda voi_hu, _: Answered(np.zeros(voi_hu.shape, dtype=bool)), prepare(cube_lesion())
    )
    assert scores.consistency == 0
    assert [click.dice for click in scores.clicks] == [0, 0, 0]
    assert [click.long_axis_sape for click in scores.clicks] == [1, 1, 1]
    assert scores.clicks[0].notes == ("empty prediction",)


def test_every_click_is_told_to_the_caller() -> None:
    told: list[None] = []
    score_case(ball, prepare(cube_lesion(), clicks=4), after_click=lambda: told.append(None))
    assert len(told) == 4


class TwoCubes:
    """A predictor that finds what has 100 HU, and something far from the click."""

    takes_boxes = False

    def __init__(self) -> None:
        self.spacings: list[Spacing] = []

    def predict(self, voi_hu, *, spacing_mm, mirror=0, box=None):  # noqa: ANN001, ANN201
        assert voi_hu.shape == VOI_SHAPE_ZYX
        self.spacings.append(spacing_mm)
        logit = np.where(voi_hu == 100, 3.0, -3.0).astype(np.float32)
        logit[:4] = 3.0
        return logit

    def passes(self, mirror: int) -> int:
        return 1


def test_a_model_is_scored_on_the_clicked_component_of_what_it_predicts() -> None:
    predictor = TwoCubes()
    cases = [prepare(cube_lesion(spacing_mm=(0.5, 0.5, 2.0), name=name)) for name in "ab"]
    scores = [score_case(model_segment(predictor), case) for case in cases]
    assert [case.name for case in scores] == ["a", "b"]
    assert [click.dice for case in scores for click in case.clicks] == [1] * 6
    assert set(predictor.spacings) == {(0.5, 0.5, 2.0)}
