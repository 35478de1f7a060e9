"""Stages of a long job that can be stopped anywhere and started again.

A stage makes one folder or file, its output, of inputs and settings. It works in a place beside the
output, which takes the output's name when the stage is done; a record then says what went in, what
came out and how. Started again, a job passes over the stages that are done and goes on in the
partial place of the one that was stopped. A stage whose settings or inputs have changed since is
never redone silently, nor are its old results used: the change is told, and the user decides.

::

    ROOT/stages/<name>.begun.json    settings and inputs of a stage that has begun
    ROOT/stages/<name>.json          the record of a stage that is done
    .<output>.partial                beside the output: where the stage works
"""

import json
import logging
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from training.jobs.changes import changes_since, same_content
from training.jobs.digests import Digest, digest, is_as_listed
from training.jobs.stage_records import Begun, Record, Records
from uls.workshop.errors import CallError, InputError
from uls.workshop.files import write_json
from uls.workshop.lock import alone_in

__all__ = ["Record", "Stage", "Stages", "partial_place", "write_json"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stage:
    """One step of a job.

    Attributes:
        name: a file name's worth of letters, unique in the job.
        output: the folder or file that the stage makes.
        work: makes it at the place that it is given, which is not the final one; what an earlier,
            stopped attempt left there is there again.
        settings: what decides the result, as JSON; a change of any is told.
        inputs: files and folders that the result is made of; a change of any is told.
    """

    name: str
    output: Path
    work: Callable[[Path], None]
    settings: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Path] = field(default_factory=dict)


class Stages:
    """Runs the stages of one job, whose records lie in one folder.

    Args:
        root: the job's folder.
        redo_hint: how a user has a stage done anew, if the job's command offers it.
    """

    def __init__(self, root: Path, *, redo_hint: str = "") -> None:
        self._records = Records(root / "stages")
        self._root = root
        self._redo_hint = redo_hint

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the job, so that no second process works on it.

        Raises:
            CallError: another process does.
        """
        with alone_in(self._records.folder, about=self._root):
            yield

    def run(self, stage: Stage) -> Record:
        """Do a stage, resume it, or skip it if it is done.

        Raises:
            CallError: it was done or begun with other settings or inputs.
            InputError: an input is missing, or a done stage's output was changed since.
        """
        inputs = self._inputs(stage)
        settings = json.loads(json.dumps(dict(stage.settings)))
        done = self._records.done(stage.name)
        if done is not None and stage.output.exists():
            self._check_unchanged(stage, done, settings, inputs)
            if not same_content(_digest_of(stage.output, done.output), done.output):
                raise self._changed_output(stage)
            _log.info("%s: done already", stage.name)
            return done
        begun = self._begin(stage, settings, inputs)
        return self._finish(stage, begun)

    def forget(self, stage: Stage) -> None:
        """Remove a stage's record, output and partial work, so that it is done anew."""
        self._records.forget(stage.name)
        for path in (stage.output, partial_place(stage.output)):
            _remove(path)

    def _begin(self, stage: Stage, settings: dict[str, Any], inputs: dict[str, Digest]) -> Begun:
        earlier = self._records.begun(stage.name)
        place = partial_place(stage.output)
        if earlier is not None:
            self._check_unchanged(stage, earlier, settings, inputs)
            if place.exists() or stage.output.exists():
                _log.info("%s: going on where it was stopped", stage.name)
            return earlier
        if stage.output.exists():
            raise CallError.about(
                stage.output,
                expected=f"nothing yet: stage {stage.name} makes it",
                found="something that this job did not make",
                hint="Name another output folder, or move it away.",
            )
        _remove(place)
        begun = Begun(stage=stage.name, settings=settings, inputs=inputs, begun=_now())
        self._records.note_begun(begun)
        _log.info("%s: begins", stage.name)
        return begun

    def _finish(self, stage: Stage, begun: Begun) -> Record:
        """Do the work and rename it; a stage stopped between the two only lacks its record."""
        start = time.monotonic()
        if not stage.output.exists():
            place = partial_place(stage.output)
            place.parent.mkdir(parents=True, exist_ok=True)
            stage.work(place)
            place.rename(stage.output)
        record = Record(
            **dict(begun),
            output=digest(stage.output),
            finished=_now(),
            seconds=round(time.monotonic() - start, 1),
        )
        self._records.note_done(record)
        _log.info("%s: done in %.0f s", stage.name, record.seconds)
        return record

    def _inputs(self, stage: Stage) -> dict[str, Digest]:
        """Hash the inputs; what any record knows of unchanged files is not read again."""
        known = self._records.known()
        for name, path in stage.inputs.items():
            if not path.exists():
                about = f"{name}, an input of stage {stage.name}"
                raise InputError.about(path, expected=about, found="nothing there")
        return {name: _digest_of(path, known.get(str(path))) for name, path in stage.inputs.items()}

    def _check_unchanged(
        self, stage: Stage, then: Begun, settings: dict[str, Any], inputs: dict[str, Digest]
    ) -> None:
        changes = changes_since(then, settings, inputs)
        if changes:
            raise CallError.about(
                f"stage {stage.name} in {self._root}",
                expected="the settings and inputs that it was begun with",
                found="; ".join(changes),
                hint=f"Use those, or another output folder. {self._redo_hint}".strip(),
            )

    def _changed_output(self, stage: Stage) -> InputError:
        return InputError.about(
            stage.output,
            expected=f"what stage {stage.name} left there",
            found="files that were added, removed or changed since",
            hint=f"Put them back, or use another output folder. {self._redo_hint}".strip(),
        )

    def is_done(self, stage: Stage) -> bool:
        """Say whether a stage has been done, whatever has changed since."""
        return self._records.done(stage.name) is not None and stage.output.exists()


def partial_place(output: Path) -> Path:
    """Say where a stage works before its output takes its name."""
    return output.with_name(f".{output.name}.partial")


def _digest_of(path: Path, known: Digest | None) -> Digest:
    """Hash a place, unless it is as it was when it was hashed before."""
    return known if known is not None and is_as_listed(path, known) else digest(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
