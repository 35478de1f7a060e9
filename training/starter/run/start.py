"""Beginning with a trained model's weights instead of random ones.

A stored zoom network has no normalisation: it was folded into the convolutions (`folded`). Training
wants it back. Each one is put where it was, with the statistics of some samples, and scaled and
shifted such that the network computes what the stored one does.

Folding also shrank the filters, thirtyfold and more. A normalisation undoes any scale, but the
optimiser's steps do not know that: to small filters they are huge, and within 150 of them what had
been learnt was lost. So each filter gets the size that trained filters have.
"""

from pathlib import Path

import torch
from torch import Tensor, nn

from algorithm.models.importing.on_the_fly import load_model
from algorithm.models.manifest import ZoomManifest
from algorithm.networks import networks
from algorithm.networks.zoom_network import ZoomNetwork, normalised_convolutions
from training.starter.settings.cases_seen import CasesSeen, cases_of
from training.starter.settings.training_settings import Network
from uls.workshop.errors import CallError

__all__ = ["begin_with", "cases_behind", "read_start"]

_FILTER_RMS = 0.1
"""Root mean square of a filter's weights; those of layers without normalisation end near it."""


def read_start(folder: Path, sizes: Network) -> ZoomNetwork:
    """Read the network of a model folder, as it is stored.

    Args:
        folder: of a zoom model.
        sizes: of the network that is to be trained; the model's must be the same.

    Raises:
        ModelError: the folder is no model, or not what its manifest says.
        CallError: the model is of another kind or another size.
    """
    model = load_model(folder)
    expected = f"a zoom model of widths {sizes.widths} and blocks {sizes.blocks}"
    if not isinstance(model.manifest, ZoomManifest):
        raise CallError.about("--start", expected=expected, found=f"a {model.manifest.kind} model")
    layers = model.manifest.architecture
    if (layers.widths, layers.blocks) != (sizes.widths, sizes.blocks):
        found = f"widths {layers.widths} and blocks {layers.blocks}"
        raise CallError.about("--start", expected=expected, found=found)
    network = ZoomNetwork(layers.channels_in, layers.widths, layers.blocks, norm=False)
    (fold,) = model.manifest.folds
    networks.load_state(network, networks.read_state(model.folder / fold.weights.name))
    return network.eval()


def cases_behind(folder: Path) -> CasesSeen:
    """Give the cases that a model folder's weights were trained on, as far as it says."""
    return cases_of(load_model(folder).manifest)


@torch.no_grad()
def begin_with(network: ZoomNetwork, stored: ZoomNetwork, samples: Tensor) -> None:
    """Give a network that is to be trained the function of a stored one.

    Args:
        network: with normalisation; its weights are overwritten.
        stored: of the same sizes, without.
        samples: network inputs (n, channels, z, y, x), whose statistics the normalisations take;
            the more, the nearer training begins to what the stored network computes.
    """
    outputs = _statistics(
        stored, [name for name, _, _ in normalised_convolutions(network)], samples
    )
    state = stored.state_dict()
    state["stem.weight"] = _widened(state["stem.weight"], network.stem.weight.shape[1])
    kept = {name: tensor for name, tensor in state.items() if name in network.state_dict()}
    network.load_state_dict(kept, strict=False)
    for name, conv, norm in normalised_convolutions(network):
        mean, variance = outputs[name]
        scale = _FILTER_RMS / conv.weight.square().mean((1, 2, 3, 4)).sqrt().clamp(min=1e-9)
        conv.weight.mul_(scale[:, None, None, None, None])
        norm.weight.copy_(torch.sqrt(variance * scale**2 + norm.eps) / scale)
        norm.bias.copy_(mean)
        norm.running_mean.copy_((mean - state[f"{name}.0.bias"]) * scale)  # type: ignore[union-attr]
        norm.running_var.copy_(variance * scale**2)  # type: ignore[union-attr]


def _widened(filters: Tensor, channels: int) -> Tensor:
    """Let the first filters ignore channels that their network did not have."""
    more = filters.new_zeros(len(filters), channels - filters.shape[1], *filters.shape[2:])
    return torch.cat([filters, more], dim=1)


def _statistics(
    stored: ZoomNetwork, names: list[str], samples: Tensor
) -> dict[str, tuple[Tensor, Tensor]]:
    """Give the mean and variance of each named convolution's channels over some samples."""
    modules = dict(stored.named_modules())
    sums: dict[str, list[Tensor]] = {name: [] for name in names}

    def remember(name: str) -> None:
        def hook(_: nn.Module, __: tuple[Tensor, ...], output: Tensor) -> None:
            axes = (0, 2, 3, 4)
            values = output.double()
            sums[name].append(torch.stack([values.mean(axes), (values**2).mean(axes)]))

        handles.append(modules[name][0].register_forward_hook(hook))

    handles: list[torch.utils.hooks.RemovableHandle] = []
    for name in names:
        remember(name)
    for sample in samples.split(8):
        stored(sample[:, : stored.arguments[0]])
    for handle in handles:
        handle.remove()
    found = {name: torch.stack(moments).mean(0) for name, moments in sums.items()}
    return {
        name: (mean.float(), (square - mean**2).clamp(min=0).float())
        for name, (mean, square) in found.items()
    }
