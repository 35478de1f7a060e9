"""Room for feature maps: none is written over while it is still to be read."""

from hypothesis import given
from hypothesis import strategies as st
from native_networks import Builder

from algorithm.engines.winograd.memory import Rooms
from algorithm.engines.winograd.network import FeatureMap, Network, Reading, Sum

PAGE = 1024
SIZE = (8, 8, 8)  # with two channels: a page


def _rooms(network: Network) -> Rooms:
    floats = {layer.out.number: layer.out.channels * layer.out.voxels for layer in network.layers}
    return Rooms(network, floats)


def _place(rooms: Rooms, feature_map: FeatureMap) -> range:
    start = rooms.of(feature_map).ctypes.data // 4
    return range(start, start + rooms.of(feature_map).size)


def test_a_chain_takes_room_for_two() -> None:
    net = Builder(1, SIZE)
    maps = [net.first(2)]
    for _ in range(4):
        maps.append(net.convolve((Reading(maps[-1]),), 2))
    rooms = _rooms(net.probed(Reading(maps[-1])))

    places = [_place(rooms, one) for one in maps]

    assert rooms.floats == 2 * PAGE
    assert places[0] == places[2] == places[4]
    assert places[1] == places[3] != places[0]


def test_a_sum_takes_the_place_of_what_it_reads_last() -> None:
    net = Builder(1, SIZE)
    kept = net.first(2)
    inner = net.convolve((Reading(kept),), 2)
    whole = net.add(Reading(inner), Reading(kept))
    rooms = _rooms(net.probed(Reading(whole)))

    assert rooms.floats == 2 * PAGE
    assert _place(rooms, whole) == _place(rooms, inner)


def test_a_sum_leaves_what_is_read_again() -> None:
    net = Builder(1, SIZE)
    first = net.first(2)
    second = net.convolve((Reading(first),), 2)
    whole = net.add(Reading(second), Reading(first))
    last = net.convolve((Reading(whole), Reading(second), Reading(first)), 2)
    rooms = _rooms(net.probed(Reading(last)))

    assert rooms.floats == 4 * PAGE


def test_small_maps_share_the_room_of_a_large_one() -> None:
    """The first, of eight pages, is free when the last two of three small ones are written."""
    net = Builder(1, SIZE)
    large = net.first(16)
    small = [net.convolve((Reading(large),), 2)]
    for _ in range(2):
        small.append(net.convolve((Reading(small[-1]),), 2))
    last = net.convolve(tuple(Reading(one) for one in small), 2)
    rooms = _rooms(net.probed(Reading(last)))

    assert rooms.floats == 9 * PAGE


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 40)), max_size=12))
def test_what_is_still_to_be_read_is_never_written_over(
    steps: list[tuple[int, int, int]],
) -> None:
    """Layers that read any two of the maps before; a sum, where these are of one size."""
    net = Builder(1, (4, 8, 8))
    maps = [net.first(8)]
    for one, other, channels in steps:
        reads = (Reading(maps[one % len(maps)]), Reading(maps[other % len(maps)]))
        same = reads[0].of.channels == reads[1].of.channels and reads[0] != reads[1]
        maps.append(net.add(*reads) if same else net.convolve(reads, channels))
    network = net.probed(Reading(maps[-1]))
    for unread in {one.number for one in maps} - set(network.last_readers()):
        network.layers[-1].reads = (*network.layers[-1].reads, Reading(maps[unread]))
    rooms, last_readers = _rooms(network), network.last_readers()

    for at, layer in enumerate(network.layers[:-1]):
        own = _place(rooms, layer.out)
        for earlier in network.layers[:at]:
            place = _place(rooms, earlier.out)
            end = last_readers[earlier.out.number]
            in_place = isinstance(layer, Sum) and end == at and place == own
            is_needed = end >= at and not in_place
            assert not is_needed or place.stop <= own.start or own.stop <= place.start
