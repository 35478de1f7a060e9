"""All cases in worker processes; a case that is finished is never done again."""

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.connection import wait

import SimpleITK as sitk

from training.data.cases.case import Case
from training.data.cases.records import CaseRecord
from training.data.prepare.finished import finished_record
from training.data.prepare.plan import Plan
from training.data.prepare.vois import prepare_case
from training.data.splits import Part
from uls.workshop.errors import InputError, OutputError
from uls.workshop.progress import Progress

__all__ = ["Outcome", "prepare_cases"]

_log = logging.getLogger(__name__)

_PARENT_GONE = 1
"""Exit code of a worker whose parent has ended; nobody reads it."""


@dataclass(frozen=True)
class Outcome:
    """What became of the cases.

    Attributes:
        records: of those that are finished, in the order of the cases.
        failures: by case, what is wrong with the others.
        n_earlier: how many of the finished ones an earlier run had finished.
    """

    records: tuple[CaseRecord, ...]
    failures: Mapping[str, str]
    n_earlier: int


def prepare_cases(
    cases: Sequence[Case], parts: Mapping[str, Part], plan: Plan, *, workers: int
) -> Outcome:
    """Prepare all cases that no earlier run has finished.

    A case with damaged input does not stop the others.

    Args:
        cases: of different names.
        parts: by case name, the part it belongs to.
        plan: how cases are prepared.
        workers: processes; with 1 all happens in this one.

    Raises:
        OutputError: the output folder cannot be written.
    """
    records: dict[str, CaseRecord] = {}
    for case in cases:
        record = finished_record(case, parts[case.name], plan)
        if record is not None:
            records[case.name] = record
    left = [case for case in cases if case.name not in records]
    n_earlier = len(records)
    if n_earlier:
        _log.info("%d of %d cases are finished already", n_earlier, len(cases))
    failures: dict[str, str] = {}
    with Progress("Cases", total=len(cases), unit="case", done=n_earlier) as shown:
        for name, result in _results(left, parts, plan, min(workers, len(left))):
            shown.update()
            if isinstance(result, CaseRecord):
                records[name] = result
            else:
                failures[name] = str(result)
                _log.error("%s", result)
    done = tuple(records[case.name] for case in cases if case.name in records)
    return Outcome(done, failures, n_earlier)


_Result = tuple[str, CaseRecord | InputError]


def _results(
    cases: Sequence[Case], parts: Mapping[str, Part], plan: Plan, workers: int
) -> Iterator[_Result]:
    if workers <= 1:
        for case in cases:
            yield _prepare(case, parts[case.name], plan)
        return
    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_start_worker
    )
    try:
        waiting = [pool.submit(_prepare, case, parts[case.name], plan) for case in cases]
        yield from (_result(future) for future in as_completed(waiting))
    except BaseException:
        _stop(pool)
        raise
    pool.shutdown()


def _result(future: "Future[_Result]") -> _Result:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise OutputError.about(
            "worker processes",
            expected="them to live until all is done",
            found="that one was killed, perhaps for lack of memory",
            hint="Run the same call again, with fewer --workers: what is finished stays.",
        ) from error


def _prepare(case: Case, part: Part, plan: Plan) -> _Result:
    try:
        return case.name, prepare_case(case, part, plan)
    except InputError as error:
        return case.name, InputError(f"case {case.name}: {error}")


def _start_worker() -> None:
    """Let a worker use one thread, leave signals to its parent, and end when that has ended."""
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(_PARENT_GONE)


def _stop(pool: ProcessPoolExecutor) -> None:
    """End the workers at once: what they have half written lies beside its place."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
