"""Choosing among candidates: the first that is admitted, or the fastest where that is known."""

import logging
from collections.abc import Sequence

from algorithm.engines import admission
from algorithm.engines.admission import Admission
from algorithm.engines.base import Engine
from algorithm.engines.catalogue import Candidate
from algorithm.engines.conditions import Conditions
from algorithm.engines.shortlist import best_reference, reference_of
from algorithm.engines.smaller_patch import on_smaller_patch, share_of_voxels
from algorithm.engines.trial import Trial, is_small
from algorithm.weights import Model
from uls.errors import ModelError, UserError

__all__ = ["first_admitted", "in_order"]

_log = logging.getLogger(__name__)


def first_admitted(wanted: Sequence[Candidate], model: Model, *, named: bool) -> tuple[Engine, ...]:
    """Make the first candidate that passes the check; if that was timed, the fastest timed one.

    What passed or failed before, under the same conditions, is not checked again.

    Args:
        wanted: the most promising first.
        model: the model.
        named: the user named the engine: its float32, the last, runs without a check, but for an
            engine with a library of our own.

    Raises:
        UserError: the last candidate cannot be made.
        ModelError: none passes.
    """
    known = _known(wanted, model)
    ordered = _by_promise_or_speed(wanted, _beside(wanted, model) | known)
    for candidate in ordered:
        try:
            as_named = named and candidate == wanted[-1] and not candidate.entry.has_library
            passes = _passes(candidate, model, known.get(candidate), on_trust=as_named)
            if passes or as_named:
                return tuple(candidate.make(model, fold) for fold in model.manifest.folds)
        except UserError as error:
            if candidate == ordered[-1]:
                raise
            _log.warning("%s cannot be used: %s", candidate, error)
    raise ModelError.about(
        model.folder,
        expected="an engine that agrees with the reference",
        found=f"none among {', '.join(str(candidate) for candidate in wanted)}",
        hint="Name one, such as --engine torch --device cpu --precision f32.",
    )


def in_order(wanted: Sequence[Candidate], model: Model) -> list[Candidate]:
    """Sort candidates as they will be tried, with what is known of them on this machine."""
    return _by_promise_or_speed(wanted, _beside(wanted, model) | _known(wanted, model))


def _known(wanted: Sequence[Candidate], model: Model) -> dict[Candidate, Admission]:
    """Return what earlier checks of these candidates found on this machine."""
    found = {one: admission.recall(Conditions.of(one, model), model) for one in wanted}
    return {candidate: record for candidate, record in found.items() if record}


def _beside(wanted: Sequence[Candidate], model: Model) -> dict[Candidate, Admission]:
    """Return what `weights tune` left beside the weights: of use for the order alone."""
    records = {one.conditions: one for one in admission.read_beside(model.folder)}
    if not records:
        return {}
    found = {one: records.get(Conditions.of(one, model)) for one in wanted}
    return {candidate: record for candidate, record in found.items() if record and record.holds}


def _by_promise_or_speed(
    wanted: Sequence[Candidate], known: dict[Candidate, Admission]
) -> list[Candidate]:
    """Sort the timed candidates by time, if the most promising one that may run is among them."""
    may_run = [one for one in wanted if one not in known or known[one].holds]
    if not may_run or may_run[0] not in known:
        return list(wanted)
    timed = [one for one in may_run if one in known]
    timed.sort(key=lambda one: known[one].seconds)
    return timed + [one for one in wanted if one not in timed]


def _passes(candidate: Candidate, model: Model, known: Admission | None, *, on_trust: bool) -> bool:
    """Say whether a candidate may run, from the record, by checking now, or on trust."""
    if known is None:
        reference = None if on_trust else reference_of(candidate, model)
        if reference is None:
            _log.debug("%s is taken without a check.", candidate)
            return True
        known = _judged(candidate, model, reference)
        admission.remember([known])
    if known.holds:
        _log.info("%s is admitted: %s.", candidate, known.worst())
    else:
        _log.warning(
            "%s disagrees with the float32 reference: %s.%s",
            candidate,
            known.worst(),
            " It is used, as it was asked for." if on_trust else " The next engine is tried.",
        )
    return known.holds


def _judged(candidate: Candidate, model: Model, reference: Candidate) -> Admission:
    """Compare a candidate with a reference; with one on the CPU where that one does not run."""
    if candidate.entry.has_library and not is_small(model):
        return _judged_on_smaller_patch(candidate, model, reference)
    trial = Trial(model, reference)
    try:
        trial.ask_reference()
    except UserError as error:
        other = best_reference(model)
        if other is None or other == reference:
            raise
        _log.warning("%s, by which to judge, does not run: %s", reference, error)
        _log.warning("%s judges instead; that may take a minute.", other)
        trial = Trial(model, other)
    return trial.run(candidate)


def _judged_on_smaller_patch(candidate: Candidate, model: Model, reference: Candidate) -> Admission:
    """Compare in seconds, on a smaller patch: every layer and weight, if not every size of map."""
    smaller = on_smaller_patch(model)
    found = Trial(smaller, reference).run(candidate)
    return found.model_copy(
        update={
            "conditions": Conditions.of(candidate, model),
            "seconds": found.seconds / share_of_voxels(smaller, model),
        }
    )
