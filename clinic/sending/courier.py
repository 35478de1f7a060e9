"""Sends what waits in an outbox from a thread of its own, as long as the page runs."""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from clinic.sending.deliver import deliver, pause_after
from clinic.sending.destination import Destination
from clinic.sending.not_stored import NotStoredError
from clinic.sending.outbox import Outbox
from uls.workshop.errors import UserError

__all__ = ["Courier", "Status"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Status:
    """How the sending stands.

    Attributes:
        waiting: objects that the archive does not have yet.
        stored: objects that it took since the page was started.
        problem: why the last try failed; empty where it did not.
    """

    waiting: int = 0
    stored: int = 0
    problem: str = ""


class Courier:
    """Sends to one archive; what waits from an earlier time goes first."""

    def __init__(self, outbox: Outbox, destination: Destination) -> None:
        """Begin: look what waits, and send it.

        Raises:
            UserError: the outbox is none, or damaged.
        """
        self._outbox, self._destination = outbox, destination
        self._status = Status(sum(len(p.waiting) for p in outbox.waiting(str(destination))))
        self._wake, self._ended = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
        if self._status.waiting:
            self._wake.set()
        self._thread.start()

    @property
    def status(self) -> Status:
        """How it stands now."""
        return self._status

    def add(self, results: Path) -> int:
        """Put results into the outbox, to be sent at once; return how many objects they hold.

        Raises:
            UserError: they cannot be sent, or the place cannot be written.
        """
        parcel = self._outbox.add(results, self._destination)
        self._look(problem="")
        self._wake.set()
        return len(parcel.objects)

    def end(self, seconds: float = 5.0) -> None:
        """Stop; what is not sent stays in the outbox."""
        self._ended.set()
        self._wake.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        tries = 0
        while not self._ended.is_set():
            again = tries > 0
            self._wake.wait(pause_after(tries) if again else None)
            self._wake.clear()
            if not self._ended.is_set():
                tries = tries + 1 if self._send_all() else 0

    def _send_all(self) -> bool:
        """Send what waits; tell whether to try again after a while."""
        problem, again = "", False
        try:
            with self._outbox.alone():
                for parcel in self._outbox.waiting(str(self._destination)):
                    try:
                        deliver(parcel, self._count)
                    except NotStoredError as error:
                        problem, again = error.why, again or error.again
        except UserError as error:
            problem = str(error).splitlines()[-1]
        except Exception as error:  # its message may quote an object
            problem = f"a fault in the program ({type(error).__name__})"
        if problem:
            _log.warning("The archive: %s", problem)
        self._look(problem)
        return again

    def _count(self) -> None:
        with self._lock:
            now = self._status
            self._status = Status(max(now.waiting - 1, 0), now.stored + 1, now.problem)

    def _look(self, problem: str) -> None:
        """Count anew what waits."""
        try:
            waiting = sum(len(p.waiting) for p in self._outbox.waiting(str(self._destination)))
        except UserError as error:
            waiting, problem = self._status.waiting, str(error).splitlines()[-1]
        with self._lock:
            self._status = Status(waiting, self._status.stored, problem)
