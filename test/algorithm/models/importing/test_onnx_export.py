"""The ONNX graph: what it is made of, and where its weights are."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from safetensors.numpy import load_file
from safetensors.torch import save_file
from torch import nn

from algorithm.models.importing.onnx_export import export
from uls.workshop.errors import ModelError


class Small(nn.Module):
    """One of each layer that a network may have."""

    def __init__(self, last: nn.Module) -> None:
        super().__init__()
        self.down = nn.Conv3d(1, 2, 3, stride=2, padding=1)
        self.norms = nn.Sequential(nn.InstanceNorm3d(2, affine=True), nn.BatchNorm3d(2))
        self.skip = nn.AvgPool3d(2)
        self.acts = nn.Sequential(nn.LeakyReLU(0.1), nn.ReLU(), nn.Dropout3d(), nn.Identity())
        self.up = nn.ConvTranspose3d(3, 2, 2, stride=2, bias=False)
        self.last = last

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        down = self.norms(self.down(x))
        down += down
        joined = torch.cat((self.acts(down), self.skip(x)), 1)
        result: torch.Tensor = self.last(self.up(joined))
        return result


def _exported(folder: Path, network: nn.Module) -> Path:
    torch.manual_seed(0)
    for tensor in network.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(torch.rand_like(tensor) + 0.1)
    weights = folder / "small.safetensors"
    save_file(network.state_dict(), weights)
    path = folder / "small.onnx"
    export(network.eval(), path, weights=weights, channels=1, classes=2, patch_zyx=(4, 6, 8))
    return path


def test_the_graph_computes_what_the_network_does(tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    network = Small(nn.Conv3d(2, 2, 1))
    path = _exported(tmp_path, network)
    x = np.random.default_rng(0).normal(size=(3, 1, 4, 6, 8)).astype(np.float32)

    session = onnxruntime.InferenceSession(path)
    (logits,) = session.run(["logits"], {"voi": x})

    with torch.inference_mode():
        expected = network(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-5)


def test_a_norm_stays_one_operator(tmp_path: Path) -> None:
    graph = onnx.load(_exported(tmp_path, Small(nn.Identity())), load_external_data=False).graph

    operators = [node.op_type for node in graph.node]
    assert operators.count("InstanceNormalization") == 1
    assert operators.count("BatchNormalization") == 1
    assert set(operators) - {"Identity"} == {
        "InstanceNormalization",
        "BatchNormalization",
        "Conv",
        "ConvTranspose",
        "AveragePool",
        "LeakyRelu",
        "Relu",
        "Add",
        "Concat",
    }


def test_weights_lie_in_the_safetensors_file_only(tmp_path: Path) -> None:
    path = _exported(tmp_path, Small(nn.Identity()))

    bare = onnx.load(path, load_external_data=False)
    assert all(
        tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in bare.graph.initializer
    )
    assert not any(tensor.raw_data or tensor.float_data for tensor in bare.graph.initializer)

    stored = load_file(tmp_path / "small.safetensors")
    read = {t.name: numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer}
    assert set(read) == set(stored) - {"norms.1.num_batches_tracked"}
    for name, values in read.items():
        np.testing.assert_array_equal(values, stored[name])


def test_the_batch_is_free_and_the_patch_is_fixed(tmp_path: Path) -> None:
    graph = onnx.load(_exported(tmp_path, Small(nn.Identity())), load_external_data=False).graph

    shapes = [
        [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in (graph.input[0], graph.output[0])
    ]
    assert shapes == [["n", 1, 4, 6, 8], ["n", 2, 4, 6, 8]]


def test_nothing_tells_where_it_was_made(tmp_path: Path) -> None:
    content = _exported(tmp_path, Small(nn.Identity())).read_bytes()

    assert str(tmp_path).encode() not in content
    assert str(Path(torch.__file__).parent).encode() not in content


@pytest.mark.parametrize(
    "layer",
    [
        nn.GELU(),
        nn.InstanceNorm3d(2),
        nn.InstanceNorm3d(2, affine=True, track_running_stats=True),
        nn.BatchNorm3d(2, affine=False),
        nn.Conv3d(2, 2, 3, padding=1, padding_mode="reflect"),
        nn.AvgPool3d(3, stride=1, padding=1),
    ],
    ids=str,
)
def test_a_layer_that_would_come_out_wrong_is_refused(tmp_path: Path, layer: nn.Module) -> None:
    with pytest.raises(ModelError, match=f"found {type(layer).__name__}"):
        _exported(tmp_path, Small(layer))


def test_a_function_that_is_not_known_is_refused(tmp_path: Path) -> None:
    class Sine(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.sin(x)

    with pytest.raises(ModelError, match=r"found call_function .*sin"):
        _exported(tmp_path, Small(Sine()))


def test_the_header_of_the_weights_is_json(tmp_path: Path) -> None:
    """The offsets in the ONNX file rest on the layout that safetensors documents."""
    _exported(tmp_path, Small(nn.Identity()))
    content = (tmp_path / "small.safetensors").read_bytes()

    header_bytes = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + header_bytes])
    begin, end = header["down.bias"]["data_offsets"]
    values = np.frombuffer(content[8 + header_bytes + begin : 8 + header_bytes + end], np.float32)
    np.testing.assert_array_equal(values, load_file(tmp_path / "small.safetensors")["down.bias"])
