"""Choosing among candidates: the first that is admitted, or the fastest where that is known."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from algorithm.engines.base import Engine
from algorithm.engines.catalogue.catalogue import Candidate
from algorithm.engines.catalogue.conditions import Conditions
from algorithm.engines.selection import admission
from algorithm.engines.selection.admission import Admission
from algorithm.engines.selection.check_process import check_in_a_process, check_on_smaller_patch
from algorithm.engines.selection.shortlist import best_reference, reference_of
from algorithm.engines.selection.trial import Trial, is_small
from algorithm.engines.time_limit import NoTimeForCheckError, TimeLimit
from algorithm.models.weights import Model
from uls.workshop.errors import ModelError, UserError

__all__ = ["WORTH", "Selected", "first_admitted", "in_order"]

_log = logging.getLogger(__name__)

WORTH = 0.9
"""A precision that costs accuracy must save a tenth of the time at least."""


@dataclass(frozen=True)
class Selected:
    """The engines that run a model, one per fold.

    Attributes:
        engines: ready to run.
        patch_seconds: what a check found that a patch takes by all folds; None where none was done.
        name: of the engine and its precision, such as `winograd-f32`.
    """

    engines: tuple[Engine, ...]
    patch_seconds: float | None
    name: str = ""


def first_admitted(
    wanted: Sequence[Candidate],
    model: Model,
    *,
    named: bool,
    precision: str = "auto",
    limit: TimeLimit | None = None,
) -> Selected:
    """Make the first candidate that passes the check; if that was timed, the fastest timed one.

    What passed or failed before, under the same conditions, is not checked again.

    Args:
        wanted: the most promising first.
        model: the model.
        named: the user named the engine: its float32 runs without a check, but for an engine with a
            library of our own.
        precision: that the user named, which is taken if it passes, however fast; or `auto`.
        limit: of the time for checks; a candidate that they leave unchecked gives way to the next.

    Raises:
        UserError: the last candidate cannot be made; `NoTimeForCheckError`: it cannot be checked.
        ModelError: none passes.
    """
    known = _known(wanted, model)
    waiting = _by_promise_or_speed(wanted, known | _beside(wanted, model), precision)
    on_trust = {one for one in wanted if named and _needs_no_check(one)}
    for candidate in [one for one in wanted if one in known and one not in on_trust]:
        if not _passes(candidate, known[candidate]):
            waiting.remove(candidate)
    while waiting:
        candidate = waiting.pop(0)
        try:
            if candidate not in known and candidate not in on_trust:
                known |= (found := _checked(candidate, model, limit or TimeLimit()))
                if found and not _passes(candidate, found[candidate]):
                    continue
            _log_verdict(candidate, known.get(candidate))
            return _made(candidate, model, known.get(candidate))
        except UserError as error:
            # Where a check on an eighth of the patch has no time, a slower engine has none, either.
            if not waiting or (isinstance(error, NoTimeForCheckError) and not is_small(model)):
                raise
            _log.warning("%s cannot be used: %s", candidate, error)
    raise ModelError.about(
        model.folder,
        expected="an engine that agrees with the reference",
        found=f"none among {', '.join(str(candidate) for candidate in wanted)}",
        hint="Name one, such as --engine torch --device cpu --precision f32.",
    )


def _made(candidate: Candidate, model: Model, found: Admission | None) -> Selected:
    engines = tuple(candidate.make(model, fold) for fold in model.manifest.folds)
    seconds = found.seconds if found else None
    return Selected(engines, seconds, f"{candidate.engine}-{candidate.precision}")


def in_order(wanted: Sequence[Candidate], model: Model) -> list[Candidate]:
    """Sort candidates as they will be tried, with what is known of them on this machine."""
    return _by_promise_or_speed(wanted, _known(wanted, model) | _beside(wanted, model))


def _known(wanted: Sequence[Candidate], model: Model) -> dict[Candidate, Admission]:
    """Return what earlier checks of these candidates found on this machine."""
    found = ((one, admission.recall(Conditions.of(one, model), model)) for one in wanted)
    return {candidate: record for candidate, record in found if record}


def _beside(wanted: Sequence[Candidate], model: Model) -> dict[Candidate, Admission]:
    """Return what `weights tune` left beside the weights: of use for the order alone."""
    records = {one.conditions: one for one in admission.read_beside(model.folder)}
    if not records:
        return {}
    found = {one: records.get(Conditions.of(one, model)) for one in wanted}
    return {candidate: record for candidate, record in found.items() if record and record.holds}


def _by_promise_or_speed(
    wanted: Sequence[Candidate], known: dict[Candidate, Admission], precision: str = "auto"
) -> list[Candidate]:
    """Sort the tuned candidates by time, if the most promising one that may run is among them."""
    may_run = [one for one in wanted if one not in known or known[one].holds]
    timed = [one for one in may_run if one in known and known[one].tuned]
    if not timed or may_run[0] not in timed:
        return list(wanted)
    named = precision not in ("auto", "f32")
    timed.sort(key=lambda one: (named and one.precision != precision, _effort(one, known[one])))
    return timed + [one for one in wanted if one not in timed]


def _effort(candidate: Candidate, admission: Admission) -> float:
    """Return the seconds that a pass takes, more in a precision that costs accuracy."""
    return admission.seconds / (1 if candidate.precision == "f32" else WORTH)


def _checked(candidate: Candidate, model: Model, limit: TimeLimit) -> dict[Candidate, Admission]:
    """Check a candidate, and remember what is found of it and of its judge; nothing on trust."""
    reference = reference_of(candidate, model)
    if reference is None:
        return {}
    found = _judged(candidate, model, reference, limit)
    admission.remember(found.values())
    return found


def _needs_no_check(candidate: Candidate) -> bool:
    """Say whether a candidate runs on the word of a user who named its engine."""
    return candidate.precision == "f32" and not candidate.entry.has_library


def _passes(candidate: Candidate, found: Admission) -> bool:
    """Say whether a candidate may run, by what a check found of it."""
    if not found.holds:
        said = "%s disagrees with the float32 reference: %s. The next engine is tried."
        _log.warning(said, candidate, found.worst())
    return found.holds


def _log_verdict(candidate: Candidate, found: Admission | None) -> None:
    if found is None:
        _log.debug("%s is taken without a check.", candidate)
    elif found.holds:
        _log.info("%s is admitted: %s.", candidate, found.worst())
    else:
        said = "%s disagrees with the float32 reference: %s. It is used, as it was named."
        _log.warning(said, candidate, found.worst())


def _judged(
    candidate: Candidate, model: Model, reference: Candidate, limit: TimeLimit
) -> dict[Candidate, Admission]:
    """Compare a candidate with a reference; with one on the CPU where that one does not run."""
    if candidate.entry.has_library and not is_small(model):
        if limit.is_set:
            return {candidate: check_in_a_process(candidate, model, reference, limit)}
        return {candidate: check_on_smaller_patch(candidate, model, reference)}
    if limit.is_set and candidate.device == "cpu" and not is_small(model):
        raise NoTimeForCheckError(
            "Its check takes a whole pass in float32, for which no budget has time: "
            "`weights tune` does it beforehand."
        )
    trial = Trial(model, reference, limit=limit)
    try:
        trial.ask_reference()
    except NoTimeForCheckError:
        raise
    except UserError as error:
        other = best_reference(model)
        if other is None or other == reference:
            raise
        _log.warning("%s, by which to judge, does not run: %s", reference, error)
        _log.warning("%s judges instead; that may take a minute.", other)
        reference, trial = other, Trial(model, other, limit=limit)
    found = {candidate: trial.run(candidate)}
    of_reference = trial.of_reference
    return found if of_reference is None else {reference: of_reference, **found}
