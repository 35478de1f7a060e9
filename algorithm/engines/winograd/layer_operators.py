"""Operators of a graph that become layers of their own, as far as the library can run them."""

from typing import Any

import numpy as np

from algorithm.engines.winograd.doubling import plain_filters
from algorithm.engines.winograd.network import Convolve, FeatureMap, Pool, Reading, Transpose
from algorithm.engines.winograd.operators import constant, need, zyx

__all__ = ["convolution", "doubling", "is_doubling", "pooling", "transposed"]


def convolution(node: Any, reads: tuple[Reading, ...], out: FeatureMap) -> Convolve:
    """Read a convolution; its bias comes later, as an addition."""
    how = node.get_attributes()
    need(how["pads_begin"] == how["pads_end"], "padding", how)
    need(set(how["dilations"]) == {1} and how["auto_pad"] == "explicit", "dilations", how)
    filters = constant(node, 1)
    size = zyx(node.get_input_shape(0)[2:])
    stride, pad = zyx(how["strides"]), zyx(how["pads_begin"])
    bias = np.zeros(out.channels, np.float32)
    return Convolve(reads, out, filters, bias, size, stride, pad)


def transposed(node: Any, reading: Reading, out: FeatureMap) -> Transpose:
    """Read a transposed convolution whose kernel is as wide as its stride."""
    how = node.get_attributes()
    filters = constant(node, 1)
    need(zyx(how["strides"]) == filters.shape[2:], "a transposed kernel of its stride", how)
    padding = {*how["pads_begin"], *how["pads_end"], *how["output_padding"]}
    need(padding == {0} and set(how["dilations"]) == {1}, "padding", how)
    return Transpose((reading,), out, filters, np.zeros(out.channels, np.float32))


def is_doubling(node: Any) -> bool:
    """Say whether a transposed convolution has a kernel of four, as one that doubles has."""
    return bool(constant(node, 1).shape[2:] == (4, 4, 4))


def doubling(node: Any, reading: Reading, number: int) -> Convolve:
    """Read a transposed convolution that ends a network at twice its size, as a plain one."""
    how = node.get_attributes()
    shape = (zyx(how["strides"]), zyx(how["pads_begin"]), zyx(how["pads_end"]))
    need(shape == ((2, 2, 2), (1, 1, 1), (1, 1, 1)), "stride 2 and pad 1", how)
    need({*how["dilations"]} == {1}, "dilations", how)
    size = reading.of.size
    twice = [2 * n for n in size]
    need(list(node.get_output_shape(0))[2:] == twice, "twice the size", how)
    plain = plain_filters(constant(node, 1))
    out = FeatureMap(number, len(plain), size)
    bias = np.zeros(len(plain), np.float32)
    return Convolve((reading,), out, plain, bias, size, (1, 1, 1), (1, 1, 1))


def pooling(node: Any, reading: Reading, out: FeatureMap) -> Pool:
    """Read an average over boxes that lie side by side."""
    how = node.get_attributes()
    box = zyx(how["kernel"])
    need(zyx(how["strides"]) == box, "boxes side by side", how)
    need({*how["pads_begin"], *how["pads_end"]} == {0}, "padding", how)
    need(how["rounding_type"] == "floor", "whole boxes", how)
    need({*how.get("dilations", (1,))} == {1}, "dilations", how)
    return Pool((reading,), out, box)
