"""Reading a network from its ONNX file, by OpenVINO's reader: its operators become our layers.

An operator that the library does not have is refused; the model then runs on another engine.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from algorithm.engines.openvino_package import openvino, passes
from algorithm.engines.winograd.doubling import PARTS
from algorithm.engines.winograd.folding import normalised, rectified, scaled, shifted
from algorithm.engines.winograd.layer_operators import (
    convolution,
    doubling,
    is_doubling,
    pooling,
    transposed,
)
from algorithm.engines.winograd.network import (
    Convolve,
    FeatureMap,
    Floats,
    Layer,
    Network,
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
            "PRelu": lambda node: rectified(self._reading(node), scalar(node)),
            "Relu": lambda node: rectified(self._reading(node), 0.0),
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
        return self._layer(convolution(node, self._readings(node), self._new_map(node)))

    def _transposed(self, node: Any) -> _Value:
        reading = self._reading(node)
        if not is_doubling(node):
            return self._layer(transposed(node, reading, self._new_map(node)))
        layer = doubling(node, reading, len(self._network.layers))
        self._doubled_map = layer.out
        return self._layer(layer)

    def _pool(self, node: Any) -> _Value:
        return self._layer(pooling(node, self._reading(node), self._new_map(node)))

    def _layer(self, layer: Layer) -> Reading:
        """Add a layer to the network; give what it writes, as it is."""
        self._network.layers.append(layer)
        return Reading(layer.out)

    def _add(self, node: Any) -> _Value:
        if is_constant(node, 1):
            return self._shifted(node, self._reading(node), per_channel(node))
        first, second = self._reading(node, 0), self._reading(node, 1)
        same = (first.of.channels, first.of.size) == (second.of.channels, second.of.size)
        need(same, "a sum of maps of one shape", node.get_friendly_name())
        return self._layer(Sum((first, second), self._new_map(node)))

    def _multiply(self, node: Any) -> _Value:
        return self._scaled(node, self._reading(node), per_channel(node))

    def _batch_norm(self, node: Any) -> _Value:
        weight, bias, mean, variance = (constant(node, at) for at in range(1, 5))
        factor = weight / np.sqrt(variance + node.get_attributes()["epsilon"])
        scaled = self._scaled(node, self._reading(node), factor)
        return self._shifted(node, scaled, bias - mean * factor)

    def _scaled(self, node: Any, reading: Reading, factor: Floats) -> Reading:
        need(reading.of != self._doubled_map, "no factor after doubling", reading)
        return scaled(reading, factor, self._own_layer(node, reading))

    def _shifted(self, node: Any, reading: Reading, shift: Floats) -> Reading:
        if reading.of == self._doubled_map and shift.size > 1:
            shift = np.repeat(shift, PARTS)
        return shifted(reading, shift, self._own_layer(node, reading))

    def _own_layer(self, node: Any, reading: Reading) -> Convolve | Transpose | None:
        """Give the layer that wrote what an operator reads, if nothing else reads that.

        There is none where a norm lies between, which takes factors and biases instead.
        """
        if reading.norm is not None:
            return None
        layer = self._network.layers[-1]
        is_convolution = isinstance(layer, Convolve | Transpose) and layer.out == reading.of
        readers = len(node.input_value(0).get_target_inputs())
        if not is_convolution or readers != 1:
            raise UnknownOperatorError(f"what is not a convolution's own: {reading}")
        return layer  # type: ignore[return-value]

    def _norm(self, node: Any) -> _Value:
        reading = self._reading(node)
        return normalised(node, reading, self._network.layers[reading.of.number])

    def _concat(self, node: Any) -> _Value:
        need(node.get_attributes()["axis"] in (1, -4), "joined channels", node.get_attributes())
        return tuple(self._reading(node, at) for at in range(node.get_input_size()))
