"""Every layer of the library against PyTorch in float64, over sizes that fit no tile or vector."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from native_networks import Builder, expected

from algorithm.native.library import Library, library_path
from algorithm.native.network import FeatureMap, Network, Norm, Reading, Zyx
from algorithm.native.program import Program

EXACT = 2e-5
"""Relative error. Winograd's method loses a digit to float32's 1e-7, sums over channels another."""


def _error(network: Network, patch: np.ndarray, library: Library) -> float:
    right = expected(network, patch)
    found = Program(network, library)(patch)
    assert found.shape == right.shape
    return float(np.linalg.norm(found - right) / np.linalg.norm(right))


@pytest.mark.parametrize(
    ("channels", "out", "size"),
    [
        (32, 32, (16, 20, 24)),  # more than 64 tiles, each whole
        (5, 3, (17, 19, 23)),  # tiles that reach beyond the map, channels that fill no vector
        (70, 40, (18, 17, 20)),  # two slices of filters, the second narrow
        (48, 80, (7, 9, 5)),  # few tiles: filters are transformed in slices, just in time
        (33, 16, (1, 2, 3)),  # smaller than a tile
    ],
)
def test_winograd(two_threads: Library, channels: int, out: int, size: Zyx) -> None:
    net = Builder(2, size)
    inner = net.convolve((Reading(net.first(channels), slope=0.01),), out)

    assert _error(net.probed(Reading(inner)), net.patch(), two_threads) < EXACT


@pytest.mark.parametrize("kernel", [(3, 3, 3), (1, 3, 3), (1, 1, 1), (3, 1, 5)])
@pytest.mark.parametrize("stride", [(2, 2, 2), (1, 2, 2), (1, 1, 1)])
def test_any_other_convolution(two_threads: Library, kernel: Zyx, stride: Zyx) -> None:
    net = Builder(1, (9, 12, 21))
    inner = net.convolve((Reading(net.first(19), slope=0.2),), 37, kernel, stride)

    assert _error(net.probed(Reading(inner)), net.patch(), two_threads) < EXACT


@pytest.mark.parametrize(
    ("channels", "kernel", "stride"),
    [(1, (3, 3, 3), (1, 1, 1)), (3, (1, 3, 3), (1, 2, 2)), (8, (3, 3, 3), (2, 2, 2))],
)
def test_the_first_layer(two_threads: Library, channels: int, kernel: Zyx, stride: Zyx) -> None:
    net = Builder(channels, (8, 11, 130))

    network = net.probed(Reading(net.first(20, kernel, stride)))

    assert _error(network, net.patch(), two_threads) < EXACT


def test_two_maps_with_norms_of_their_own(two_threads: Library) -> None:
    """As a decoder reads what comes from below and what was kept."""
    net = Builder(2, (12, 20, 24))
    kept = Reading(net.first(18), net.norm(18), slope=0.01)
    coarse = net.convolve((kept,), 40, stride=(2, 2, 2))
    below = net.transpose(Reading(coarse, net.norm(40), slope=0.01), 33, (2, 2, 2))
    inner = net.convolve((Reading(below), kept), 21)

    network = net.probed(Reading(inner, net.norm(21), slope=0.0))

    assert _error(network, net.patch(), two_threads) < EXACT


def test_a_residual_block_with_a_pooled_skip(two_threads: Library) -> None:
    net = Builder(1, (8, 12, 12))
    outer = Reading(net.first(16), net.norm(16), slope=0.01)
    first = net.convolve((outer,), 24, stride=(1, 2, 2))
    second = net.convolve((Reading(first, net.norm(24), slope=0.01),), 24)
    skip = net.convolve((Reading(net.pool(outer, (1, 2, 2))),), 24, kernel=(1, 1, 1))
    whole = net.add(Reading(second, net.norm(24)), Reading(skip, net.norm(24)))

    assert _error(net.probed(Reading(whole, slope=0.01)), net.patch(), two_threads) < EXACT


@pytest.mark.parametrize("size", [(20, 20, 20), (6, 6, 6)], ids=["batches", "deep"])
def test_a_norm_of_what_is_far_from_zero(two_threads: Library, size: Zyx) -> None:
    """A mean of 1000 standard deviations, whose square leaves float32 no digit of the variance."""
    net = Builder(1, size)
    inner = net.convolve((Reading(net.first(16)),), 16)
    layer = net.network.layers[-1]
    layer.bias = np.full(16, 1000 * np.std(expected(net.network, net.patch())), np.float32)
    network = net.probed(Reading(inner, Norm(1e-5, np.ones(16, "f"), np.zeros(16, "f"))))

    # What float32 keeps of the values themselves: 1000 × 2 ** -24 of their deviation.
    assert _error(network, net.patch(), two_threads) < 3e-4


def test_a_channel_that_is_the_same_everywhere(two_threads: Library) -> None:
    """Its variance is 0: nothing but the norm's bias is left."""
    net = Builder(1, (8, 8, 8))
    first = net.first(16)
    net.network.layers[0].filters[:] = 0  # type: ignore[union-attr]
    network = net.probed(Reading(first, Norm(1e-5, np.ones(16, "f"), np.full(16, 3, "f"))))

    assert np.abs(Program(network, two_threads)(net.patch()) - 3).max() < 1e-3


def test_interleaved_logits() -> None:
    """Of one class: eight channels, of which the last axis of twos is x."""
    net = Builder(1, (1, 1, 2))
    network = net.probed(Reading(net.first(8)))
    network.interleaved = True
    library = library_path()
    if library is None:
        pytest.skip("no library was built for this CPU")
    patch = net.patch()
    plain = expected(network, patch)  # (8, 1, 1, 2)

    logits = Program(network, Library(library, 1))(patch)

    assert logits.shape == (1, 2, 2, 4)
    assert logits[0, 1, 0, 2] == pytest.approx(plain[4, 0, 0, 1])
    assert logits[0, 0, 1, 1] == pytest.approx(plain[3, 0, 0, 0])


def _wide(net: Builder) -> tuple[Network, FeatureMap]:
    norm = net.norm(32)
    inner = net.convolve((Reading(net.first(32, (3, 3, 3)), norm, 0.01),), 32)
    return net.probed(Reading(inner, net.norm(32), 0.01)), inner


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_twice_the_same_to_the_last_bit(path: Path, threads: int) -> None:
    """Whichever thread does what: 343 tiles in several batches, a norm over all of them."""
    net = Builder(1, (28, 28, 28))
    network, _ = _wide(net)
    program, patch = Program(network, Library(path, threads)), net.patch()
    first = program(patch).copy()

    assert all((program(patch) == first).all() for _ in range(5))


def test_nothing_is_left_of_the_patch_before(two_threads: Library) -> None:
    net = Builder(1, (9, 10, 11))
    network, _ = _wide(net)
    program = Program(network, two_threads)
    one, other = net.patch(), net.patch()
    first = program(one).copy()
    program(other)

    assert (program(one) == first).all()


@settings(max_examples=25, deadline=None)
@given(
    size=st.tuples(*[st.integers(1, 14)] * 3),
    channels=st.integers(1, 40),
    out=st.integers(1, 40),
    slope=st.floats(0, 1),
    seed=st.integers(0, 99),
)
def test_winograd_over_any_size(
    size: Zyx, channels: int, out: int, slope: float, seed: int
) -> None:
    library = library_path()
    if library is None:
        pytest.skip("no library was built for this CPU")
    net = Builder(1, size, seed)
    inner = net.convolve((Reading(net.first(channels), slope=slope),), out)

    assert _error(net.probed(Reading(inner)), net.patch(), Library(library, 2)) < EXACT
