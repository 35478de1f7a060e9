"""A run that begins with stored weights computes what they do, and can go on learning."""

from pathlib import Path

import pytest
import torch
from tiny_scans import tiny_recipe

from algorithm.models.importing.zoom_export import export_zoom
from algorithm.networks.zoom_network import ZoomNetwork, normalised_convolutions
from training.starter.run.checkpoint import CHECKPOINT, new_network
from training.starter.run.loop import Run
from training.starter.run.start import begin_with, read_start
from training.starter.settings.training_settings import Network
from uls.workshop.errors import CallError, ModelError

CPU = torch.device("cpu")


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A model whose normalisations had statistics of their own before they were folded."""
    torch.manual_seed(1)
    trained = new_network(tiny_recipe(), CPU)
    for _ in range(3):
        trained(torch.randn(2, 9, 48, 48, 48))
    export_zoom(trained, tmp_path / "stored", name="stored")
    return tmp_path / "stored"


def _begun(stored: Path, samples: torch.Tensor) -> tuple[ZoomNetwork, ZoomNetwork]:
    plain = read_start(stored, tiny_recipe().network)
    network = new_network(tiny_recipe(), CPU)
    begin_with(network, plain, samples)
    return network, plain


def test_in_inference_mode_it_is_the_stored_network(stored: Path) -> None:
    samples = torch.randn(4, 9, 48, 48, 48)
    network, plain = _begun(stored, samples)
    other = torch.randn(1, 9, 48, 48, 48)
    with torch.no_grad():
        torch.testing.assert_close(network.eval()(other), plain(other), rtol=1e-4, atol=1e-4)


def test_in_training_mode_too_on_the_samples_whose_statistics_it_took(stored: Path) -> None:
    samples = torch.randn(4, 9, 48, 48, 48)
    network, plain = _begun(stored, samples)
    with torch.no_grad():
        torch.testing.assert_close(network.train()(samples), plain(samples), rtol=1e-3, atol=1e-3)


def test_its_filters_have_the_size_of_trained_ones(stored: Path) -> None:
    network, _ = _begun(stored, torch.randn(2, 9, 48, 48, 48))
    for _, conv, _ in normalised_convolutions(network):
        rms = conv.weight.detach().square().mean((1, 2, 3, 4)).sqrt()
        torch.testing.assert_close(rms, torch.full_like(rms, 0.1))


def test_only_a_new_run_begins_with_it(tmp_path: Path) -> None:
    recipe = tiny_recipe()
    began: list[ZoomNetwork] = []
    Run(tmp_path, recipe, CPU, begin=began.append)._save()
    assert (tmp_path / CHECKPOINT).exists()
    Run(tmp_path, recipe, CPU, begin=began.append)
    assert len(began) == 1


def test_a_network_of_another_size_is_refused(stored: Path) -> None:
    with pytest.raises(CallError, match=r"widths \(4, 8\)"):
        read_start(stored, Network(widths=(4, 8), blocks=(1, 1)))


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        read_start(tmp_path, tiny_recipe().network)


def test_weights_of_a_model_without_corrections_ignore_that_channel(tmp_path: Path) -> None:
    sizes = tiny_recipe().network
    older = ZoomNetwork(8, sizes.widths, sizes.blocks, norm=True).eval()
    export_zoom(older, tmp_path / "older", name="older")
    samples = torch.randn(4, 9, 48, 48, 48)
    network, plain = _begun(tmp_path / "older", samples)
    other = torch.randn(1, 9, 48, 48, 48)
    with torch.no_grad():
        torch.testing.assert_close(network.eval()(other), plain(other[:, :8]), rtol=1e-4, atol=1e-4)
