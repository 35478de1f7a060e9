"""Factors and biases per channel, folded into a norm before them, else into a convolution."""

from dataclasses import replace
from typing import Any

import numpy as np

from algorithm.engines.winograd.network import Convolve, Floats, Layer, Norm, Reading, Transpose
from algorithm.engines.winograd.operators import constant, need

__all__ = ["normalised", "rectified", "scaled", "shifted"]


def scaled(reading: Reading, factor: Floats, layer: Convolve | Transpose | None) -> Reading:
    """Multiply each channel.

    Args:
        reading: what is multiplied; its norm takes the factors, if it has one.
        factor: one, or one per channel.
        layer: takes them where there is no norm.
    """
    need(reading.slope == 1, "a factor before the ReLU", reading)
    factor = np.broadcast_to(factor, reading.of.channels)
    if (norm := reading.norm) is not None:
        return replace(reading, norm=Norm(norm.eps, norm.weight * factor, norm.bias * factor))
    if layer is not None:
        channels = 0 if isinstance(layer, Convolve) else 1
        shape = [-1 if axis == channels else 1 for axis in range(5)]
        layer.filters = layer.filters * factor.reshape(shape)
        layer.bias = layer.bias * factor
    return reading


def shifted(reading: Reading, shift: Floats, layer: Convolve | Transpose | None) -> Reading:
    """Add to each channel; otherwise as `scaled`."""
    need(reading.slope == 1, "a bias before the ReLU", reading)
    shift = np.broadcast_to(shift, reading.of.channels)
    if (norm := reading.norm) is not None:
        return replace(reading, norm=replace(norm, bias=norm.bias + shift))
    if layer is not None:
        layer.bias = layer.bias + shift
    return reading


def normalised(node: Any, reading: Reading, layer: Layer) -> Reading:
    """Read an instance norm of what a convolution wrote, which nothing else has changed yet."""
    how = node.get_attributes()
    need(reading == Reading(layer.out) and isinstance(layer, Convolve), "a norm", reading)
    need(how["normalize_variance"] and how["eps_mode"] == "INSIDE_SQRT", "a norm", how)
    need(sorted(constant(node, 1).tolist()) == [2, 3, 4], "a norm of instances", how)
    return reading.normalised(how["eps"])


def rectified(reading: Reading, slope: float) -> Reading:
    """Read a (leaky) ReLU."""
    need(reading.slope == 1 and 0 <= slope <= 1, "one ReLU at a time", slope)
    return replace(reading, slope=slope)
