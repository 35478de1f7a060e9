import math

import pytest
import torch

from training.starter.run.averaged import Averaged
from training.starter.run.losses import LesionLoss
from training.starter.settings.recipe import read_recipe

TRAINING = read_recipe().training


def test_a_sure_and_right_answer_costs_next_to_nothing_and_a_wrong_one_much() -> None:
    mask = torch.zeros(1, 1, 8, 8, 8)
    mask[..., :4] = 1
    right = 40 * mask - 20
    loss = LesionLoss(TRAINING)
    assert float(loss(right, mask)) == pytest.approx(0, abs=1e-4)
    assert float(loss(-right, mask)) > 1


def test_the_loss_of_an_undecided_answer() -> None:
    # 512 voxels of probability 1/2, 256 of them lesion. Dice: (2 * 128 + 20) / (256 + 256 + 20).
    # Cross entropy: 512 * ln 2 over 256 lesion voxels + 256 / 2 predicted ones + 64.
    mask = torch.zeros(1, 1, 8, 8, 8)
    mask[..., :4] = 1
    dice, entropy = (2 * 128 + 20) / (256 + 256 + 20), 512 * math.log(2) / (256 + 128 + 64)
    loss = LesionLoss(TRAINING)(torch.zeros_like(mask), mask)
    assert float(loss) == pytest.approx(1 - dice + 0.5 * entropy, rel=1e-5)


def test_the_average_follows_faster_at_first() -> None:
    network, copy = torch.nn.Linear(1, 1), torch.nn.Linear(1, 1)
    torch.nn.init.zeros_(network.weight)
    averaged = Averaged(network, copy, decay=0.9)
    torch.nn.init.ones_(network.weight)
    averaged.update(network, step=0)  # keeps min(0.9, 1 / 20) of the average
    assert float(copy.weight) == pytest.approx(0.95)
    averaged.update(network, step=10_000)  # keeps 0.9
    assert float(copy.weight) == pytest.approx(1 - 0.05 * 0.9)
    assert not copy.weight.requires_grad


def test_where_readers_disagree_their_share_is_the_best_answer() -> None:
    target = torch.zeros(1, 1, 8, 8, 8)
    target[..., :3], target[..., 3:5] = 1, 0.5
    loss = LesionLoss(TRAINING)

    def cost(share: float) -> float:
        answer = target.clone().clamp(1e-4, 1 - 1e-4)
        answer[..., 3:5] = share
        return float(loss(torch.logit(answer), target))

    costs = {share: cost(share) for share in (0.05, 0.3, 0.45, 0.5, 0.55, 0.7, 0.95)}
    assert min(costs, key=costs.__getitem__) == 0.5


def test_two_answers_to_one_lesion_must_be_alike() -> None:
    # Both are wrong about as many voxels; the third is as wrong as the first, in the same place.
    target = torch.zeros(2, 1, 8, 8, 8)
    target[..., :4] = 1
    here, there = 40 * target[:1] - 20, 40 * target[:1] - 20
    here[..., 0, :], there[..., 1, :] = -20, -20
    loss = LesionLoss(TRAINING)
    alike, unlike = torch.cat([here, here]), torch.cat([here, there])
    assert float(loss(alike, target)) == pytest.approx(float(loss(unlike, target)), rel=1e-5)
    assert float(loss(alike, target, [(0, 1)])) == pytest.approx(float(loss(alike, target)))
    # Of 256 lesion voxels each lacks 32, and they differ in 64: 1 - (448 - 64 + 20) / (448 + 20).
    more = float(loss(unlike, target, [(0, 1)])) - float(loss(unlike, target))
    expected = TRAINING.consistency_weight * (1 - (448 - 64 + 20) / (448 + 20))
    assert more == pytest.approx(expected, rel=1e-4)


def test_an_empty_target_asks_for_an_empty_answer() -> None:
    nothing, loss = torch.zeros(1, 1, 8, 8, 8), LesionLoss(TRAINING)
    assert float(loss(nothing - 20, nothing)) == pytest.approx(0, abs=1e-4)
    assert float(loss(nothing + 20, nothing)) > 1
