"""Small networks of the library's layers, and what they compute by PyTorch in float64."""

from itertools import count
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from algorithm.engines.winograd.network import (
    Convolve,
    FeatureMap,
    Floats,
    Layer,
    Network,
    Norm,
    Pool,
    Reading,
    Sum,
    Transpose,
    Zyx,
)

ONE, NONE = (1, 1, 1), (0, 0, 0)


class Builder:
    """Grows a network by random layers; `probed` ends it with what a reading gives, unchanged."""

    def __init__(self, channels: int, size: Zyx, seed: int = 0) -> None:
        self.rng = np.random.default_rng(seed)
        self.network = Network()
        self.channels, self.size = channels, size
        self._numbers = count()

    def first(self, out: int, kernel: Zyx = ONE, stride: Zyx = ONE) -> FeatureMap:
        """Convolve the network's input."""
        return self._convolve((), out, kernel, stride)

    def convolve(
        self, reads: tuple[Reading, ...], out: int, kernel: Zyx = (3, 3, 3), stride: Zyx = ONE
    ) -> FeatureMap:
        """Convolve maps, one after the other along the channels."""
        return self._convolve(reads, out, kernel, stride)

    def _convolve(
        self, reads: tuple[Reading, ...], out: int, kernel: Zyx, stride: Zyx
    ) -> FeatureMap:
        channels = sum(reading.of.channels for reading in reads) or self.channels
        size = reads[0].of.size if reads else self.size
        pad = _zyx(taps // 2 for taps in kernel)
        out_size = _zyx((n - 1) // step + 1 for n, step in zip(size, stride, strict=True))
        made = FeatureMap(next(self._numbers), out, out_size)
        filters = self._random(out, channels, *kernel) / np.float32(np.sqrt(channels * 9))
        layer = Convolve(reads, made, filters, self._random(out), size, stride, pad)
        return self._added(layer)

    def transpose(self, reading: Reading, out: int, kernel: Zyx) -> FeatureMap:
        """Convolve a map to one that is larger by the kernel."""
        size = _zyx(n * step for n, step in zip(reading.of.size, kernel, strict=True))
        made = FeatureMap(next(self._numbers), out, size)
        filters = self._random(reading.of.channels, out, *kernel)
        return self._added(Transpose((reading,), made, filters, self._random(out)))

    def add(self, first: Reading, second: Reading) -> FeatureMap:
        """Add two maps."""
        made = FeatureMap(next(self._numbers), first.of.channels, first.of.size)
        return self._added(Sum((first, second), made))

    def pool(self, reading: Reading, box: Zyx) -> FeatureMap:
        """Average over boxes."""
        size = _zyx(n // step for n, step in zip(reading.of.size, box, strict=True))
        made = FeatureMap(next(self._numbers), reading.of.channels, size)
        return self._added(Pool((reading,), made, box))

    def norm(self, channels: int) -> Norm:
        """Make a random instance norm."""
        return Norm(1e-5, 1 + self._random(channels) / 4, self._random(channels))

    def probed(self, reading: Reading) -> Network:
        """End with what a reading gives."""
        channels, size = reading.of.channels, reading.of.size
        made = FeatureMap(next(self._numbers), channels, size)
        filters = np.eye(channels, dtype=np.float32).reshape(channels, channels, *ONE)
        bias = np.zeros(channels, np.float32)
        self._added(Convolve((reading,), made, filters, bias, size, ONE, NONE))
        return self.network

    def patch(self) -> Floats:
        """Draw an input."""
        return self._random(self.channels, *self.size)

    def _random(self, *shape: int) -> Floats:
        return self.rng.standard_normal(shape, dtype=np.float32)

    def _added(self, layer: Layer) -> FeatureMap:
        self.network.layers.append(layer)
        return layer.out


def expected(network: Network, patch: Floats) -> Any:
    """Compute a network by PyTorch in float64; (classes, z, y, x)."""
    maps: dict[int, torch.Tensor] = {}
    whole = _double(patch)[None]
    for layer in network.layers:
        parts = [_read(maps[reading.of.number], reading) for reading in layer.reads]
        whole = _applied(layer, parts, _double(patch)[None])
        maps[layer.out.number] = whole
    return whole[0].numpy()


def _applied(layer: Layer, parts: list[torch.Tensor], patch: torch.Tensor) -> torch.Tensor:
    if isinstance(layer, Sum):
        return parts[0] + parts[1]
    if isinstance(layer, Pool):
        return functional.avg_pool3d(parts[0], layer.box)
    filters, bias = _double(layer.filters), _double(layer.bias)
    if isinstance(layer, Transpose):
        return functional.conv_transpose3d(parts[0], filters, bias, layer.kernel)
    seen = torch.cat(parts, 1) if parts else patch
    return functional.conv3d(seen, filters, bias, layer.stride, layer.pad)


def _read(values: torch.Tensor, reading: Reading) -> torch.Tensor:
    if (norm := reading.norm) is not None:
        weight, bias = _double(norm.weight), _double(norm.bias)
        values = functional.instance_norm(values, weight=weight, bias=bias, eps=norm.eps)
    return functional.leaky_relu(values, reading.slope)


def _double(values: Floats) -> torch.Tensor:
    return torch.from_numpy(values.astype(np.float64))


def _zyx(values: Any) -> Zyx:
    z, y, x = values
    return z, y, x
