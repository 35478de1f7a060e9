"""A zoom network on disk, and that every engine computes with it what torch does."""

from pathlib import Path

import numpy as np
import pytest
import torch

from algorithm.cli.load import make_predictor
from algorithm.engines.catalogue.catalogue import Candidate
from algorithm.engines.selection.create import create
from algorithm.engines.selection.parity import compare
from algorithm.engines.selection.phantoms import PHANTOMS, batch_of
from algorithm.inference.zoom_predictor import ZoomPredictor
from algorithm.models import weights
from algorithm.models.importing.on_the_fly import load_model
from algorithm.models.importing.zoom_export import export_zoom
from algorithm.models.zoom_manifest import ZoomOrigin
from algorithm.models.zoom_settings import ZoomSettings
from algorithm.networks.zoom_network import ZoomNetwork, folded
from uls.workshop.errors import ModelError

WIDTHS, BLOCKS = (4, 6, 8), (1, 2, 1)
CARD = weights.Card(description="A random network.", licence="Apache-2.0")


def network(seed: int = 0, channels_in: int = 8) -> ZoomNetwork:
    """A network as it is in training, with statistics that are not those it began with."""
    torch.manual_seed(seed)
    built = ZoomNetwork(channels_in, WIDTHS, BLOCKS, norm=True)
    for name, values in built.state_dict().items():
        if name.endswith("running_mean"):
            values.normal_()
        elif name.endswith("running_var"):
            values.uniform_(0.5, 2.0)
    return built.eval()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("zoom") / "model"
    export_zoom(
        network(),
        folder,
        name="random",
        card=CARD,
        settings=ZoomSettings(target_fill=0.4),
        origin=ZoomOrigin(recipe_sha256="ab12", seed="7", steps="100"),
    )
    return folder


def test_a_model_folder_holds_weights_graph_and_manifest(folder: Path) -> None:
    model = load_model(folder)

    names = sorted(path.name for path in folder.iterdir())
    assert names == ["model.json", "zoom.onnx", "zoom.safetensors"]
    assert model.manifest.kind == "zoom"
    assert model.manifest.architecture.widths == WIDTHS
    assert model.manifest.settings == ZoomSettings(target_fill=0.4)
    assert {"torch", "onnx", "safetensors"} == set(model.manifest.origin.exported_with)
    # The graph holds no weights of its own.
    assert (folder / "zoom.onnx").stat().st_size < (folder / "zoom.safetensors").stat().st_size


def test_describing_says_what_it_is_and_how_it_was_trained(folder: Path) -> None:
    lines = weights.describe(load_model(folder))

    assert lines[0].startswith(f"Model: random, from {folder} (SHA-256 of model.json ")
    assert "ZoomNetwork, 3 levels" in lines[1]
    assert "patch 48x48x48 (z, y, x)" in lines[1]
    assert lines[2] == "Trained as: recipe ab12, seed 7, steps 100"
    assert "What it is: A random network." in lines


def test_listing_shows_it(folder: Path) -> None:
    (listed,) = weights.list_models(folder)

    assert (listed.name, listed.kind, listed.problem) == ("random", "zoom", "")


def test_one_changed_bit_is_an_error(tmp_path: Path) -> None:
    export_zoom(network(), tmp_path / "model", name="random")
    path = tmp_path / "model" / "zoom.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)

    with pytest.raises(ModelError, match=r"zoom\.safetensors: expected SHA-256"):
        load_model(tmp_path / "model")


def test_a_later_export_replaces_an_earlier_one_and_a_failed_one_does_not(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    export_zoom(network(), folder, name="first")
    export_zoom(folded(network()), folder, name="second")
    broken = network()
    broken.head.bias.data.fill_(float("nan"))

    with pytest.raises(ModelError, match="finite weights"):
        export_zoom(broken, folder, name="third")

    assert load_model(folder).manifest.name == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize("channels_in", [8, 9])
@pytest.mark.parametrize("name", ["torch", "openvino", "onnx"])
def test_every_engine_computes_what_the_trained_network_does(
    tmp_path: Path, name: str, channels_in: int
) -> None:
    """Float32 has 2^-24 = 6e-8; some hundred sums one after the other lose a digit or two of it."""
    export_zoom(network(channels_in=channels_in), tmp_path / "model", name="random")
    model = load_model(tmp_path / "model")
    seen = batch_of(PHANTOMS[0], model.manifest)
    batch = np.concatenate([seen, seen[..., ::-1]])
    with torch.inference_mode():
        expected = network(channels_in=channels_in)(torch.from_numpy(batch)).numpy()

    (engine,) = create(name, model, device="cpu")
    logits = engine(batch)

    assert logits.shape == (2, 1, 48, 48, 48)
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(logits, expected, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("name", ["torch", "openvino"])
def test_bfloat16_is_checked_on_what_the_network_sees(folder: Path, name: str) -> None:
    model = load_model(folder)
    seen = batch_of(PHANTOMS[0], model.manifest)
    exact, engine = (
        Candidate(name, "cpu", precision).make(model, model.manifest.folds[0])
        for precision in ("f32", "bf16")
    )

    assert compare(engine(seen), exact(seen)).holds("bf16")


@pytest.mark.parametrize("channels_in", [8, 9])
def test_the_phantom_is_seen_through_the_models_channels(tmp_path: Path, channels_in: int) -> None:
    export_zoom(network(channels_in=channels_in), tmp_path / "model", name="random")
    seen = batch_of(PHANTOMS[0], load_model(tmp_path / "model").manifest)

    assert seen.shape == (1, channels_in, 48, 48, 48)
    assert seen.dtype == np.float32
    assert seen[0, 4, 24, 24, 24] == 1  # the click
    assert abs(seen[0, 2, 24, 24, 24]) < 0.5  # the clicked tissue
    assert seen[0, 2, 0, 0, 0] < -1  # not the clicked tissue


def test_a_predictor_is_made_of_it(folder: Path) -> None:
    model = load_model(folder)

    assert isinstance(make_predictor(model, create("auto", model)), ZoomPredictor)
