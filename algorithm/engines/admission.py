"""`engines.json`: which engines were admitted to run a model, where, and how fast they were.

It lies beside the model's files, so that a start need not check again. It is not part of the model:
whoever cannot write there checks at every start. A record counts only for the very model, device,
package and check that it was made with.
"""

import logging
import tempfile
from collections.abc import Iterable
from math import inf
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from algorithm.engines.catalogue import Candidate, package
from algorithm.engines.hardware import device_name
from algorithm.engines.parity import Parity
from algorithm.json_files import StrictModel, parse, read_object
from algorithm.manifest_parts import Sha256
from algorithm.weights import Model
from uls.errors import ModelError

__all__ = ["CHECK_VERSION", "FILE_NAME", "Admission", "Conditions", "read", "remember"]

_log = logging.getLogger(__name__)

FILE_NAME = "engines.json"

CHECK_VERSION = 1
"""To be raised when the check changes, or what an engine of ours computes."""


class Conditions(StrictModel):
    """What a check is about: if any of it changes, it must be done again."""

    engine: str
    device: str
    precision: Literal["f32", "bf16", "fp16"]
    device_name: str
    package: str
    model_sha256: Sha256
    check: int

    @classmethod
    def of(cls, candidate: Candidate, model: Model) -> Self:
        """Describe a candidate for a model on this machine, as of now."""
        return cls.model_validate(
            {
                "engine": candidate.engine,
                "device": candidate.device,
                "precision": candidate.precision,
                "device_name": device_name(candidate.device),
                "package": package(candidate.engine),
                "model_sha256": model.sha256,
                "check": CHECK_VERSION,
            }
        )


class Admission(StrictModel):
    """What came out of a check.

    Attributes:
        conditions: what was checked.
        parities: per fold and phantom, such as `all/ball`; none for a reference.
        seconds: the fastest pass, of all folds together.
    """

    conditions: Conditions
    parities: dict[str, Parity]
    seconds: Annotated[float, Field(gt=0)]

    @property
    def holds(self) -> bool:
        """Say whether the engine may run the model; worked out anew, never stored."""
        return all(one.holds(self.conditions.precision) for one in self.parities.values())

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


def read(folder: Path) -> tuple[Admission, ...]:
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


def remember(new: Iterable[Admission], model: Model) -> Path | None:
    """Write admissions into the model folder, in place of older ones of the same.

    Records of other devices and packages stay, those of another model go.

    Returns:
        The file, or None if the folder cannot be written.
    """
    by_conditions = {one.conditions: one for one in (*read(model.folder), *new)}
    kept = [one for one in by_conditions.values() if one.conditions.model_sha256 == model.sha256]
    path = model.folder / FILE_NAME
    try:
        _write_beside(path, _File(admissions=tuple(kept)).model_dump_json(indent=1) + "\n")
    except OSError as error:
        _log.debug("%s cannot be written (%s): engines will be checked again.", path, error)
        return None
    return path


def _write_beside(path: Path, text: str) -> None:
    """Write a whole file under another name, then rename it: a reader never sees half of it."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        beside = Path(file.name)
        try:
            file.write(text)
            file.close()
            beside.chmod(0o644)
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
