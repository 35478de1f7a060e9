"""One call of `segment-many`, top to bottom: read, connect, check with one case, do all, list."""

import logging
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from clinic.many.folder import QUARANTINE, held, keep_to, quarantined, set_apart
from clinic.many.items import Item, key_of, read_items
from clinic.many.options import SegmentMany
from clinic.many.tables import write_tables
from clinic.many.work import ITEMS, Job, Outcome, describe, do, made_by
from clinic.output.records import program_version
from uls.cluster.connect import Connection, connected
from uls.cluster.spread import Done, spread
from uls.workshop.errors import InputError, OutputError, UserError
from uls.workshop.progress import Progress

__all__ = ["segment_many"]

_TRIED_FIRST = 3
"""Of these one must succeed before all others are begun."""
_SPARE = 1.2
"""What the results may take beyond what the first case's size says."""

_log = logging.getLogger(__name__)


def segment_many(settings: SegmentMany) -> None:
    """Segment all scans or stacks; what is done already, from the same bytes, is kept.

    Raises:
        InputError: some cannot be used; all others are done, and `failures.csv` says why.
        OutputError: the results cannot be written. What is done stays.
        UserError: the call, the model, or the cluster cannot be used.
    """
    items = read_items(settings)
    output = settings.output.absolute()
    with held(output) as token, connected(settings.cluster, output) as connection:
        job = Job(
            output=output,
            token=token,
            version=program_version(),
            model_folder=None if settings.model is None else settings.model.absolute(),
            engine=settings.engine,
            started_here=connection.started_here,
        )
        outcomes = _Run(connection, _with_model(connection, job), settings.again).all(items)
    write_tables(output, [item.name for item in items], outcomes)
    failed = [one for one in outcomes.values() if one.state == "failed"]
    kept = sum(one.state == "kept" for one in outcomes.values())
    _log.info("%d done, %d kept, %d failed", len(items) - kept - len(failed), kept, len(failed))
    if failed:
        raise InputError.about(
            f"{len(items)} cases",
            expected="that all can be segmented",
            found=f"{len(failed)} that cannot",
            hint=f"{output / 'failures.csv'} says why; the others are done.",
        )


def _with_model(connection: Connection, job: Job) -> Job:
    """Ask one worker what the model is, which all others must have then."""
    [answer] = spread(connection, describe, [job])
    if not isinstance(answer, Done):
        raise UserError.about(
            "the model",
            expected="that a worker can load it",
            found=f"that {answer.deaths} workers ended as they tried",
            hint="Is there too little memory for it (--worker-memory)?",
        )
    model = answer.result
    keep_to(job.output, job.version, model)
    _log.info("Model: %s, by %s", model.name, model.engine)
    return replace(job, model=model)


class _Run:
    """All items of a run on their way, and what came of each."""

    def __init__(self, connection: Connection, job: Job, again: bool) -> None:
        self.connection, self.job = connection, job
        self.outcomes: dict[str, Outcome] = {}
        self._apart = {} if again else quarantined(job.output)

    def all(self, items: Sequence[Item]) -> dict[str, Outcome]:
        """Do all items; return what came of each, by name."""
        self._leave_out(items)
        left = [item for item in items if item.name not in self.outcomes]
        with Progress("Segmenting", total=len(items), unit="case", done=len(self.outcomes)) as bar:
            for _ in self._first(left):
                bar.update()
            rest = [item for item in left if item.name not in self.outcomes]
            for _ in self._done(rest):
                bar.update()
        return self.outcomes

    def _leave_out(self, items: Sequence[Item]) -> None:
        """Leave out what ended two workers before, if it is still the same."""
        for item in items:
            if (key := self._apart.get(item.name)) and key == self._key(item):
                self.outcomes[item.name] = _killer(item.name, "in an earlier run; see --again")
        names = {name for name, one in self.outcomes.items() if one.kind == "killed workers"}
        self._apart = {name: key for name, key in self._apart.items() if name in names}
        set_apart(self.job.output, self._apart)

    def _first(self, items: Sequence[Item]) -> Iterator[Outcome]:
        """Do the first items one by one until one succeeds; then see whether there is room."""
        start = time.monotonic()
        for tried, item in enumerate(items[:_TRIED_FIRST], 1):
            [outcome] = self._done([item])
            yield outcome
            if outcome.state != "failed":
                _check_room(self.job.output, items, outcome, time.monotonic() - start)
                return
            if tried == _TRIED_FIRST < len(items):
                raise InputError.about(
                    f"the first {tried} of {len(items)} cases",
                    expected="that one of them at least can be segmented",
                    found=f"that none can; the last: {outcome.problem}",
                    hint="The others were not begun.",
                )

    def _done(self, items: Sequence[Item]) -> Iterator[Outcome]:
        for ended in spread(self.connection, do, [(self.job, item) for item in items]):
            if isinstance(ended, Done):
                outcome = ended.result
            else:
                outcome = self._set_apart(ended.item[1], ended.deaths)
            self.outcomes[outcome.name] = outcome
            if outcome.state == "failed":
                _log.warning("%s: %s", outcome.name, outcome.problem)
            yield outcome

    def _set_apart(self, item: Item, deaths: int) -> Outcome:
        self._apart[item.name] = self._key(item)
        set_apart(self.job.output, self._apart)
        return _killer(item.name, f"{deaths} workers ended at it")

    def _key(self, item: Item) -> str:
        assert self.job.model is not None  # noqa: S101  (known before the first item)
        try:
            return key_of(item, made_by(self.job, self.job.model))
        except UserError:
            return "unreadable"


def _killer(name: str, how: str) -> Outcome:
    problem = InputError.about(
        name,
        expected="an input that leaves the worker running",
        found=f"that {how}",
        hint=f"It stands in {QUARANTINE}. Look at its size, and at the system's log for memory.",
    )
    return Outcome(name, "failed", kind="killed workers", problem=str(problem))


def _check_room(output: Path, items: Sequence[Item], first: Outcome, seconds: float) -> None:
    """Refuse to begin what the disk has no room for, as far as the first case tells.

    Raises:
        OutputError: there is too little room.
    """
    left = sum(not (output / ITEMS / item.name).is_dir() for item in items)
    needed, free = _SPARE * left * first.n_bytes, shutil.disk_usage(output).free
    if needed > free:
        raise OutputError.about(
            output,
            expected=f"room for {left} more cases like the first, {needed / 1e9:.1f} GB",
            found=f"{free / 1e9:.1f} GB",
            hint="The first case is done; make room, and start the same call again.",
        )
    _log.info(
        "%s: %.1f s, %.1f MB; %d more like it take %.1f GB and %.1f hours of one worker",
        first.name, seconds, first.n_bytes / 1e6, left, needed / 1e9, left * seconds / 3600,
    )  # fmt: skip
