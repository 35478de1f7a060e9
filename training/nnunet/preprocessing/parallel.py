"""One function over many cases, in as many processes as asked for, with progress."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from uls.workshop.errors import UserError
from uls.workshop.progress import progress

__all__ = ["mapped"]

_Made = TypeVar("_Made")


def mapped(
    function: Callable[[str], _Made], cases: Sequence[str], *, processes: int, about: str
) -> Iterator[_Made]:
    """Give what a function makes of each case, in order; one process works here, without a pool.

    Args:
        function: what to do; it must be picklable if there are more processes.
        cases: their names.
        processes: how many.
        about: what the progress says.

    Raises:
        UserError: a process died, for want of memory most likely.
    """
    made = _each(function, cases, processes)
    yield from progress(made, about, total=len(cases), unit="case")


def _each(
    function: Callable[[str], _Made], cases: Sequence[str], processes: int
) -> Iterator[_Made]:
    if processes == 1 or len(cases) < 2:
        yield from map(function, cases)
        return
    try:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            try:
                yield from pool.map(function, cases)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    except BrokenProcessPool as error:
        raise UserError.about(
            f"one of {processes} processes",
            expected="to finish its case",
            found="it was ended from outside",
            hint="That is how want of memory looks; use fewer --processes.",
        ) from error
