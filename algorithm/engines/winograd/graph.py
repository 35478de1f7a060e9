"""Reading a network from its ONNX file, by OpenVINO's reader: its operators become our layers.

An operator that the library does not have is refused; the model then runs on another engine.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from algorithm.engines.openvino_package import openvino, passes
from algorithm.engines.winograd.doubling import PARTS, plain_filters
from algorithm.engines.winograd.network import (
    Convolve,
    FeatureMap,
    Floats,
    Network,
    Norm,
    Pool,
    Reading,
    Sum,
    Transpose,
)
from algorithm.engines.winograd.operators import (
    UnknownOperatorError,
    constant,
    is_constant,
    need,
    per_channel,
    scalar,
    zyx,
)

__all__ = ["UnknownOperatorError", "read_network"]

_Value = Reading | tuple[Reading, ...] | None
"""What an operator gives: a map, several one after the other, or None for the network's input."""


def read_network(onnx: Path, shape: tuple[int, ...]) -> Network:
    """Read a network for one patch of a shape, (1, channels, z, y, x).

    Raises:
        RuntimeError: OpenVINO cannot read the file.
        UnknownOperatorError: the network has an operator that the library cannot run.
    """
    model = openvino.Core().read_model(onnx)
    model.reshape(shape)
    folding = passes.Manager()
    folding.register_pass(passes.ConstantFolding())
    folding.run_passes(model)
    reader = _Reader()
    for node in model.get_ordered_ops():
        if node.get_type_name() != "Constant":
            reader.read(node)
    return reader.finished()


class _Reader:
    """Goes through a graph in order and knows what each operator gave."""

    def __init__(self) -> None:
        self._network = Network()
        self._values: dict[str, _Value] = {}
        self._doubled_map: FeatureMap | None = None
        self._ends: Counter[str] = Counter()
        self._read: dict[str, Callable[[Any], _Value]] = {
            "Parameter": lambda _: None,
            "Convolution": self._convolution,
            "ConvolutionBackpropData": self._transposed,
            "Add": self._add,
            "Multiply": self._multiply,
            "MVN": self._norm,
            "BatchNormInference": self._batch_norm,
            "PRelu": lambda node: self._relu(node, scalar(node)),
            "Relu": lambda node: self._relu(node, 0.0),
            "AvgPool": self._pool,
            "Concat": self._concat,
            "Identity": self._value,
            "Result": self._value,
        }

    def read(self, node: Any) -> None:
        kind = node.get_type_name()
        if kind not in self._read:
            raise UnknownOperatorError(f"{kind} {node.get_friendly_name()}")
        self._ends.update({kind} & {"Parameter", "Result"})
        self._values[node.get_name()] = self._read[kind](node)

    def finished(self) -> Network:
        """Give the network, whose last layer must write the result as it is."""
        need(bool(self._network.layers), "a convolution", "none")
        need(self._ends == {"Parameter": 1, "Result": 1}, "one input, one output", self._ends)
        for layer in self._network.layers:
            need(layer.out.size == layer.out_size, "an output of another size", layer.out)
        last = self._network.layers[-1]
        result = list(self._values.values())[-1]
        need(isinstance(last, Convolve), "a convolution as the last layer", type(last))
        need(bool(last.reads), "more than one layer", last.out)
        need(result == Reading(last.out), "the result of the last layer", result)
        need(self._doubled_map in (None, last.out), "doubling at the end", self._doubled_map)
        self._network.interleaved = self._doubled_map is not None
        return self._network

    def _value(self, node: Any, at: int = 0) -> _Value:
        name = node.input_value(at).get_node().get_name()
        need(name in self._values, "a constant comes second", node.get_friendly_name())
        return self._values[name]

    def _reading(self, node: Any, at: int = 0) -> Reading:
        value = self._value(node, at)
        if not isinstance(value, Reading):
            raise UnknownOperatorError(f"{node.get_type_name()} of what is not one feature map")
        return value

    def _readings(self, node: Any) -> tuple[Reading, ...]:
        value = self._value(node)
        if value is None:
            return ()
        return value if isinstance(value, tuple) else (value,)

    def _new_map(self, node: Any) -> FeatureMap:
        _, channels, *size = node.get_output_shape(0)
        return FeatureMap(len(self._network.layers), channels, zyx(size))

    def _convolution(self, node: Any) -> _Value:
        how = node.get_attributes()
        need(how["pads_begin"] == how["pads_end"], "padding", how)
        need(set(how["dilations"]) == {1} and how["auto_pad"] == "explicit", "dilations", how)
        filters = constant(node, 1)
        out = self._new_map(node)
        size = zyx(node.get_input_shape(0)[2:])
        stride, pad = zyx(how["strides"]), zyx(how["pads_begin"])
        bias = np.zeros(out.channels, np.float32)
        layer = Convolve(self._readings(node), out, filters, bias, size, stride, pad)
        self._network.layers.append(layer)
        return Reading(out)

    def _transposed(self, node: Any) -> _Value:
        how = node.get_attributes()
        filters = constant(node, 1)
        if filters.shape[2:] == (4, 4, 4):
            return self._doubled(node, filters, how)
        need(zyx(how["strides"]) == filters.shape[2:], "a transposed kernel of its stride", how)
        padding = {*how["pads_begin"], *how["pads_end"], *how["output_padding"]}
        need(padding == {0} and set(how["dilations"]) == {1}, "padding", how)
        out = self._new_map(node)
        bias = np.zeros(out.channels, np.float32)
        self._network.layers.append(Transpose((self._reading(node),), out, filters, bias))
        return Reading(out)

    def _doubled(self, node: Any, filters: Floats, how: Any) -> _Value:
        """Read a transposed convolution that ends a network at twice its size."""
        shape = (zyx(how["strides"]), zyx(how["pads_begin"]), zyx(how["pads_end"]))
        need(shape == ((2, 2, 2), (1, 1, 1), (1, 1, 1)), "stride 2 and pad 1", how)
        need({*how["dilations"]} == {1}, "dilations", how)
        reads = (self._reading(node),)
        size = reads[0].of.size
        twice = [2 * n for n in size]
        need(list(node.get_output_shape(0))[2:] == twice, "twice the size", how)
        plain = plain_filters(filters)
        out = FeatureMap(len(self._network.layers), len(plain), size)
        bias = np.zeros(len(plain), np.float32)
        layer = Convolve(reads, out, plain, bias, size, (1, 1, 1), (1, 1, 1))
        self._network.layers.append(layer)
        self._doubled_map = out
        return Reading(out)

    def _add(self, node: Any) -> _Value:
        if is_constant(node, 1):
            return self._shifted(node, self._reading(node), per_channel(node))
        first, second = self._reading(node, 0), self._reading(node, 1)
        same = (first.of.channels, first.of.size) == (second.of.channels, second.of.size)
        need(same, "a sum of maps of one shape", node.get_friendly_name())
        out = self._new_map(node)
        self._network.layers.append(Sum((first, second), out))
        return Reading(out)

    def _multiply(self, node: Any) -> _Value:
        return self._scaled(node, self._reading(node), per_channel(node))

    def _batch_norm(self, node: Any) -> _Value:
        weight, bias, mean, variance = (constant(node, at) for at in range(1, 5))
        factor = weight / np.sqrt(variance + node.get_attributes()["epsilon"])
        scaled = self._scaled(node, self._reading(node), factor)
        return self._shifted(node, scaled, bias - mean * factor)

    def _scaled(self, node: Any, reading: Reading, factor: Floats) -> Reading:
        """Multiply each channel: of the norm, else of the convolution that has just been read."""
        need(reading.slope == 1, "a factor before the ReLU", reading)
        need(reading.of != self._doubled_map, "no factor after doubling", reading)
        factor = np.broadcast_to(factor, reading.of.channels)
        if (norm := reading.norm) is not None:
            return replace(reading, norm=Norm(norm.eps, norm.weight * factor, norm.bias * factor))
        layer = self._own_layer(node, reading)
        channels = 0 if isinstance(layer, Convolve) else 1
        shape = [-1 if axis == channels else 1 for axis in range(5)]
        layer.filters = layer.filters * factor.reshape(shape)
        layer.bias = layer.bias * factor
        return reading

    def _shifted(self, node: Any, reading: Reading, shift: Floats) -> Reading:
        """Add a bias: of the norm, else of the convolution that has just been read."""
        need(reading.slope == 1, "a bias before the ReLU", reading)
        if reading.of == self._doubled_map and shift.size > 1:
            shift = np.repeat(shift, PARTS)
        shift = np.broadcast_to(shift, reading.of.channels)
        if (norm := reading.norm) is not None:
            return replace(reading, norm=replace(norm, bias=norm.bias + shift))
        layer = self._own_layer(node, reading)
        layer.bias = layer.bias + shift
        return reading

    def _own_layer(self, node: Any, reading: Reading) -> Convolve | Transpose:
        """Give the layer that wrote what an operator reads, if nothing else reads that."""
        layer = self._network.layers[-1]
        is_convolution = isinstance(layer, Convolve | Transpose) and layer.out == reading.of
        readers = len(node.input_value(0).get_target_inputs())
        if not is_convolution or readers != 1:
            raise UnknownOperatorError(f"what is not a convolution's own: {reading}")
        return layer  # type: ignore[return-value]

    def _norm(self, node: Any) -> _Value:
        reading, how = self._reading(node), node.get_attributes()
        layer = self._network.layers[reading.of.number]
        need(reading == Reading(layer.out) and isinstance(layer, Convolve), "a norm", reading)
        need(how["normalize_variance"] and how["eps_mode"] == "INSIDE_SQRT", "a norm", how)
        need(sorted(constant(node, 1).tolist()) == [2, 3, 4], "a norm of instances", how)
        return reading.normalised(how["eps"])

    def _relu(self, node: Any, slope: float) -> _Value:
        reading = self._reading(node)
        need(reading.slope == 1 and 0 <= slope <= 1, "one ReLU at a time", slope)
        return replace(reading, slope=slope)

    def _pool(self, node: Any) -> _Value:
        how = node.get_attributes()
        box = zyx(how["kernel"])
        need(zyx(how["strides"]) == box, "boxes side by side", how)
        need({*how["pads_begin"], *how["pads_end"]} == {0}, "padding", how)
        need(how["rounding_type"] == "floor", "whole boxes", how)
        need({*how.get("dilations", (1,))} == {1}, "dilations", how)
        out = self._new_map(node)
        self._network.layers.append(Pool((self._reading(node),), out, box))
        return Reading(out)

    def _concat(self, node: Any) -> _Value:
        need(node.get_attributes()["axis"] in (1, -4), "joined channels", node.get_attributes())
        return tuple(self._reading(node, at) for at in range(node.get_input_size()))
