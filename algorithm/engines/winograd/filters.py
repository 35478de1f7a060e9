"""The filters of a network, laid out as the library reads them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from algorithm.engines.winograd import layout
from algorithm.engines.winograd.library import Library
from algorithm.engines.winograd.network import Convolve, Floats, Layer, Transpose

__all__ = ["filters_of", "suits_winograd"]


def filters_of(layers: Sequence[Layer], library: Library) -> dict[int, Floats]:
    """Lay out the filters of all layers, several at a time: they are most of a start.

    Returns:
        By the number of the map that a layer writes.
    """
    vector, last = library.vector, layers[-1]

    def lay_out(layer: Convolve | Transpose) -> Floats:
        parts = [reading.of.channels for reading in layer.reads]
        if isinstance(layer, Transpose):
            return layout.transposed_filters(layer.filters, parts, vector)
        if not layer.reads:
            return layout.planar_filters(layer.filters, vector)
        if suits_winograd(layer) and layer is not last:
            return layout.winograd_filters(layer.filters, parts, vector)
        return layout.direct_filters(layer.filters, parts, vector)

    filtering = [layer for layer in layers if isinstance(layer, Convolve | Transpose)]
    with ThreadPoolExecutor(library.threads) as threads:
        laid_out = threads.map(lay_out, filtering)
        return {
            layer.out.number: filters for layer, filters in zip(filtering, laid_out, strict=True)
        }


def suits_winograd(layer: Convolve) -> bool:
    """Say whether a convolution is of the one kind that Winograd's method is written for."""
    is_plain = layer.kernel == (3, 3, 3) and layer.stride == layer.pad == (1, 1, 1)
    return is_plain and bool(layer.reads)
