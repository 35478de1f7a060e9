import numpy as np
import pytest
import torch

from training.smoke.cases import Case
from training.smoke.loop import LesionHU, Progress, click_weights, normalised, soft_dice, train
from training.smoke.recipe import SMOKE, SmokeRecipe


def lesion_case(hu: list[int]) -> Case:
    image = np.array([[[-800, *hu]]], dtype=np.int16)
    return Case(image, image > -800, (1.0, 1.0, 1.0), "lung", 10.0)


def test_statistics_are_those_of_lesion_voxels_over_all_cases() -> None:
    measured = LesionHU.measure([lesion_case([0, 10]), lesion_case([20, 70])])
    assert measured.mean == 25
    assert measured.median == 15
    assert (measured.lowest, measured.highest) == (0, 70)
    assert measured.std == pytest.approx(np.sqrt((25**2 + 15**2 + 5**2 + 45**2) / 4))
    assert measured.low == pytest.approx(10 * 3 * 0.005)  # 0.015 of the way from 0 to 10


def test_normalising_clips_then_centres_and_scales() -> None:
    hu = LesionHU(mean=20, std=50, low=-100, high=200, median=0, lowest=0, highest=0)
    values = normalised(torch.tensor([-500.0, 20.0, 70.0, 900.0]), hu)
    assert values.tolist() == pytest.approx([-120 / 50, 0, 1, 180 / 50])


def test_soft_dice_of_a_worked_example() -> None:
    probability, target = torch.zeros(1, 1, 2, 2), torch.zeros(1, 1, 2, 2)
    probability[0, 0, 0] = torch.tensor([1.0, 0.5])
    target[0, 0, 0, 0] = 1
    # (2 * 1 + 1) / (1.5 + 1 + 1)
    assert float(soft_dice(probability, target)) == pytest.approx(3 / 3.5)


def test_click_weights_fall_from_the_click() -> None:
    weights = click_weights(torch.Size((4, 20, 20)), SMOKE)
    assert float(weights[2, 10, 10]) == 1 + SMOKE.click_weight
    expected = 1 + SMOKE.click_weight * np.exp(-(5**2) / (2 * SMOKE.click_sigma_voxels**2))
    assert float(weights[2, 15, 10]) == pytest.approx(expected)


@pytest.fixture(scope="module")
def reports(tiny: SmokeRecipe) -> list[Progress]:
    seen: list[Progress] = []
    train(tiny, workers=1, report=seen.append)
    return seen


def test_training_learns_and_reports_to_its_last_step(
    tiny: SmokeRecipe, reports: list[Progress]
) -> None:
    assert [progress.step for progress in reports] == [20, 40]
    assert reports[-1].steps == tiny.steps == 40
    assert reports[-1].loss < reports[0].loss


def test_the_same_seed_trains_the_same_network(tiny: SmokeRecipe, reports: list[Progress]) -> None:
    again: list[Progress] = []
    train(tiny, workers=2, report=again.append)
    assert [p.loss for p in again] == pytest.approx([p.loss for p in reports], rel=1e-3)
