"""Instance norms that stay exact in float32 over millions of voxels, for OpenVINO on a CPU.

OpenVINO's own operator (MVN) adds up all voxels of a channel one after the other in float32. Over a
whole VOI, 8.4 million of them, that loses three to four digits: the logits of a seven-stage network
came out 5e-2 off, where PyTorch's were 1e-5 off, both against float64. Averages of blocks of at
most 512 voxels, then of blocks of those averages, bring that to 1e-5, and take no longer. Squares
are added up along rows first, as they are made: a tensor of all squares would take 1.1 GB.

In bfloat16 the norms stay as they are: averages of blocks would be rounded to bfloat16 themselves.
The ULS23 baseline's architecture with random weights, on 64×128×128 voxels of real CT, was 0.9e-2
off (relative) with MVN and 1.0e-2 with blocks: it is the rest of the network that is inexact.
"""

from math import prod
from typing import Any

import numpy as np

from algorithm.engines.openvino_package import openvino

__all__ = ["average_in_blocks"]

_FEW_VOXELS = 1 << 12
"""Up to so many voxels a channel, adding them up in one go is exact enough."""

_LARGEST_BLOCK = 8
"""Voxels of a block along an axis, at most."""


def average_in_blocks(network: openvino.Model) -> None:
    """Replace each instance norm over many voxels, in place; the shapes must be static."""
    for norm in network.get_ordered_ops():
        if norm.get_type_name() != "MVN":
            continue
        sizes = list(norm.input_value(0).get_shape())[2:]
        if prod(sizes) > _FEW_VOXELS:
            eps = norm.get_attributes()["eps"]
            exact = _normalised(norm.input_value(0), sizes, eps=eps)
            norm.output(0).replace(exact.output(0))
    network.validate_nodes_and_infer_types()


def _normalised(values: Any, sizes: list[int], *, eps: float) -> Any:
    """Subtract each channel's mean, divide by its standard deviation."""
    ops = openvino.opset13
    centred = ops.subtract(values, _mean(values, sizes))
    # Not axis after axis: OpenVINO would join them, and add up everything in one go again.
    lengths = ops.reduce_l2(centred, np.array([-1]), keep_dims=True)
    squares = ops.multiply(lengths, ops.multiply(lengths, np.float32(1 / sizes[-1])))
    variance = _mean(squares, [*sizes[:-1], 1])
    return ops.divide(centred, ops.sqrt(ops.add(variance, np.float32(eps))))


def _mean(values: Any, sizes: list[int]) -> Any:
    """Average each channel: over blocks, over blocks of the blocks' averages, and so on."""
    ops = openvino.opset13
    none = [0] * len(sizes)
    while prod(sizes) > _LARGEST_BLOCK ** len(sizes):
        block = [_largest_divisor(size) for size in sizes]
        if prod(block) == 1:
            break
        values = ops.avg_pool(values, block, none, none, block, exclude_pad=True)
        sizes = [size // part for size, part in zip(sizes, block, strict=True)]
    return ops.reduce_mean(values, np.arange(2, 2 + len(sizes)), keep_dims=True)


def _largest_divisor(size: int) -> int:
    """Give the largest block, up to `_LARGEST_BLOCK`, that leaves no voxel over."""
    return max(block for block in range(1, _LARGEST_BLOCK + 1) if size % block == 0)
