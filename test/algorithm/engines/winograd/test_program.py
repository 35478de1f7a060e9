"""Every layer of the library against PyTorch in float64, over sizes that fit no tile or vector."""

from math import prod
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from native_networks import Builder, expected

from algorithm.engines.winograd.library import Library
from algorithm.engines.winograd.network import FeatureMap, Network, Norm, Reading, Zyx
from algorithm.engines.winograd.program import Program

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


def test_interleaved_logits(best: Library) -> None:
    """Of one class: eight channels, of which the last axis of twos is x."""
    net = Builder(1, (1, 1, 2))
    network = net.probed(Reading(net.first(8)))
    network.interleaved = True
    patch = net.patch()
    plain = expected(network, patch)  # (8, 1, 1, 2)

    logits = Program(network, best)(patch)

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


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.tuples(st.integers(1, 40), st.integers(1, 14), st.integers(1, 40)),
    channels=st.tuples(st.integers(1, 40), st.integers(1, 70)),
    slope=st.floats(0, 1),
    seed=st.integers(0, 99),
)
def test_winograd_over_any_size(
    best: Library, size: Zyx, channels: tuple[int, int], slope: float, seed: int
) -> None:
    """From one tile to 400, by both ways; and a norm of what comes out, over all tiles."""
    net = Builder(1, size, seed)
    first, out = channels
    inner = net.convolve((Reading(net.first(first), slope=slope),), out)
    norm = None if prod(size) == 1 else net.norm(out)

    assert _error(net.probed(Reading(inner, norm)), net.patch(), best) < 10 * EXACT


def test_a_patch_of_another_shape_is_an_error(best: Library) -> None:
    net = Builder(2, (4, 4, 4))
    program = Program(net.probed(Reading(net.first(3))), best)

    with pytest.raises(ValueError, match=r"a patch of \(2, 4, 4, 4\), not \(1, 4, 4, 4\)"):
        program(np.zeros((1, 4, 4, 4), np.float32))


def test_networks_that_share_a_library_do_not_disturb_each_other(best: Library) -> None:
    """Five folds of one model: their maps lie in the same place."""
    nets = [Builder(1, (9, 10, 11), seed) for seed in range(3)]
    programs = [Program(_wide(net)[0], best) for net in nets]
    patch = nets[0].patch()
    alone = [program(patch).copy() for program in programs]

    for program, right in reversed(list(zip(programs, alone, strict=True))):
        assert (program(patch) == right).all()
    assert len({id(program._rooms._memory.base) for program in programs}) == 1


def test_not_a_number_is_not_lost(best: Library) -> None:
    net = Builder(1, (8, 8, 8))
    network, _ = _wide(net)
    patch = net.patch()
    patch[0, 3, 3, 3] = np.nan

    assert np.isnan(Program(network, best)(patch)).all()
