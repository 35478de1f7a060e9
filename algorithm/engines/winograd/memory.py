"""Room for feature maps in one piece of memory: what is not needed at the same time may overlap."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from algorithm.engines.winograd.layout import aligned, rounded_up
from algorithm.engines.winograd.network import FeatureMap, Floats, Network, Sum

__all__ = ["Rooms"]

_PAGE_FLOATS = 1024


@dataclass
class _Room:
    """A place for one map, or for a sum and the summand that it is written over.

    Attributes:
        floats: how large it is.
        begin: the layer that writes to it first.
        end: the layer that reads from it last.
        offset: where it lies.
    """

    floats: int
    begin: int
    end: int
    offset: int = 0

    def overlaps(self, other: "_Room") -> bool:
        return self.begin <= other.end and other.begin <= self.end


class Rooms:
    """Places for the maps of a network, which it keeps from run to run.

    Args:
        network: whose last layer's map needs none, as it is the result.
        floats: per map's number, how many floats it takes.
        memory: gives so many floats, aligned. What lies there need not last from run to run.
    """

    def __init__(
        self,
        network: Network,
        floats: Mapping[int, int],
        memory: Callable[[int], Floats] = aligned,
    ) -> None:
        self._rooms = _rooms(network, floats)
        placed: list[_Room] = []
        different = {id(room): room for room in self._rooms.values()}
        for room in sorted(different.values(), key=lambda one: -one.floats):
            room.offset = _lowest(room, [one for one in placed if one.overlaps(room)])
            placed.append(room)
        self._memory = memory(max((one.offset + one.floats for one in placed), default=0))

    @property
    def floats(self) -> int:
        """How many floats all maps take together."""
        return self._memory.size

    def of(self, feature_map: FeatureMap) -> Floats:
        """Give the place of a map."""
        room = self._rooms[feature_map.number]
        return self._memory[room.offset : room.offset + room.floats]


def _rooms(network: Network, floats: Mapping[int, int]) -> dict[int, _Room]:
    """Say per map's number how long it is needed; a sum takes the place of what ends with it."""
    last_readers = network.last_readers()
    rooms: dict[int, _Room] = {}
    for at, layer in enumerate(network.layers[:-1]):
        end = last_readers.get(layer.out.number, at)
        ending = [
            rooms[reading.of.number]
            for reading in layer.reads
            if rooms[reading.of.number].end == at and isinstance(layer, Sum)
        ]
        if ending:
            ending[0].end = end
            rooms[layer.out.number] = ending[0]
        else:
            size = rounded_up(floats[layer.out.number], _PAGE_FLOATS)
            rooms[layer.out.number] = _Room(size, at, end)
    return rooms


def _lowest(room: _Room, others: list[_Room]) -> int:
    """Give the lowest place that is free as long as a room is needed."""
    offset = 0
    for other in sorted(others, key=lambda one: one.offset):
        if offset + room.floats <= other.offset:
            break
        offset = max(offset, other.offset + other.floats)
    return offset
