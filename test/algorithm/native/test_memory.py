"""Room for feature maps: none is written over while it is still to be read."""

from native_networks import Builder

from algorithm.native.memory import Rooms
from algorithm.native.network import FeatureMap, Network, Reading


def _floats(network: Network) -> dict[int, int]:
    return {layer.out.number: layer.out.channels * layer.out.voxels for layer in network.layers}


def _rooms(network: Network) -> Rooms:
    return Rooms(network, _floats(network))


def _start(rooms: Rooms, feature_map: FeatureMap) -> int:
    return int(rooms.of(feature_map).ctypes.data)


def test_a_chain_takes_two_rooms_in_turn() -> None:
    net = Builder(1, (4, 4, 4))
    maps = [net.first(2)]
    for _ in range(4):
        maps.append(net.convolve((Reading(maps[-1]),), 2))
    network = net.probed(Reading(maps[-1]))

    starts = [_start(_rooms(network), maps[0])]
    rooms = _rooms(network)
    starts = [_start(rooms, one) for one in maps]

    assert starts[0] == starts[2] == starts[4]
    assert starts[1] == starts[3] != starts[0]


def test_what_a_later_layer_reads_stays() -> None:
    net = Builder(1, (4, 4, 4))
    kept = net.first(2)
    inner = net.convolve((Reading(kept),), 2)
    inner2 = net.convolve((Reading(inner),), 2)
    last = net.convolve((Reading(inner2), Reading(kept)), 2)
    rooms = _rooms(net.probed(Reading(last)))

    assert len({_start(rooms, one) for one in (kept, inner, inner2)}) == 3
    assert _start(rooms, last) == _start(rooms, inner)


def test_a_sum_takes_the_place_of_what_it_reads_last() -> None:
    net = Builder(1, (4, 4, 4))
    kept = net.first(2)
    inner = net.convolve((Reading(kept),), 2)
    whole = net.add(Reading(inner), Reading(kept))
    rooms = _rooms(net.probed(Reading(whole)))

    assert _start(rooms, whole) in {_start(rooms, kept), _start(rooms, inner)}


def test_a_room_grows_for_a_larger_map() -> None:
    net = Builder(1, (4, 4, 4))
    small = net.first(2)
    middle = net.convolve((Reading(small),), 3)
    large = net.convolve((Reading(middle),), 9)
    rooms = _rooms(net.probed(Reading(large)))

    assert _start(rooms, large) == _start(rooms, small)
    assert rooms.of(large).size == 9 * 64
