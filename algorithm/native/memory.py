"""Room for feature maps: a map's place is free again once its last reader has run."""

from collections.abc import Mapping
from dataclasses import dataclass

from algorithm.native.layout import aligned
from algorithm.native.network import FeatureMap, Floats, Network, Sum

__all__ = ["Rooms"]


@dataclass
class _Room:
    floats: int
    free_from: int


class Rooms:
    """Places for the maps of a network, which it keeps from run to run.

    Args:
        network: whose last layer's map needs none, as it is the result.
        floats: per map's number, how many floats it takes.
    """

    def __init__(self, network: Network, floats: Mapping[int, int]) -> None:
        self._place: dict[int, int] = {}
        rooms: list[_Room] = []
        last_readers = network.last_readers()
        for at, layer in enumerate(network.layers[:-1]):
            # A sum may be written over what it reads for the last time.
            begin = at if isinstance(layer, Sum) else at - 1
            room = _take(rooms, floats[layer.out.number], begin)
            rooms[room].free_from = last_readers[layer.out.number]
            self._place[layer.out.number] = room
        self._rooms = [aligned(room.floats) for room in rooms]

    def of(self, feature_map: FeatureMap) -> Floats:
        """Give the place of a map."""
        return self._rooms[self._place[feature_map.number]]


def _take(rooms: list[_Room], floats: int, begin: int) -> int:
    """Take the smallest free room that is large enough, enlarge the largest, or make a new one."""
    free = [at for at, room in enumerate(rooms) if room.free_from <= begin]
    if enough := [at for at in free if rooms[at].floats >= floats]:
        return min(enough, key=lambda at: rooms[at].floats)
    if free:
        largest = max(free, key=lambda at: rooms[at].floats)
        rooms[largest].floats = floats
        return largest
    rooms.append(_Room(floats, 0))
    return len(rooms) - 1
