"""Which engines were admitted to run a model, where, and how fast they were.

A job remembers in the cache folder what its checks found (`uls.workshop.cache`), so that the next
need not check again; a record counts only for the very model, device, package and check that it was
made with. `weights tune` leaves its findings beside the weights, too, in `engines.json`: as anybody
may have written that file, it says in which order engines are tried, and never admits one.
"""

import logging
from collections.abc import Iterable
from math import inf
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from algorithm.engines.catalogue.compiled import built_digest, model_name
from algorithm.engines.catalogue.conditions import Conditions
from algorithm.engines.selection.parity import Parity
from algorithm.models.json_files import StrictModel, parse, read_object
from algorithm.models.weights import Model
from uls.workshop import cache
from uls.workshop.atomic import write_file
from uls.workshop.errors import ModelError

__all__ = ["FILE_NAME", "Admission", "read_beside", "recall", "remember", "write_beside_weights"]

_log = logging.getLogger(__name__)

FILE_NAME = "engines.json"
"""What `weights tune` leaves beside the weights."""

_FOLDER = "engines"
"""In the cache folder."""


class Admission(StrictModel):
    """What came out of a check.

    Attributes:
        conditions: what was checked.
        parities: per fold and phantom, such as `all/body`; none for a reference.
        seconds: the fastest pass, of all folds together.
        built: the digest of what TensorRT had built; empty for other engines, and where it built
            for one job only.
        tuned: `weights tune` timed it, beside the others and after a first pass. What a job times
            on a busy machine never changes the order in which engines are tried.
    """

    conditions: Conditions
    parities: dict[str, Parity]
    seconds: float = Field(gt=0)
    built: str = ""
    tuned: bool = False

    @property
    def holds(self) -> bool:
        """Say whether the engine may run the model; worked out anew, never stored."""
        return all(one.holds(self.conditions.precision) for one in self.parities.values())

    def is_about(self, conditions: Conditions, model: Model) -> bool:
        """Say whether this was checked; of TensorRT, whether what it built then is there."""
        if self.conditions != conditions:
            return False
        if conditions.engine != "tensorrt":
            return True
        return bool(self.built) and self.built == built_digest(model, conditions.precision)

    def worst(self) -> str:
        """Say the least good agreement, or that this is the reference."""
        if not self.parities:
            return "the reference"
        where = max(self.parities, key=self._badness)
        return f"{self.parities[where]} ({where})"

    def _badness(self, where: str) -> tuple[bool, float, float]:
        parity = self.parities[where]
        error = inf if parity.relative_error is None else parity.relative_error
        dice = 1.0 if parity.dice is None else parity.dice
        return not parity.holds(self.conditions.precision), -dice, error

    @model_validator(mode="after")
    def _only_float32_is_a_reference(self) -> Self:
        if not self.parities and self.conditions.precision != "f32":
            raise ValueError("at least one phantom")
        return self


class _File(StrictModel):
    format: Literal[1] = 1
    admissions: tuple[Admission, ...] = ()


def recall(conditions: Conditions, model: Model) -> Admission | None:
    """Return what an earlier check under these very conditions found, if one was done here."""
    place = _place(conditions)
    content = cache.load(*place)
    if content is None:
        return None
    try:
        found = Admission.model_validate_json(bytes(content))
    except ValidationError:  # written by another version
        _log.info("%s is of another version; it is ignored.", "/".join(place))
        return None
    return found if found.is_about(conditions, model) else None


def remember(new: Iterable[Admission]) -> None:
    """Keep admissions in the cache folder, if there is one.

    Of what TensorRT built for one job only nothing is kept.
    """
    for one in new:
        if one.built or one.conditions.engine != "tensorrt":
            cache.store(one.model_dump_json(indent=1).encode(), *_place(one.conditions))


def read_beside(folder: Path) -> tuple[Admission, ...]:
    """Read a model folder's `engines.json`; nothing if there is none or it is not sound."""
    path = folder / FILE_NAME
    if not path.exists():
        return ()
    try:
        expected = "a record of engines, format 1"
        return parse(_File, read_object(path), about=path, expected=expected).admissions
    except ModelError as error:
        _log.warning("%s It is ignored, and what it should say is found out again.", error)
        return ()


def write_beside_weights(new: Iterable[Admission], model: Model) -> None:
    """Write admissions into the model folder's `engines.json`, in place of older ones of the same.

    Records of other devices and packages stay, those of another model go.

    Raises:
        OutputError: the folder cannot be written.
    """
    by_conditions = {one.conditions: one for one in (*read_beside(model.folder), *new)}
    kept = [one for one in by_conditions.values() if one.conditions.model_sha256 == model.sha256]
    content = _File(admissions=tuple(kept)).model_dump_json(indent=1) + "\n"
    write_file(model.folder / FILE_NAME, content)


def _place(conditions: Conditions) -> tuple[str, ...]:
    named = f"{conditions.engine}-{conditions.device}-{conditions.precision}"
    return _FOLDER, model_name(conditions.model_sha256), f"{named}-{conditions.digest()}.json"
