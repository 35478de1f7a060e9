"""`engines.json`: which engines were admitted to run a model, where, and how fast they were.

It lies beside the model's files, so that a start need not check again. It is not part of the model:
whoever cannot write there checks at every start. A record counts only for the very model, device,
package and check that it was made with.
"""

import logging
from collections.abc import Iterable
from math import inf
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from algorithm.engines.compiled import CACHE_NAME, built_digest
from algorithm.engines.conditions import Conditions
from algorithm.engines.parity import Parity
from algorithm.files import write_beside
from algorithm.json_files import StrictModel, parse, read_object
from algorithm.weights import Model
from uls.errors import ModelError

__all__ = ["FILE_NAME", "Admission", "left_in", "read", "remember"]

_log = logging.getLogger(__name__)

FILE_NAME = "engines.json"


class Admission(StrictModel):
    """What came out of a check.

    Attributes:
        conditions: what was checked.
        parities: per fold and phantom, such as `all/body`; none for a reference.
        seconds: the fastest pass, of all folds together.
        built: the digest of what TensorRT had built; empty for other engines, and where it built
            for one job only.
    """

    conditions: Conditions
    parities: dict[str, Parity]
    seconds: float = Field(gt=0)
    built: str = ""

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


def left_in(folder: Path) -> list[Path]:
    """List what checks and compilers left in a model folder: no hash of the model's covers it."""
    files = [folder / FILE_NAME, *(folder / CACHE_NAME).rglob("*")]
    return sorted(file for file in files if file.is_file())


def remember(new: Iterable[Admission], model: Model) -> Path | None:
    """Write admissions into the model folder, in place of older ones of the same.

    Records of other devices and packages stay, those of another model go. Of what TensorRT built
    for one job only there is none.

    Returns:
        The file, or None if the folder cannot be written.
    """
    lasting = [one for one in new if one.built or one.conditions.engine != "tensorrt"]
    by_conditions = {one.conditions: one for one in (*read(model.folder), *lasting)}
    kept = [one for one in by_conditions.values() if one.conditions.model_sha256 == model.sha256]
    path = model.folder / FILE_NAME
    try:
        write_beside(
            path, (_File(admissions=tuple(kept)).model_dump_json(indent=1) + "\n").encode()
        )
    except OSError as error:
        _log.debug("%s cannot be written (%s): engines will be checked again.", path, error)
        return None
    return path
