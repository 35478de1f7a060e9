"""Reading ONNX graphs as layers: what each operator becomes, and what is refused."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from native_networks import expected
from onnx import NodeProto, TensorProto, helper, numpy_helper
from torch.nn import functional

from algorithm.engines.winograd.graph import UnknownOperatorError, read_network
from algorithm.engines.winograd.library import Library
from algorithm.engines.winograd.program import Program

SIZE = (4, 6, 8)
RNG = np.random.default_rng(0)
WEIGHTS = {
    "one": RNG.standard_normal((3, 2, 1, 1, 1), dtype=np.float32),
    "three": RNG.standard_normal((3, 3, 3, 3, 3), dtype=np.float32),
    "last": RNG.standard_normal((2, 3, 1, 1, 1), dtype=np.float32),
    "grow": RNG.standard_normal((3, 2, 4, 4, 4), dtype=np.float32),
    "bias": RNG.standard_normal(2, dtype=np.float32),
    "bias3": RNG.standard_normal(3, dtype=np.float32),
    "uneven": np.array([0.1, 0.2, 0.3], np.float32).reshape(3, 1, 1, 1),
    "even": np.full((3, 1, 1, 1), 0.1, np.float32),
    "scale": np.array([1, 2, 3], np.float32),
    "scale3": np.array([0.5, -1, 2], np.float32),
    "scale5": np.array([1, 2, 3], np.float32).reshape(1, 3, 1, 1, 1),
    "grow2": RNG.standard_normal((3, 2, 2, 2, 2), dtype=np.float32),
    "two": RNG.standard_normal((2, 2, 1, 1, 1), dtype=np.float32),
    "bias1": np.ones(1, np.float32),
    "shift": np.array([0, -1, 1], np.float32),
}


def _conv(read: str, filters: str, out: str, **how: Any) -> NodeProto:
    pads = [int(filters == "three")] * 6
    return helper.make_node("Conv", [read, filters], [out], **{"pads": pads, **how})


def _node(kind: str, reads: Sequence[str], out: str, **how: Any) -> NodeProto:
    return helper.make_node(kind, list(reads), [out], **how)


FIRST, LAST = _conv("voi", "one", "first"), _conv("inner", "last", "logits")


def _file(folder: Path, nodes: Sequence[NodeProto], size: Sequence[int] = SIZE) -> Path:
    used = {name for node in nodes for name in node.input} & set(WEIGHTS)
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("voi", TensorProto.FLOAT, ["n", 2, *SIZE])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 2, *size])],
        initializer=[numpy_helper.from_array(WEIGHTS[name], name) for name in sorted(used)],
    )
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 18)])
    onnx.save(model, folder / "network.onnx")
    return folder / "network.onnx"


@pytest.mark.parametrize(
    ("inner", "said"),
    [
        ([_node("Sigmoid", ["first"], "inner")], "Sigmoid"),
        ([_conv("first", "three", "inner", pads=[2] * 6, dilations=[2] * 3)], "dilations"),
        ([_conv("first", "three", "inner", pads=[2, 1, 1, 0, 1, 1])], "padding"),
        ([_node("PRelu", ["first", "uneven"], "inner")], "one slope"),
        (
            [_node("Relu", ["first"], "a"), _node("LeakyRelu", ["a"], "inner", alpha=0.1)],
            "one ReLU at a time",
        ),
        (
            [
                _node("Relu", ["first"], "a"),
                _node("InstanceNormalization", ["a", "scale", "shift"], "inner"),
            ],
            "a norm",
        ),
        (
            [_node("AveragePool", ["first"], "inner", kernel_shape=[3] * 3, pads=[1] * 6)],
            "boxes side by side",
        ),
        ([_node("Add", ["bias1", "first"], "inner")], "a constant comes second"),
        ([_node("LeakyRelu", ["first"], "inner", alpha=1.5)], "one ReLU at a time: 1.5"),
        ([_node("LeakyRelu", ["first"], "inner", alpha=-0.5)], "one ReLU at a time: -0.5"),
        (
            [_node("ConvTranspose", ["first", "three"], "inner", pads=[1] * 6)],
            "a transposed kernel of its stride",
        ),
    ],
)
def test_what_the_library_has_not_is_refused(
    tmp_path: Path, inner: list[NodeProto], said: str
) -> None:
    with pytest.raises(UnknownOperatorError, match=said):
        read_network(_file(tmp_path, [FIRST, *inner, LAST]), (1, 2, *SIZE))


def test_a_network_that_does_not_end_with_a_convolution_is_refused(tmp_path: Path) -> None:
    nodes = [FIRST, _conv("first", "last", "a"), _node("Relu", ["a"], "logits")]

    with pytest.raises(UnknownOperatorError, match="the result of the last layer"):
        read_network(_file(tmp_path, nodes), (1, 2, *SIZE))


def test_a_norm_of_the_input_is_refused(tmp_path: Path) -> None:
    nodes = [_node("InstanceNormalization", ["voi", "bias", "bias"], "first"), FIRST, LAST]
    nodes[1] = _conv("first", "one", "inner")

    with pytest.raises(UnknownOperatorError, match="MVN of what is not one feature map"):
        read_network(_file(tmp_path, nodes), (1, 2, *SIZE))


def test_what_is_not_onnx_is_a_runtime_error(tmp_path: Path) -> None:
    (tmp_path / "network.onnx").write_bytes(b"damaged")

    with pytest.raises(RuntimeError):
        read_network(tmp_path / "network.onnx", (1, 2, *SIZE))


def _patch() -> Any:
    return np.random.default_rng(1).standard_normal((2, *SIZE), dtype=np.float32)


def _by_torch(patch: Any) -> Any:
    filters = torch.from_numpy(WEIGHTS["one"]).double()
    return functional.conv3d(torch.from_numpy(patch).double()[None], filters)


def test_norm_and_relu_are_done_in_reading(tmp_path: Path) -> None:
    inner = [
        _node("InstanceNormalization", ["first", "scale", "shift"], "a", epsilon=1e-3),
        _node("PRelu", ["a", "even"], "inner"),
    ]
    patch = _patch()
    scale, shift = (torch.from_numpy(WEIGHTS[name]).double() for name in ("scale", "shift"))
    normed = functional.instance_norm(_by_torch(patch), weight=scale, bias=shift, eps=1e-3)
    last = torch.from_numpy(WEIGHTS["last"]).double()
    right = functional.conv3d(functional.leaky_relu(normed, 0.1), last)[0].numpy()

    network = read_network(_file(tmp_path, [FIRST, *inner, LAST]), (1, 2, *SIZE))

    assert len(network.layers) == 2
    np.testing.assert_allclose(expected(network, patch), right, rtol=1e-5, atol=1e-5)


def test_a_transposed_convolution_that_ends_at_twice_the_size(
    tmp_path: Path, best: Library
) -> None:
    """Kernel 4, stride 2, pad 1, as the starter model ends."""
    how = {"strides": [2] * 3, "pads": [1] * 6}
    nodes = [FIRST, _node("ConvTranspose", ["first", "grow", "bias"], "logits", **how)]
    patch = _patch()
    filters, bias = (torch.from_numpy(WEIGHTS[name]).double() for name in ("grow", "bias"))
    right = functional.conv_transpose3d(_by_torch(patch), filters, bias, stride=2, padding=1)

    network = read_network(_file(tmp_path, nodes, [8, 12, 16]), (1, 2, *SIZE))
    logits = Program(network, best)(patch)

    np.testing.assert_allclose(logits, right[0].numpy(), rtol=1e-4, atol=1e-4)


def test_one_map_read_with_two_norms_and_as_it_is(tmp_path: Path, best: Library) -> None:
    """Each reader has its own; the convolution behind them is read by three."""
    inner = [
        _node("InstanceNormalization", ["first", "scale", "shift"], "a"),
        _node("InstanceNormalization", ["first", "scale3", "bias3"], "b"),
        _node("Add", ["a", "b"], "c"),
        _node("Add", ["c", "first"], "inner"),
    ]
    patch, values = _patch(), {name: torch.from_numpy(w).double() for name, w in WEIGHTS.items()}
    first = _by_torch(patch)
    a = functional.instance_norm(first, weight=values["scale"], bias=values["shift"])
    b = functional.instance_norm(first, weight=values["scale3"], bias=values["bias3"])
    right = functional.conv3d(a + b + first, values["last"])

    network = read_network(_file(tmp_path, [FIRST, *inner, LAST]), (1, 2, *SIZE))

    logits = Program(network, best)(patch)
    np.testing.assert_allclose(logits, right[0].numpy(), rtol=1e-4, atol=1e-4)


def test_a_factor_of_what_others_read_too_is_refused(tmp_path: Path) -> None:
    """It could only be folded into the filters, and would be wrong for the others."""
    inner = [
        _node("Relu", ["first"], "a"),
        _node("Mul", ["first", "scale5"], "b"),
        _node("Add", ["a", "b"], "inner"),
    ]

    with pytest.raises(UnknownOperatorError, match="what is not a convolution's own"):
        read_network(_file(tmp_path, [FIRST, *inner, LAST]), (1, 2, *SIZE))


def test_what_goes_on_at_twice_the_size_is_refused(tmp_path: Path) -> None:
    how = {"strides": [2] * 3, "pads": [1] * 6}
    nodes = [
        FIRST,
        _node("ConvTranspose", ["first", "grow"], "a", **how),
        _conv("a", "two", "logits"),
    ]

    with pytest.raises(UnknownOperatorError, match="doubling at the end"):
        read_network(_file(tmp_path, nodes, [8, 12, 16]), (1, 2, *SIZE))


@pytest.mark.parametrize(
    ("last", "size", "said"),
    [
        ({"kernel_shape": [2] * 3, "output_shape": [7, 12, 15]}, [7, 12, 15], "another size"),
        ({"kernel_shape": [2] * 3, "output_padding": [0, 0, 1]}, [8, 12, 17], "padding"),
        (
            {"kernel_shape": [4] * 3, "pads": [1] * 6, "output_padding": [0, 0, 1]},
            [8, 12, 17],
            "twice the size",
        ),
    ],
)
def test_an_output_of_another_size_than_the_library_writes_is_refused(
    tmp_path: Path, last: dict[str, Any], size: list[int], said: str
) -> None:
    """It would be written beyond its end."""
    filters = "grow" if last["kernel_shape"][0] == 4 else "grow2"
    nodes = [
        FIRST,
        _node("ConvTranspose", ["first", filters], "inner", strides=[2] * 3, **last),
        _conv("inner", "two", "logits"),
    ]

    with pytest.raises(UnknownOperatorError, match=said):
        read_network(_file(tmp_path, nodes, size), (1, 2, *SIZE))


def test_a_network_of_one_layer_is_refused(tmp_path: Path) -> None:
    nodes = [_conv("voi", "two", "logits")]

    with pytest.raises(UnknownOperatorError, match="more than one layer"):
        read_network(_file(tmp_path, nodes), (1, 2, *SIZE))
