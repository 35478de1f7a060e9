import math

import pytest
import torch

from training.starter.averaged import Averaged
from training.starter.losses import LesionLoss


def test_a_sure_and_right_answer_costs_next_to_nothing_and_a_wrong_one_much() -> None:
    mask = torch.zeros(1, 1, 8, 8, 8)
    mask[..., :4] = 1
    right = 40 * mask - 20
    loss = LesionLoss(0.5)
    assert float(loss(right, mask)) == pytest.approx(0, abs=1e-4)
    assert float(loss(-right, mask)) > 1


def test_the_loss_of_an_undecided_answer() -> None:
    # 512 voxels of probability 1/2, 256 of them lesion. Dice: (2 * 128 + 20) / (256 + 256 + 20).
    # Cross entropy: 512 * ln 2 over 256 lesion voxels + 256 / 2 predicted ones + 64.
    mask = torch.zeros(1, 1, 8, 8, 8)
    mask[..., :4] = 1
    dice, entropy = (2 * 128 + 20) / (256 + 256 + 20), 512 * math.log(2) / (256 + 128 + 64)
    loss = LesionLoss(0.5)(torch.zeros_like(mask), mask)
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
