"""The zoom network in torch: a small residual U-Net that works at half the patch's resolution.

While it is trained every convolution is followed by batch normalisation; `folded` merges each pair
into one convolution, and that is what is stored and run.
"""

from collections.abc import Iterator, Sequence
from typing import cast

import torch
from torch import Tensor, nn

__all__ = ["ZoomNetwork", "folded", "normalised_convolutions"]


class _Block(nn.Module):
    """Two convolutions and a way around them."""

    def __init__(self, channels_in: int, channels: int, *, stride: int, norm: bool) -> None:
        super().__init__()
        self.first = _convolution(channels_in, channels, kernel=3, stride=stride, norm=norm)
        self.second = _convolution(channels, channels, kernel=3, stride=1, norm=norm)
        same = channels_in == channels and stride == 1
        self.around: nn.Module = (
            nn.Identity()
            if same
            else _convolution(channels_in, channels, kernel=1, stride=stride, norm=norm)
        )
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Give (n, channels, z, y, x), each axis divided by the stride."""
        return cast(Tensor, self.relu(self.second(self.relu(self.first(x))) + self.around(x)))


def _convolution(
    channels_in: int, channels: int, *, kernel: int, stride: int, norm: bool
) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv3d(channels_in, channels, kernel, stride, kernel // 2, bias=not norm)
    ]
    if norm:
        layers.append(nn.BatchNorm3d(channels))
    return nn.Sequential(*layers)


class ZoomNetwork(nn.Module):
    """One logit a voxel: positive where the clicked lesion is.

    Args:
        channels_in: input channels.
        widths: channels at 1/2, 1/4, 1/8, … of the patch's resolution.
        blocks: residual blocks at each of them on the way down.
        norm: batch normalisation (training), or none (the stored network).
    """

    def __init__(
        self, channels_in: int, widths: Sequence[int], blocks: Sequence[int], *, norm: bool
    ) -> None:
        super().__init__()
        self.arguments = (channels_in, tuple(widths), tuple(blocks))
        self.stem = nn.Conv3d(channels_in, widths[0], 4, 2, 1)
        self.relu = nn.ReLU()
        sizes = [widths[0], *widths]
        self.down = nn.ModuleList(
            nn.Sequential(
                _Block(sizes[level], width, stride=1 if level == 0 else 2, norm=norm),
                *(_Block(width, width, stride=1, norm=norm) for _ in range(blocks[level] - 1)),
            )
            for level, width in enumerate(widths)
        )
        steps = list(zip(widths[1:], widths[:-1], strict=True))
        self.grow = nn.ModuleList(nn.ConvTranspose3d(low, high, 2, 2) for low, high in steps)
        self.up = nn.ModuleList(_Block(2 * high, high, stride=1, norm=norm) for _, high in steps)
        self.head = nn.ConvTranspose3d(widths[0], 1, 4, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Give logits, (n, 1, z, y, x), of the input's size."""
        x = self.relu(self.stem(x))
        levels = []
        for down in self.down:
            x = down(x)
            levels.append(x)
        for level in range(len(levels) - 2, -1, -1):
            x = self.up[level](torch.cat([self.grow[level](x), levels[level]], 1))
        return cast(Tensor, self.head(x))


@torch.no_grad()
def folded(network: ZoomNetwork) -> ZoomNetwork:
    """Give the same network without normalisation, in inference mode, float32.

    Each batch normalisation is a scale and a shift once its statistics are fixed; they become part
    of the convolution before it.
    """
    channels_in, widths, blocks = network.arguments
    plain = ZoomNetwork(channels_in, widths, blocks, norm=False).eval()
    weights = {name: tensor.float() for name, tensor in network.state_dict().items()}
    for name, conv, norm in normalised_convolutions(network):
        scale = norm.weight / torch.sqrt(_known(norm.running_var) + norm.eps)
        bias = norm.bias - _known(norm.running_mean) * scale
        weights[f"{name}.0.weight"] = (conv.weight * scale[:, None, None, None, None]).float()
        weights[f"{name}.0.bias"] = bias.float()
    kept = plain.state_dict().keys()
    plain.load_state_dict({name: weights[name] for name in kept})
    return plain


def normalised_convolutions(
    network: nn.Module,
) -> Iterator[tuple[str, nn.Conv3d, nn.BatchNorm3d]]:
    """List each convolution that a normalisation follows, with the name of the pair."""
    for name, pair in network.named_modules():
        if isinstance(pair, nn.Sequential) and len(pair) == 2:
            conv, norm = pair
            if isinstance(conv, nn.Conv3d) and isinstance(norm, nn.BatchNorm3d):
                yield name, conv, norm


def _known(statistic: Tensor | None) -> Tensor:
    if statistic is None:
        raise ValueError("a normalisation with running statistics")
    return statistic
