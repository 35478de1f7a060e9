"""Checks and times every engine that may run a model here, and leaves what it finds with the model.

It is kept in the cache folder, too: a job then needs neither the check nor the compiler, and `auto`
takes the fastest.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from algorithm.engines.catalogue.catalogue import Candidate
from algorithm.engines.selection import admission
from algorithm.engines.selection.admission import Admission
from algorithm.engines.selection.shortlist import best_reference, candidates
from algorithm.engines.selection.trial import Trial
from algorithm.models.weights import Model
from uls.workshop.errors import OutputError, UserError

__all__ = ["Tried", "table", "tune"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tried:
    """What came out for a candidate: an admission (or refusal), or why it could not be made."""

    candidate: Candidate
    admission: Admission | None
    problem: str = ""


def tune(
    model: Model, name: str = "auto", *, device: str = "auto", tensorrt: bool = False
) -> list[Tried]:
    """Try the candidates, float32 too; write `engines.json` and, in the cache, compiled networks.

    All are judged by one reference on the CPU: the float32 of torch, or of OpenVINO without torch.

    Args:
        model: the model; its folder is written to.
        name: an engine, or `auto` for all that are installed.
        device: `auto` is CUDA where it is there.
        tensorrt: build for TensorRT, too, where that is there.

    Raises:
        CallError: the engine or the device is not there.
        OutputError: the model folder cannot be written.
    """
    wanted = candidates(name, model, device=device, precision="auto", build=tensorrt)
    _remember([], model)
    reference = best_reference(model)
    judged = Trial(model, reference, thorough=True)
    alone = Trial(model, None, thorough=True)
    tried = [_tried(one, alone if one == reference else judged) for one in wanted]
    _remember([one.admission for one in tried if one.admission], model)
    return tried


def table(tried: Iterable[Tried]) -> list[str]:
    """Say on a line each what came out, the fastest that was admitted first."""
    form = "{:<9} {:<7} {:<9} {:>9}  {}".format
    lines = [form("engine", "device", "precision", "s per pass", "")]
    for one in sorted(tried, key=_usefulness):
        what = one.candidate
        seconds = f"{one.admission.seconds:.3f}" if one.admission else "-"
        lines.append(form(what.engine, what.device, what.precision, seconds, _verdict(one)))
    return lines


def _tried(candidate: Candidate, trial: Trial) -> Tried:
    _log.info("Trying %s.", candidate)
    try:
        return Tried(candidate, trial.run(candidate))
    except OutputError:
        raise
    except UserError as error:
        return Tried(candidate, None, str(error))


def _remember(admissions: list[Admission], model: Model) -> None:
    admission.remember(admissions)
    admission.write_beside_weights(admissions, model)


def _verdict(tried: Tried) -> str:
    if tried.admission is None:
        return f"cannot be used: {tried.problem}"
    if not tried.admission.parities:
        return "admitted: the reference"
    said = "admitted" if tried.admission.holds else "refused"
    return f"{said}: {tried.admission.worst()}"


def _usefulness(tried: Tried) -> tuple[bool, bool, float]:
    found = tried.admission
    if found is None:
        return True, True, 0.0
    return False, not found.holds, found.seconds
