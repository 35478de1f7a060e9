"""Parcels to their archives: object by object, again after a while where an archive is away."""

import logging
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from clinic.sending.c_store import CStore
from clinic.sending.destination import Destination, parse_destination
from clinic.sending.not_stored import NotStoredError
from clinic.sending.outbox import Outbox
from clinic.sending.parcel import Parcel
from clinic.sending.stow import Stow
from uls.workshop.errors import OutputError
from uls.workshop.progress import Progress

__all__ = ["deliver", "pause_after", "send", "send_waiting", "warn_of_readers"]

_LONGEST_PAUSE = 300.0

_log = logging.getLogger(__name__)


def deliver(parcel: Parcel, done: Callable[[], object] = lambda: None) -> None:
    """Send what waits of one parcel.

    Args:
        parcel: to send.
        done: is called after each object that the archive has.

    Raises:
        NotStoredError: an object was not stored; those after it were tried, too, if the archive
            answers at all.
        UserError: the parcel is damaged, or must not be sent so.
    """
    waiting = parcel.waiting
    destination = parse_destination(parcel.destination)
    transport = CStore if destination.scheme == "dicom" else Stow
    problem: NotStoredError | None = None
    try:
        with transport(destination, waiting) as archive:
            for one in waiting:
                try:
                    archive.store(parcel.checked_path(one), one)
                except NotStoredError as error:
                    if not error.reached:
                        raise
                    problem = error if problem is None or error.again else problem
                else:
                    parcel.note_stored(one)
                    done()
        if problem is not None:
            raise problem
    except NotStoredError as error:
        parcel.note_problem(error.why)
        raise
    parcel.note_problem("")


def pause_after(tries: int) -> float:
    """Return how many seconds to wait after so many tries that failed: 2, 4, 8, … at most 300."""
    return min(2.0 ** min(tries, 16), _LONGEST_PAUSE)


def send(outbox: Outbox, results: Iterable[Path], destination: Destination, *, tries: int) -> int:
    """Put results into the outbox and send them; return how many objects the archive has of them.

    Raises:
        UserError: they cannot be sent, or not all are stored: those wait in the outbox.
    """
    warn_of_readers(destination)
    parcels = [outbox.add(folder, destination) for folder in results]
    send_waiting(outbox, [one for one in parcels if one.waiting], tries=tries)
    return sum(len(one.objects) for one in parcels)


def send_waiting(
    outbox: Outbox,
    parcels: list[Parcel],
    *,
    tries: int,
    pause: Callable[[float], object] = time.sleep,
) -> None:
    """Send parcels, each until it is stored, refused, or was tried so often.

    Raises:
        OutputError: not all are stored.
        CallError: another process sends from this outbox.
    """
    total = sum(len(one.waiting) for one in parcels)
    if not total:
        return
    with outbox.alone(), Progress("Sent", total=total, unit="object") as shown:
        left = parcels = [Parcel.read(one.folder) for one in parcels]  # as whoever was here left it
        for n in range(1, tries + 1):
            left = [one for one in left if _may_succeed_later(one, shown.update)]
            if not left or n == tries:
                break
            seconds = pause_after(n)
            _log.warning("%s; trying again in %.0f s", _problem(left[0]), seconds)
            pause(seconds)
    unsent = [one for one in parcels if one.waiting]
    if unsent:
        raise OutputError.about(
            "the archive",
            expected=f"that it stores {total} objects",
            found=f"{sum(len(p.waiting) for p in unsent)} that it did not: {unsent[-1].problem}",
            hint=f"They wait; to send them: uls23 send --outbox {outbox.folder}",
        )


def warn_of_readers(destination: Destination) -> None:
    """Warn where others on the network could read along."""
    if not destination.is_private:
        _log.warning("%s is not encrypted: use it on a network you trust", destination.scheme)


def _may_succeed_later(parcel: Parcel, done: Callable[[], object]) -> bool:
    """Send a parcel; tell whether it is worth another try."""
    try:
        deliver(parcel, done)
    except NotStoredError as error:
        return error.again
    return False


def _problem(parcel: Parcel) -> str:
    return f"The archive: {parcel.problem}"
