"""A torch network as an ONNX graph whose weights stay in its safetensors file.

The network is traced symbolically (torch.fx), which computes nothing and takes well under a second
for 190 million parameters, and each layer becomes one ONNX operator; instance normalisation stays
one, too, which engines run far faster than its parts. A layer that is not in the table is refused.
"""

import json
import operator
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import TensorProto, helper
from torch import fx, nn

from algorithm.models.architecture import Zyx
from algorithm.models.importing.onnx_layers import LAYERS, unknown_layer
from algorithm.models.onnx_names import INPUT, OUTPUT
from algorithm.networks.networks import aliases

__all__ = ["export"]

_OPSET = 18
_IR_VERSION = 8
"""The oldest that opset 18 allows, so that older engines read the file as well."""


def export(
    network: nn.Module,
    path: Path,
    *,
    weights: Path,
    channels: int,
    classes: int,
    patch_zyx: Zyx,
) -> None:
    """Write a network's ONNX graph: float32 (n, channels, z, y, x) to (n, classes, z, y, x).

    Args:
        network: in inference mode; its tensors may be on the device `meta`.
        path: the ONNX file to write.
        weights: the safetensors file, in the same folder, that holds the network's tensors.
        channels: input channels.
        classes: output channels.
        patch_zyx: voxels of the input along (z, y, x), fixed.

    Raises:
        ModelError: the network has a layer that has no ONNX operator here.
    """
    stored = _stored_tensors(weights)
    graph = _Graph(network, stored)
    for node in fx.Tracer().trace(network).nodes:
        graph.add(node)
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "network",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["n", channels, *patch_zyx])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["n", classes, *patch_zyx])],
            initializer=list(graph.initializers.values()),
        ),
        producer_name="uls23",
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
    )
    path.write_bytes(model.SerializeToString())
    onnx.checker.check_model(str(path), full_check=True)


def _stored_tensors(weights: Path) -> dict[str, TensorProto]:
    """Describe each tensor of a safetensors file as ONNX external data: file, offset, length.

    The file is eight bytes of header length, the header (JSON), then the tensors' bytes.
    """
    with weights.open("rb") as file:
        header_bytes = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(header_bytes))
    return {
        name: _external(name, entry, weights.name, start=8 + header_bytes)
        for name, entry in header.items()
        if name != "__metadata__" and entry["dtype"] == "F32"
    }


def _external(name: str, entry: dict[str, Any], file: str, *, start: int) -> TensorProto:
    begin, end = entry["data_offsets"]
    where = {"location": file, "offset": str(start + begin), "length": str(end - begin)}
    tensor = TensorProto(
        name=name,
        data_type=TensorProto.FLOAT,
        dims=entry["shape"],
        data_location=TensorProto.EXTERNAL,
    )
    for key, value in where.items():
        tensor.external_data.add(key=key, value=value)
    return tensor


class _Graph:
    """An ONNX graph that grows by one traced node at a time."""

    def __init__(self, network: nn.Module, stored: Mapping[str, TensorProto]) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: dict[str, TensorProto] = {}
        self._network = network
        self._aliases = aliases(network)
        self._stored = stored
        self._values: dict[fx.Node, str] = {}

    def add(self, node: fx.Node) -> None:
        """Add what a traced node computes."""
        if node.op == "placeholder":
            self._values[node] = INPUT
        elif node.op == "output":
            (result,) = node.args
            self._emit("Identity", [self._values[_node(result)]], OUTPUT)
        elif node.op == "call_module":
            self._add_module(node)
        elif node.op == "call_function" and node.target in {operator.add, operator.iadd}:
            self._add(node, "Add", [self._values[_node(term)] for term in node.args])
        elif node.op == "call_function" and node.target is torch.cat:
            tensors, axis = node.args
            parts = [self._values[_node(tensor)] for tensor in _sequence(tensors)]
            self._add(node, "Concat", parts, axis=axis)
        else:
            raise unknown_layer(f"{node.op} {node.target}")

    def _add_module(self, node: fx.Node) -> None:
        name = str(node.target)
        module = self._network.get_submodule(name)
        (argument,) = node.args
        value = self._values[_node(argument)]
        if isinstance(module, (nn.Dropout3d, nn.Identity)):
            self._values[node] = value
            return
        layer = LAYERS.get(type(module))
        if layer is None or not layer.runs(module):
            raise unknown_layer(repr(module))
        inputs = [value, *(self._weight(f"{name}.{tensor}") for tensor in layer.tensors_of(module))]
        self._add(node, layer.op_type, inputs, **layer.attributes(module))

    def _weight(self, name: str) -> str:
        true_name = self._aliases[name]
        self.initializers[true_name] = self._stored[true_name]
        return true_name

    def _add(self, node: fx.Node, op_type: str, inputs: list[str], **attributes: Any) -> None:
        self._values[node] = node.name
        self._emit(op_type, inputs, node.name, **attributes)

    def _emit(self, op_type: str, inputs: list[str], output: str, **attributes: Any) -> None:
        self.nodes.append(helper.make_node(op_type, inputs, [output], **attributes))


def _node(argument: Any) -> fx.Node:
    if not isinstance(argument, fx.Node):
        raise unknown_layer(f"the operand {argument!r}")
    return argument


def _sequence(argument: Any) -> tuple[Any, ...]:
    return tuple(argument)
