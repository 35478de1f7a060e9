"""Items of work given to the workers of a cluster, one at a time each; killers are set apart.

Each worker has at most one item, which is bound to it: when a worker dies, it is known of which
item. That item is begun again on another worker; after its second death it is given up, and named.
So what is given here must not mind being done twice. The order in which items end is open.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from uls.cluster.address import check_encrypted
from uls.cluster.connect import Connection
from uls.workshop.errors import UserError

__all__ = ["DEATHS_ALLOWED", "Done", "KilledWorkers", "spread"]

DEATHS_ALLOWED = 1
"""Of workers at one item: the second one sets it apart."""

_SECONDS_BETWEEN_LOOKS = 1.0
_SECONDS_TO_FETCH = 5.0

_OF_THE_CLUSTER = ("KilledWorker", "FutureCancelledError", "CancelledError")
"""Errors that say that the worker is gone, and nothing of the work."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Done(Generic[_Item, _Result]):
    """An item that was done, and what came of it."""

    item: _Item
    result: _Result


@dataclass(frozen=True)
class KilledWorkers(Generic[_Item]):
    """An item that was given up, as this many workers died at it."""

    item: _Item
    deaths: int


def spread(
    connection: Connection,
    work: Callable[[_Item], _Result],
    items: Sequence[_Item],
    *,
    needs: Mapping[str, float] | None = None,
) -> Iterator[Done[_Item, _Result] | KilledWorkers[_Item]]:
    """Do all items, and give each as it is done or given up.

    Closing it takes back what no worker has begun.

    Args:
        connection: to a cluster.
        work: a function of a module, harmless when done twice. What it raises ends all.
        items: what can be pickled, each.
        needs: resources that a worker must offer, and that an item takes, such as `{"GPU": 1}`.

    Raises:
        UserError: there has been no worker for longer than the connection has patience.
        CallError: a worker would be spoken to unencrypted beyond this machine.
    """
    board = _Board(connection, work, deque(enumerate(items)), dict(needs or {}))
    try:
        while board.waiting or board.running:
            board.look()
            yield from board.ended()
    finally:
        board.close()


@dataclass(frozen=True)
class _Running:
    number: int
    item: Any
    future: Any


class _Board:
    """Which item is where, and how many workers died at each."""

    def __init__(
        self,
        connection: Connection,
        work: Callable[[Any], Any],
        waiting: deque[tuple[int, Any]],
        needs: dict[str, float],
    ) -> None:
        self.connection, self.work, self.waiting, self.needs = connection, work, waiting, needs
        self.running: dict[str, _Running] = {}
        self._deaths: dict[int, int] = {}
        self._news: SimpleQueue[str] = SimpleQueue()
        self._lost: list[_Running] = []
        self._last_seen = time.monotonic()

    def look(self) -> None:
        """Give items to workers that have none; notice workers that are gone."""
        live = self._workers()
        for address in set(self.running) - set(live):
            self._lose(address)
        if live or self.running:
            self._last_seen = time.monotonic()
        self._check_patience()
        for address in live:
            if self.waiting and address not in self.running:
                self._begin(address, *self.waiting.popleft())
        for address, one in self.running.items():
            if one.future.done():  # and was not fetched in time
                self._news.put(address)

    def ended(self) -> Iterator[Done[Any, Any] | KilledWorkers[Any]]:
        """Give what has ended, after waiting a moment for something to end."""
        with suppress(Empty):
            address = self._news.get(timeout=_SECONDS_BETWEEN_LOOKS)
            while True:
                one = self.running.get(address)
                if one is not None and one.future.done():
                    yield from self._end(address, one)
                address = self._news.get_nowait()
        while self._lost:
            yield from self._after_death(self._lost.pop())

    def close(self) -> None:
        """Take back what is running; a worker finishes what it has begun, and nobody hears."""
        futures = [one.future for one in self.running.values()]
        self.running.clear()
        with suppress(Exception):  # the scheduler may be gone
            self.connection.client.cancel(futures, force=True)

    def _workers(self) -> list[str]:
        known = self.connection.client.scheduler_info(n_workers=-1)["workers"]
        for address in known:
            check_encrypted("worker", address, plain_tcp=self.connection.plain_tcp)
        return [
            address
            for address, worker in known.items()
            if all(worker["resources"].get(name, 0) >= n for name, n in self.needs.items())
        ]

    def _begin(self, address: str, number: int, item: Any) -> None:
        future = self.connection.client.submit(
            self.work,
            item,
            workers=[address],
            allow_other_workers=False,
            resources=self.needs or None,
            pure=False,
            retries=0,
        )
        self.running[address] = _Running(number, item, future)
        future.add_done_callback(lambda _: self._news.put(address))

    def _end(self, address: str, one: _Running) -> Iterator[Done[Any, Any]]:
        """Fetch a result; one whose worker died with it is lost, and is waited for in vain."""
        try:
            result = one.future.result(timeout=_SECONDS_TO_FETCH)
        except Exception as error:
            if type(error).__name__ in _OF_THE_CLUSTER:
                self._lose(address)
            elif one.future.status == "error":
                del self.running[address]
                raise
            elif not isinstance(error, TimeoutError):
                raise
            return
        del self.running[address]
        yield Done(one.item, result)

    def _lose(self, address: str) -> None:
        one = self.running.pop(address)
        with suppress(Exception):  # whatever the state of a future that has lost its worker
            one.future.cancel(force=True)
        self._lost.append(one)

    def _after_death(self, one: _Running) -> Iterator[KilledWorkers[Any]]:
        deaths = self._deaths[one.number] = self._deaths.get(one.number, 0) + 1
        if deaths > DEATHS_ALLOWED:
            yield KilledWorkers(one.item, deaths)
        else:
            self.waiting.append((one.number, one.item))

    def _check_patience(self) -> None:
        patience = self.connection.patience_seconds
        if patience is not None and time.monotonic() - self._last_seen > patience:
            asked = f" that offer {self.needs}" if self.needs else ""
            raise UserError.about(
                "the cluster",
                expected=f"workers{asked}",
                found=f"none for {patience:.0f} s",
                hint="What is done stays; start the same call again.",
            )
