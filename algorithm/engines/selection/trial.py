"""The check before an engine may run a model: a few phantoms, against the float32 reference."""

import time
from collections.abc import Mapping
from math import prod

from algorithm.engines.base import Batch, Engine
from algorithm.engines.catalogue.catalogue import Candidate
from algorithm.engines.catalogue.compiled import built_digest
from algorithm.engines.catalogue.conditions import Conditions
from algorithm.engines.selection.admission import Admission
from algorithm.engines.selection.parity import compare
from algorithm.engines.selection.phantoms import PHANTOMS, batch_of
from algorithm.engines.time_limit import TimeLimit
from algorithm.models.manifest import Fold
from algorithm.models.weights import Model

__all__ = ["Trial", "is_small"]

_FLOAT32_BYTES = 4

_SMALL = 1e13
"""Parameters times the patch's voxels, up to which a network sees every phantom even on a CPU. The
starter model has 5e11 and takes a tenth of a second; the ULS23 baseline has 1.6e15."""


def is_small(model: Model) -> bool:
    """Say whether a network runs in about a second at most on a common CPU."""
    parameters = model.manifest.folds[0].weights.bytes / _FLOAT32_BYTES
    return parameters * prod(model.manifest.patch_zyx) <= _SMALL


class Trial:
    """A model before its judge; what the reference says is computed once.

    Args:
        model: the model. A network that is not small sees one phantom instead of three on a CPU.
        reference: what is right, or None where there is nothing to compare with. Each engine is let
            go before another is made: two large networks are never in memory together.
        thorough: run every engine once more than the check needs, so that the first pass, which
            is slower, does not count; and leave compiled networks in the cache folder.
        limit: is asked before each network is made and before each pass.
    """

    def __init__(
        self,
        model: Model,
        reference: Candidate | None,
        *,
        thorough: bool = False,
        limit: TimeLimit | None = None,
    ) -> None:
        self._model = model
        self._reference = reference
        self._thorough = thorough
        self._limit = limit or TimeLimit()
        on_cuda = reference is not None and reference.device == "cuda"
        shown = PHANTOMS if on_cuda or is_small(model) else PHANTOMS[:1]
        self._batches = {phantom.name: batch_of(phantom, model.manifest) for phantom in shown}
        self._expected: dict[str, Mapping[str, Batch]] = {}
        self._reference_seconds = 0.0

    def ask_reference(self) -> None:
        """Let the reference answer for every fold, if it has not yet.

        Raises:
            UserError: it cannot be made, or does not run, or there is no time for it.
        """
        if self._reference is not None and not self._expected:
            self._reference_seconds = 0.0
            self._expected = {
                fold.name: self._answers(self._reference, fold)
                for fold in self._model.manifest.folds
            }

    def run(self, candidate: Candidate) -> Admission:
        """Compare a candidate with the reference, and time it.

        Raises:
            UserError: the candidate or the reference cannot be made, or does not run.
        """
        self.ask_reference()
        seconds, parities = 0.0, {}
        names = list(self._batches)
        for fold in self._model.manifest.folds:
            with self._limit.step():
                engine = candidate.make(self._model, fold, fill_cache=self._thorough)
            logits, fastest = self._passes(engine, names + names[:1] * self._thorough)
            del engine
            seconds += fastest
            for name, right in self._expected.get(fold.name, {}).items():
                parities[f"{fold.name}/{name}"] = compare(logits[name], right)
        return Admission(
            conditions=Conditions.of(candidate, self._model),
            parities=parities,
            seconds=seconds,
            built=self._built(candidate),
            tuned=self._thorough,
        )

    def _built(self, candidate: Candidate) -> str:
        if candidate.engine != "tensorrt":
            return ""
        return built_digest(self._model, candidate.precision)

    @property
    def of_reference(self) -> Admission | None:
        """Return how fast the reference was, if it was asked; it is right by definition."""
        if self._reference is None or not self._expected:
            return None
        conditions = Conditions.of(self._reference, self._model)
        return Admission(conditions=conditions, parities={}, seconds=self._reference_seconds)

    def _answers(self, reference: Candidate, fold: Fold) -> Mapping[str, Batch]:
        with self._limit.step():
            engine = reference.make(self._model, fold)
        logits, fastest = self._passes(engine, list(self._batches))
        self._reference_seconds += fastest
        return logits

    def _passes(self, engine: Engine, names: list[str]) -> tuple[dict[str, Batch], float]:
        """Show an engine some phantoms; return what it says, and its fastest pass's seconds."""
        logits, seconds = {}, []
        for name in names:
            begin = time.perf_counter()
            with self._limit.step():
                said = engine(self._batches[name])
            seconds.append(time.perf_counter() - begin)
            logits[name] = said.copy()
        return logits, min(seconds)
