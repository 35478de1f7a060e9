"""Instance norms: moments that a convolution writes become what its readers multiply and add."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from algorithm.engines.winograd import layout
from algorithm.engines.winograd.network import (
    Convolve,
    FeatureMap,
    Floats,
    Network,
    Norm,
    Reading,
)

__all__ = ["Doubles", "Norms"]

Doubles = npt.NDArray[np.float64]


class Norms:
    """The norms of a network, each with a factor and a shift per channel.

    Args:
        network: whose norms they are.
        vector: channels of a vector.
    """

    def __init__(self, network: Network, vector: int) -> None:
        self._vector = vector
        self._affine = {
            id(reading.norm): (self._per_channel(reading.of), self._per_channel(reading.of))
            for layer in network.layers
            for reading in layer.reads
            if reading.norm is not None
        }
        self._norms = network.norms()

    def scale_and_shift(self, reading: Reading) -> tuple[Floats, Floats]:
        """Give what a reader multiplies by and adds; 1 and 0 without a norm."""
        if reading.norm is not None:
            return self._affine[id(reading.norm)]
        scale = self._per_channel(reading.of)
        scale[:] = 1
        return scale, self._per_channel(reading.of)

    def moments(self, layer: Convolve) -> tuple[Doubles | None, Doubles | None]:
        """Make room for the mean and the variance of a convolution, if a norm needs them."""
        if layer.out.number not in self._norms:
            return None, None
        channels = layout.blocks(layer.out.channels, self._vector) * self._vector
        return np.zeros(channels), np.zeros(channels)

    def steps(
        self, layer: Convolve, mean: Doubles | None, variance: Doubles | None
    ) -> list[Callable[[], None]]:
        """Give what is to be done once a convolution has written its moments."""
        if mean is None or variance is None:
            return []
        norms = self._norms.get(layer.out.number, [])
        return [self._normalise(norm, mean, variance) for norm in norms]

    def _normalise(self, norm: Norm, mean: Doubles, variance: Doubles) -> Callable[[], None]:
        scale, shift = self._affine[id(norm)]
        own = slice(len(norm.weight))

        def run() -> None:
            factor = norm.weight / np.sqrt(variance[own] + norm.eps)
            scale[own] = factor
            shift[own] = norm.bias - mean[own] * factor

        return run

    def _per_channel(self, feature_map: FeatureMap) -> Floats:
        return layout.aligned(layout.blocks(feature_map.channels, self._vector) * self._vector)
