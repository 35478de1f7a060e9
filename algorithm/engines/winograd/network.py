"""A network as the steps that the library runs: convolutions, sums and averages of feature maps.

What comes between them, norms and ReLUs, is done when the next layer reads a map: it is written
down as a `Reading`, and no map is made for it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import prod

import numpy as np
import numpy.typing as npt

__all__ = ["Convolve", "FeatureMap", "Floats", "Layer", "Network", "Norm", "Pool", "Reading"]
__all__ += ["Sum", "Transpose"]

Floats = npt.NDArray[np.float32]
Zyx = tuple[int, int, int]


@dataclass(frozen=True)
class FeatureMap:
    """What a layer writes.

    Attributes:
        number: tells maps apart; the layer's place among the layers.
        channels: how many.
        size: voxels along (z, y, x).
    """

    number: int
    channels: int
    size: Zyx

    @property
    def voxels(self) -> int:
        """How many voxels each channel has."""
        return prod(self.size)


@dataclass(frozen=True)
class Norm:
    """An instance norm: (value − mean) / √(variance + eps) × weight + bias, per channel."""

    eps: float
    weight: Floats
    bias: Floats


@dataclass(frozen=True)
class Reading:
    """How a map is read: normalised, if it is, then through a leaky ReLU; slope 1 is none."""

    of: FeatureMap
    norm: Norm | None = None
    slope: float = 1.0

    def normalised(self, eps: float) -> "Reading":
        """Give it with an instance norm."""
        ones = np.ones(self.of.channels, np.float32)
        return replace(self, norm=Norm(eps, ones, np.zeros_like(ones)))


class _Filtering:
    filters: Floats

    @property
    def kernel(self) -> Zyx:
        """Taps along (z, y, x)."""
        z, y, x = self.filters.shape[2:]
        return z, y, x


@dataclass
class Convolve(_Filtering):
    """A convolution; the first layer reads the input, which is no feature map.

    Attributes:
        reads: one after the other along the channels; empty for the network's input.
        out: what it writes.
        filters: (out, in, z, y, x).
        bias: (out).
        size: of the input.
    """

    reads: tuple[Reading, ...]
    out: FeatureMap
    filters: Floats
    bias: Floats
    size: Zyx
    stride: Zyx
    pad: Zyx

    @property
    def out_size(self) -> Zyx:
        """What the output must measure."""
        return _each(
            lambda n, k, step, pad: (n + 2 * pad - k) // step + 1,
            self.size,
            self.kernel,
            self.stride,
            self.pad,
        )


@dataclass
class Transpose(_Filtering):
    """A transposed convolution whose stride is its kernel; filters are (in, out, z, y, x)."""

    reads: tuple[Reading, ...]
    out: FeatureMap
    filters: Floats
    bias: Floats

    @property
    def out_size(self) -> Zyx:
        """What the output must measure: a kernel for every voxel."""
        return _each(lambda n, k: n * k, self.reads[0].of.size, self.kernel)


@dataclass
class Sum:
    """The sum of two maps of one shape."""

    reads: tuple[Reading, Reading]
    out: FeatureMap

    @property
    def out_size(self) -> Zyx:
        """What the output must measure."""
        return self.reads[0].of.size


@dataclass
class Pool:
    """Averages over boxes that lie side by side."""

    reads: tuple[Reading]
    out: FeatureMap
    box: Zyx

    @property
    def out_size(self) -> Zyx:
        """What the output must measure: whole boxes."""
        return _each(lambda n, side: n // side, self.reads[0].of.size, self.box)


Layer = Convolve | Transpose | Sum | Pool


@dataclass
class Network:
    """Layers in order; the last is a convolution, which writes the logits.

    Attributes:
        layers: in the order in which they run.
        interleaved: the logits' channels are (classes, 2, 2, 2): of each pair of voxels along an
            axis, the even one's logits and the odd one's.
    """

    layers: list[Layer] = field(default_factory=list)
    interleaved: bool = False

    def last_readers(self) -> dict[int, int]:
        """Give, per map's number, the last layer that reads it."""
        return {
            reading.of.number: at for at, layer in enumerate(self.layers) for reading in layer.reads
        }

    def norms(self) -> dict[int, list[Norm]]:
        """Give, per map's number, the norms that it is read with."""
        norms: dict[int, dict[int, Norm]] = {}
        for layer in self.layers:
            for reading in layer.reads:
                if reading.norm is not None:
                    norms.setdefault(reading.of.number, {})[id(reading.norm)] = reading.norm
        return {number: list(own.values()) for number, own in norms.items()}

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """Give (channels, z, y, x) of what the first layer, a convolution, reads."""
        first = self.layers[0]
        if not isinstance(first, Convolve):
            raise TypeError(f"a network begins with a convolution, not with {first}")
        return (int(first.filters.shape[1]), *first.size)


def _each(of: Callable[..., int], *axes: Zyx) -> Zyx:
    """Apply a function along each axis."""
    z, y, x = (of(*values) for values in zip(*axes, strict=True))
    return z, y, x
