"""Multiplications and bytes, against numbers worked out by hand."""

import pytest
import torch
from torch import nn

from algorithm.networks import networks
from benchmarks.algorithm.architectures import ARCHITECTURES
from benchmarks.algorithm.work import Work, count_work


def counted(network: nn.Module, *shape: int) -> Work:
    return count_work(network.to("meta").eval(), shape)


def test_a_convolution() -> None:
    """2 channels of 4³ out, each of 3 × 3³ multiply-adds; 3·64 values in, 2·64 out."""
    work = counted(nn.Sequential(nn.Conv3d(3, 2, 3, padding=1)), 1, 3, 4, 4, 4)
    assert work == Work(flops=2 * 2 * 64 * 81, weights=2 * 81 + 2, activations=192 + 128)


def test_a_stride_divides_what_comes_out() -> None:
    """4³ becomes 2³."""
    work = counted(nn.Sequential(nn.Conv3d(1, 1, 2, stride=2, bias=False)), 1, 1, 4, 4, 4)
    assert work == Work(flops=2 * 8 * 8, weights=8, activations=64 + 8)


def test_a_transposed_convolution() -> None:
    """Each of 2 × 2³ voxels meets 3 kernels of 2³; 4³ × 3 values come out."""
    work = counted(nn.Sequential(nn.ConvTranspose3d(2, 3, 2, 2)), 1, 2, 2, 2, 2)
    assert work == Work(flops=2 * 16 * 24, weights=2 * 3 * 8 + 3, activations=16 + 192)


def test_groups_see_only_their_own_channels() -> None:
    work = counted(nn.Sequential(nn.Conv3d(4, 4, 1, groups=2, bias=False)), 1, 4, 1, 1, 1)
    assert work.flops == 2 * 4 * 2


class _Branches(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x + x, x], 1)


def test_additions_and_concatenations_move_values_too() -> None:
    """8 voxels: the sum reads 2 × 8 and writes 8, the concatenation reads 16 and writes 16."""
    assert counted(_Branches(), 1, 1, 2, 2, 2) == Work(0, 0, 16 + 8 + 16 + 16)


def test_dropout_does_nothing() -> None:
    assert counted(nn.Sequential(nn.Dropout3d()), 1, 1, 2, 2, 2) == Work(0, 0, 0)


def test_bytes_are_values_of_the_precision() -> None:
    work = Work(flops=0, weights=10, activations=90)
    assert (work.bytes_moved("f32"), work.bytes_moved("bf16")) == (400, 200)


def test_the_baseline_takes_5_82_tflop_and_190_million_weights() -> None:
    design = ARCHITECTURES["uls23-baseline"]
    work = count_work(networks.build(design.architecture), (1, 1, *design.patch_zyx))
    assert work.flops / 1e12 == pytest.approx(5.82, abs=0.005)
    assert work.weights / 1e6 == pytest.approx(190.06, abs=0.005)
