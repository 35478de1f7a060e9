"""One round, top to bottom: data, fine-tuning, scores of both models, decision, promotion.

Every step makes one output beside its place and renames it; a round that was stopped goes on at the
step it was stopped in, with the set, the model and the settings that it began with.
"""

import logging
from collections.abc import Sequence

from training.cycle.leak import check_no_leak
from training.cycle.options import Options
from training.cycle.project import Work, now, read_record, write_record
from training.cycle.records import Decision, Entry, Round, SetVersion
from training.cycle.settings import RoundSettings
from training.cycle.steps import decision_file, steps
from training.jobs.digests import digest
from uls.workshop.errors import CallError, InputError
from uls.workshop.files import write_json

__all__ = ["abandon", "decision_of", "is_abandoned", "run_round"]

_ABANDONED = "abandoned.json"
_PROMOTED = "promoted.json"

_log = logging.getLogger(__name__)


def run_round(work: Work, options: Options) -> Decision:
    """Do the next round, or resume the one that was stopped.

    Raises:
        CallError: the set has nothing new, or a stopped round was begun with other settings.
        InputError: a scan, a mask or the test set is missing or was changed; or the set holds a
            patient of the test set.
    """
    with work.alone():
        _check_test_set(work)
        this = _begun_or_next(work, options)
        entries = _entries(work, this)
        check_no_leak(work, entries)
        _begin(work, this)
        for stage in steps(work, this, entries, options):
            work.stages.run(stage)
        decision = read_record(Decision, decision_file(work, this.number))
        _promote(work, decision)
    return decision


def decision_of(work: Work, number: int) -> Decision | None:
    """Give a round's decision; None while it is not made."""
    path = decision_file(work, number)
    return read_record(Decision, path) if path.exists() else None


def is_abandoned(work: Work, number: int) -> bool:
    """Tell whether a round was given up."""
    return (work.round(number) / _ABANDONED).exists()


def abandon(work: Work) -> int:
    """Give up the round that was stopped, so that the next one begins anew; give its number.

    Raises:
        CallError: no round is open.
    """
    with work.alone():
        number = _open_round(work)
        if number is None:
            raise CallError.about(work.root, expected="a round that was stopped", found="none")
        write_json(work.round(number) / _ABANDONED, {"at": now().isoformat()})
    return number


def _open_round(work: Work) -> int | None:
    """Find the last round if it is not finished: not decided, or decided but not yet promoted."""
    rounds = work.rounds()
    if not rounds or is_abandoned(work, rounds[-1]):
        return None
    decision = decision_of(work, rounds[-1])
    finished = decision is not None and (not decision.promoted or _is_promoted(work, rounds[-1]))
    return None if finished else rounds[-1]


def _is_promoted(work: Work, number: int) -> bool:
    return (work.round(number) / _PROMOTED).exists()


def _begun_or_next(work: Work, options: Options) -> Round:
    """Give the round that was stopped, or the next one, of which nothing is written yet."""
    number = _open_round(work)
    if number is not None:
        this = read_record(Round, work.round(number) / "round.json")
        _check_options(this, options)
        return this
    version = _new_version(work)
    return Round(
        number=max(work.rounds(), default=0) + 1,
        created=now(),
        set_version=version.version,
        base_model=work.current_model,
        **dict(options.settings),
    )


def _begin(work: Work, this: Round) -> None:
    """Note that a round has begun, unless it had."""
    _log.info(
        "Round %d: set version %d, from the %s model, beside model %s",
        this.number,
        this.set_version,
        this.begin_with,
        this.base_model,
    )
    if not (work.round(this.number) / "round.json").exists():
        write_record(work.round(this.number) / "round.json", this)


def _check_options(this: Round, options: Options) -> None:
    given, began = _by_name(options.settings), _by_name(this)
    changes = [
        f"{name} {given[name]} (was {began[name]})" for name in given if given[name] != began[name]
    ]
    if changes:
        raise CallError.about(
            f"round {this.number}, which was stopped",
            expected="the settings that it was begun with",
            found=", ".join(changes),
            hint="Use those, or give the round up by `cycle abandon`.",
        )


def _by_name(of: RoundSettings) -> dict[str, object]:
    beside = of.model_dump(include=RoundSettings.model_fields.keys() - {"settings"})
    beside["seed of the data"] = beside.pop("seed")
    return {**of.settings.model_dump(), **beside}


def _new_version(work: Work) -> SetVersion:
    """Give the set, which must have changed since the last round that was decided."""
    version = work.set_version()
    if version is None:
        raise CallError.about(
            work.root, expected="masks in the set", found="none", hint="Add some by `cycle add`."
        )
    for number in work.rounds():
        decision = decision_of(work, number)
        if decision is not None and decision.set_version == version.version:
            raise CallError.about(
                work.root,
                expected=f"masks newer than version {version.version} of the set",
                found=f"none since round {number}, which was decided on it",
                hint="Add masks by `cycle add`.",
            )
    return version


def _entries(work: Work, this: Round) -> Sequence[Entry]:
    version = work.set_version(this.set_version)
    entries = [
        entry
        for entry in (version.entries if version else ())
        if entry.signed_off_by or not this.signed_off_only
    ]
    if not entries:
        raise InputError.about(
            work.root / "set",
            expected="cases that were signed off" if this.signed_off_only else "cases",
            found="none",
            hint="Add some by `cycle add --signed-off-by`."
            if this.signed_off_only
            else "Add some by `cycle add`.",
        )
    return entries


def _check_test_set(work: Work) -> None:
    found = digest(work.test_set).sha256
    if found != work.project.test_set_sha256:
        raise InputError.about(
            work.test_set,
            expected=f"the fixed test set, SHA-256 {work.project.test_set_sha256[:12]}…",
            found=f"other content, {found[:12]}…",
            hint="Put it back: scores on another test set do not compare.",
        )


def _promote(work: Work, decision: Decision) -> None:
    """Let the link to the current model follow the decision, once."""
    if decision.promoted and not _is_promoted(work, decision.round):
        work.promote(decision.new_model)
        write_json(work.round(decision.round) / _PROMOTED, {"at": now().isoformat()})
        _log.info("Model %s is the current one now", decision.new_model)
