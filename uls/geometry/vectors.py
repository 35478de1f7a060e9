"""The distinct vectors between the pixels of a slice.

A slice of 256×256 has at most 130 560 of them (up to sign), however many pairs its pixels make:
few pixels are compared one by one, many by one autocorrelation.
"""

import numpy as np
import numpy.typing as npt

__all__ = ["vectors_between"]

_Numbers = npt.NDArray[np.intp]
_Slice = npt.NDArray[np.bool_]

_FEW_PIXELS = 200
"""Up to here all pairs take less time than the autocorrelation of a middling box."""


def vectors_between(pixels: _Slice) -> _Numbers:
    """List the distinct vectors (y, x) from a pixel to one later in row order.

    Args:
        pixels: (y, x), at most 256 a side.

    Returns:
        Shape (n, 2), in row order; empty for fewer than two pixels.
    """
    few = np.count_nonzero(pixels) <= _FEW_PIXELS
    from_far_left = _by_pairs(pixels) if few else _by_autocorrelation(pixels)
    vectors = np.argwhere(from_far_left) - (0, pixels.shape[1] - 1)
    return vectors[(vectors[:, 0] > 0) | (vectors[:, 1] > 0)]


def _by_pairs(pixels: _Slice) -> _Slice:
    """Mark the vectors that occur; column 0 stands for the farthest to the left."""
    height, width = pixels.shape
    columns = 2 * width - 1
    y, x = np.nonzero(pixels)
    places = y * columns + x
    apart = places[None, :] - places[:, None] + (width - 1)
    found = np.zeros(height * columns, dtype=np.bool_)
    found[apart[apart >= width - 1]] = True
    return found.reshape(height, columns)


def _by_autocorrelation(pixels: _Slice) -> _Slice:
    """Do the same for many pixels.

    The autocorrelation's values are counts, at most 65 536 here, and the transform is exact to
    about 1e-10 of that: half a count parts them safely.
    """
    height, width = pixels.shape
    padded = (_quick_length(2 * height - 1), _quick_length(2 * width - 1))
    spectrum = np.fft.rfft2(pixels, s=padded)
    counts = np.fft.irfft2(spectrum * spectrum.conj(), s=padded)
    from_far_left = np.roll(counts, width - 1, axis=1)[:height, : 2 * width - 1]
    return np.asarray(from_far_left > 0.5, dtype=np.bool_)


def _quick_length(at_least: int) -> int:
    """Give the next length that a Fourier transform splits into 2, 3 and 5, and that is even."""
    length = at_least + at_least % 2
    while not _is_smooth(length):
        length += 2
    return length


def _is_smooth(number: int) -> bool:
    for factor in (2, 3, 5):
        while number % factor == 0:
            number //= factor
    return number == 1
