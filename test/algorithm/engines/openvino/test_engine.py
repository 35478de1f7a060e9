"""OpenVINO alone: what it must not do, and that its norms are exact over a whole VOI."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from nnunet_folders import new_plans, write_result_folder
from onnx import TensorProto, helper, numpy_helper

from algorithm.engines.openvino.engine import OpenVinoEngine, compile_network
from algorithm.models import weights
from algorithm.models.importing.model_import import import_model

Floats = npt.NDArray[np.float32]

RUN = """
import sys
from pathlib import Path

import numpy as np

from algorithm.engines.selection.create import create
from algorithm.inference.nnunet_predictor import NnunetPredictor
from algorithm.models.importing.on_the_fly import load_model

model = load_model(Path(sys.argv[1]))
predictor = NnunetPredictor(model, create(sys.argv[2], model, device="cpu"))
predictor.predict(np.zeros((16, 16, 16), dtype=np.int16))
heavy = {"torch", "scipy", "onnx", "safetensors", "pandas", "matplotlib"}
print(sorted(heavy & set(sys.modules)), sys.modules["openvino_telemetry"])
"""


def test_runs_without_torch_or_telemetry_and_writes_nothing(tmp_path: Path) -> None:
    source = write_result_folder(tmp_path / "result", new_plans(patch=(16, 16, 16)))
    import_model(source, tmp_path / "model", name="test", field="voi")
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    here = tmp_path / "here"
    here.mkdir()

    done = subprocess.run(
        [sys.executable, "-c", RUN, str(tmp_path / "model"), "auto"],
        env={
            "HOME": str(home),
            "XDG_CACHE_HOME": str(home),
            "ULS23_CACHE": "/proc/nowhere",  # not even root may write there
            "PYTHONPATH": str(Path(weights.__file__).parents[2]),
            "TMPDIR": str(here),
        },
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout == "[] None\n"
    assert list(home.iterdir()) == []
    assert list(here.iterdir()) == []


def _norm(path: Path, shape: tuple[int, ...]) -> Path:
    """Write a graph of one instance norm of two channels, scaled by 1 and 2, shifted by 0 and 3."""
    graph = helper.make_graph(
        [
            helper.make_node(
                "InstanceNormalization", ["voi", "scale", "bias"], ["logits"], epsilon=1e-5
            )
        ],
        "norm",
        [helper.make_tensor_value_info("voi", TensorProto.FLOAT, ["n", 2, *shape])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 2, *shape])],
        initializer=[
            helper.make_tensor("scale", TensorProto.FLOAT, [2], [1.0, 2.0]),
            helper.make_tensor("bias", TensorProto.FLOAT, [2], [0.0, 3.0]),
        ],
    )
    onnx.save(
        helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 18)]), path
    )
    return path


@pytest.mark.parametrize("shape", [(128, 256, 256), (96, 160, 176), (31, 37, 41), (4, 4, 4)])
def test_norms_are_exact_over_any_number_of_voxels(tmp_path: Path, shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(0)
    x = random.normal(3, 1, size=(1, 2, *shape)).astype(np.float32)
    path = _norm(tmp_path / "norm.onnx", shape)
    engine = OpenVinoEngine(compile_network(path, (1, 2, *shape)), "f32")

    normalised = engine(x)

    exact = x.astype(np.float64)
    exact -= exact.mean(axis=(2, 3, 4), keepdims=True)
    exact /= np.sqrt((exact**2).mean(axis=(2, 3, 4), keepdims=True) + 1e-5)
    exact = exact * [[[[[1.0]]], [[[2.0]]]]] + [[[[[0.0]]], [[[3.0]]]]]
    # OpenVINO's own operator is 4e-4 off over 8.4 million voxels.
    assert np.abs(normalised - exact).max() < 2e-5


def test_a_batch_is_its_patches_one_after_the_other(tmp_path: Path) -> None:
    path, shape = _norm(tmp_path / "norm.onnx", (4, 4, 4)), (1, 2, 4, 4, 4)
    engine = OpenVinoEngine(compile_network(path, shape), "f32")
    batch = np.random.default_rng(0).normal(size=(3, 2, 4, 4, 4)).astype(np.float32)

    single = [engine(batch[[n]]).copy()[0] for n in range(3)]

    np.testing.assert_array_equal(engine(batch), single)


def _decoder_stage(path: Path, shape: tuple[int, ...]) -> tuple[Path, Floats]:
    """Write a graph that joins its input with the double of it, and convolves both to 3."""
    filters = np.random.default_rng(1).normal(size=(3, 2, 3, 3, 3)).astype(np.float32)
    nodes = [
        helper.make_node("Add", ["voi", "voi"], ["double"]),
        helper.make_node("Concat", ["voi", "double"], ["joined"], axis=1),
        helper.make_node(
            "Conv", ["joined", "filters", "bias"], ["logits"], pads=[1] * 6, kernel_shape=[3] * 3
        ),
    ]
    graph = helper.make_graph(
        nodes,
        "stage",
        [helper.make_tensor_value_info("voi", TensorProto.FLOAT, ["n", 1, *shape])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 3, *shape])],
        initializer=[
            numpy_helper.from_array(filters, "filters"),
            helper.make_tensor("bias", TensorProto.FLOAT, [3], [0.0, 1.0, -1.0]),
        ],
    )
    onnx.save(
        helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 18)]), path
    )
    return path, filters


@pytest.mark.parametrize(("shape", "joined"), [((64, 128, 128), 0), ((8, 16, 16), 1)])
def test_large_maps_are_convolved_without_being_joined(
    tmp_path: Path, shape: tuple[int, ...], joined: int
) -> None:
    path, filters = _decoder_stage(tmp_path / "stage.onnx", shape)
    compiled = compile_network(path, (1, 1, *shape))
    x = np.random.default_rng(0).normal(size=(1, 1, *shape)).astype(np.float32)

    logits = OpenVinoEngine(compiled, "f32")(x)

    kinds = [node.get_rt_info()["layerType"] for node in compiled.get_runtime_model().get_ops()]
    assert kinds.count("Concatenation") == joined
    # The double's filters count twice: one convolution of one channel.
    alone = filters[:, 0] + 2 * filters[:, 1]
    padded = np.pad(x[0, 0].astype(np.float64), 1)
    for place in [(0, 0, 0), (3, 7, 5), tuple(size - 1 for size in shape)]:
        z, y, x_ = place
        around = padded[z : z + 3, y : y + 3, x_ : x_ + 3]
        expected = (alone * around).sum(axis=(1, 2, 3)) + np.array([0.0, 1.0, -1.0])
        np.testing.assert_allclose(logits[0, :, z, y, x_], expected, rtol=1e-4, atol=1e-4)
