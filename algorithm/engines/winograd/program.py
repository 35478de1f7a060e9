"""A network bound to the library, with its filters laid out and room for its maps: ready to run."""

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy.typing as npt

from algorithm.engines.interruption import go_on_or_stop
from algorithm.engines.winograd import layout
from algorithm.engines.winograd.doubling import interleave
from algorithm.engines.winograd.filters import filters_of, suits_winograd
from algorithm.engines.winograd.library import Convolution, Library, Source, triple
from algorithm.engines.winograd.memory import Rooms
from algorithm.engines.winograd.network import (
    Convolve,
    FeatureMap,
    Floats,
    Layer,
    Network,
    Pool,
    Reading,
    Sum,
    Transpose,
    Zyx,
)
from algorithm.engines.winograd.norms import Doubles, Norms

__all__ = ["Program"]


class Program:
    """A network that runs on one patch after another; the logits are its own, (classes, z, y, x).

    Args:
        network: what to compute.
        library: what computes it.
    """

    def __init__(self, network: Network, library: Library) -> None:
        self._library = library
        self._vector = library.vector
        self._kept: list[Any] = []
        floats = {layer.out.number: self._floats(layer.out) for layer in network.layers}
        self._rooms = Rooms(network, floats, library.room)
        self._norms = Norms(network, library.vector)
        last = network.layers[-1]
        self._interleaved = network.interleaved
        self._logits = layout.aligned(last.out.channels, *last.out.size)
        self._input = layout.aligned(*network.input_shape)
        self._filters = filters_of(network.layers, library)
        self._steps = [
            step for layer in network.layers for step in self._bind(layer, is_last=layer is last)
        ]
        del self._filters

    def __call__(self, patch: Floats) -> Floats:
        """Run on a patch, (channels, z, y, x).

        Returns:
            The logits, (classes, z, y, x); the next call writes over them.

        Raises:
            ValueError: the patch has another shape.
            MemoryError: a layer found no memory.
            OutOfTimeError: it was stopped between two layers.
        """
        if patch.shape != self._input.shape:
            raise ValueError(f"a patch of {self._input.shape}, not {patch.shape}")
        self._input[...] = patch
        with self._library.lock:
            for step in self._steps:
                go_on_or_stop()
                step()
        return interleave(self._logits) if self._interleaved else self._logits

    def _bind(self, layer: Layer, *, is_last: bool) -> list[Callable[[], None]]:
        if isinstance(layer, Convolve):
            return self._convolution(layer, is_last=is_last)
        if isinstance(layer, Transpose):
            return self._transposed(layer)
        if isinstance(layer, Sum):
            return self._sum(layer)
        return self._pool(layer)

    def _convolution(self, layer: Convolve, *, is_last: bool) -> list[Callable[[], None]]:
        is_winograd = suits_winograd(layer) and not is_last
        filters = self._filters[layer.out.number]
        mean, variance = self._norms.moments(layer)
        out = self._logits if is_last else self._rooms.of(layer.out)
        geometry = (layer.size, layer.kernel, layer.stride, layer.pad)
        bound = self._described(layer, filters, out, geometry, (mean, variance))
        run = self._run_convolution(layer, bound, is_last=is_last, is_winograd=is_winograd)
        return [run, *self._norms.steps(layer, mean, variance)]

    def _run_convolution(
        self, layer: Convolve, bound: Convolution, *, is_last: bool, is_winograd: bool
    ) -> Callable[[], None]:
        by_reference = ctypes.byref(bound)
        if not layer.reads:
            planar, channels = self._address(self._input), layer.filters.shape[1]
            return self._library.call("convolve_planar", by_reference, planar, channels)
        if is_last:
            return self._library.call("convolve_to_planar", by_reference, layer.out.channels)
        return self._library.call("winograd" if is_winograd else "convolve", by_reference)

    def _transposed(self, layer: Transpose) -> list[Callable[[], None]]:
        filters = self._filters[layer.out.number]
        geometry = (layer.reads[0].of.size, layer.kernel, layer.kernel, (0, 0, 0))
        out = self._rooms.of(layer.out)
        bound = self._described(layer, filters, out, geometry, (None, None))
        return [self._library.call("transpose_convolve", ctypes.byref(bound))]

    def _sum(self, layer: Sum) -> list[Callable[[], None]]:
        sources = self._sources(layer.reads)
        first, second = (ctypes.byref(sources[at]) for at in (0, 1))
        out, voxels = self._address(self._rooms.of(layer.out)), ctypes.c_long(layer.out.voxels)
        return [self._library.call("add", first, second, out, voxels)]

    def _pool(self, layer: Pool) -> list[Callable[[], None]]:
        source = ctypes.byref(self._sources(layer.reads)[0])
        size, box = triple(layer.reads[0].of.size), triple(layer.box)
        out = self._address(self._rooms.of(layer.out))
        return [self._library.call("average_pool", source, size, box, out)]

    def _described(
        self,
        layer: Convolve | Transpose,
        filters: Floats,
        out: Floats,
        geometry: tuple[Zyx, Zyx, Zyx, Zyx],
        moments: tuple[Doubles | None, Doubles | None],
    ) -> Convolution:
        size, kernel, stride, pad = (triple(values) for values in geometry)
        sources = self._sources(layer.reads)
        bias = layout.per_channel(layer.bias, self._vector)
        mean, variance = (None if one is None else self._address(one) for one in moments)
        bound = Convolution(
            sources=sources,
            source_count=len(layer.reads),
            blocks=sum(source.blocks for source in sources),
            size=size,
            out_size=triple(layer.out.size),
            out_blocks=layout.blocks(layer.out.channels, self._vector),
            kernel=kernel,
            stride=stride,
            pad=pad,
            filters=self._address(filters),
            bias=self._address(bias),
            out=self._address(out),
            mean=mean,
            variance=variance,
        )
        self._kept.append(bound)
        return bound

    def _sources(self, reads: Sequence[Reading]) -> Any:
        sources = (Source * len(reads))()
        for source, reading in zip(sources, reads, strict=True):
            scale, shift = self._norms.scale_and_shift(reading)
            source.data = self._address(self._rooms.of(reading.of))
            source.scale, source.shift = self._address(scale), self._address(shift)
            source.slope = reading.slope
            source.blocks = layout.blocks(reading.of.channels, self._vector)
        self._kept.append(sources)
        return sources

    def _floats(self, feature_map: FeatureMap) -> int:
        return layout.blocks(feature_map.channels, self._vector) * self._vector * feature_map.voxels

    def _address(self, values: npt.NDArray[Any]) -> int | ctypes.c_void_p:
        self._kept.append(values)
        return ctypes.c_void_p(values.ctypes.data)
