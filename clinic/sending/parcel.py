"""One parcel of the outbox: the objects of one folder of results for one archive, and their state.

`parcel.json` says what it holds and never changes; `state.json` says what the archive has, and is
written after each object. Killed in between, an object is sent twice, which makes one instance.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clinic.sending.objects import KINDS, SendObject
from uls.workshop.errors import InputError
from uls.workshop.files import sha256, write_json

__all__ = ["CONTENT", "Parcel", "content_of"]

CONTENT = "parcel.json"
_STATE = "state.json"

_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Uid = Annotated[str, Field(pattern=r"^[0-9.]{1,64}$")]


class _Listed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    file: Annotated[str, Field(pattern=r"^[0-9]{1,6}\.dcm$")]
    sha256: _Digest
    sop_class: _Uid
    sop_instance: _Uid
    transfer_syntax: _Uid


class _Content(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    format: Annotated[int, Field(ge=1, le=1)]
    destination: str
    objects: tuple[_Listed, ...]


@dataclass(repr=False)
class Parcel:
    """Objects on their way.

    Attributes:
        folder: where they lie, named by a hash of what they are and where they go.
        destination: the archive's address.
        objects: all, sent or not.
        stored: names of the files that the archive has.
        problem: why the last try failed; empty if none did.
    """

    folder: Path
    destination: str
    objects: tuple[SendObject, ...]
    stored: set[str] = field(default_factory=set)
    problem: str = ""

    @classmethod
    def read(cls, folder: Path) -> "Parcel":
        """Read a parcel and its state.

        Raises:
            InputError: it is damaged.
        """
        try:
            content = _Content.model_validate_json((folder / CONTENT).read_bytes())
        except (OSError, ValidationError):
            raise _damaged(folder) from None
        objects = tuple(SendObject(**one.model_dump()) for one in content.objects)
        parcel = cls(folder, content.destination, objects)
        parcel._read_state()
        return parcel

    @property
    def waiting(self) -> list[SendObject]:
        """The objects that the archive does not have yet."""
        return [one for one in self.objects if one.file not in self.stored]

    def checked_path(self, one: SendObject) -> Path:
        """Return where an object lies, after a look whether it still is what was put there.

        Raises:
            InputError: it is not: it must not be sent as what it once was.
        """
        path = self.folder / one.file
        if one.sop_class not in KINDS or not path.is_file() or sha256(path) != one.sha256:
            raise _damaged(self.folder)
        return path

    def note_stored(self, one: SendObject) -> None:
        """Remember that the archive has an object; only then its copy goes."""
        self.stored.add(one.file)
        self._write_state()
        (self.folder / one.file).unlink(missing_ok=True)

    def note_problem(self, why: str) -> None:
        """Remember why a try failed."""
        if why != self.problem:
            self.problem = why
            self._write_state()

    def _read_state(self) -> None:
        """Take the state; without one, or with a damaged one, all is sent again, which is safe."""
        try:
            state = json.loads((self.folder / _STATE).read_bytes())
            stored = set(state["stored"])
            self.problem = str(state["problem"])
        except (OSError, ValueError, KeyError, TypeError):
            stored = set()
        self.stored = {one.file for one in self.objects if one.file in stored}

    def _write_state(self) -> None:
        state = {"stored": sorted(self.stored), "problem": self.problem}
        write_json(self.folder / _STATE, state)


def content_of(destination: str, objects: list[SendObject]) -> dict[str, Any]:
    """Return what `parcel.json` says."""
    return {"format": 1, "destination": destination, "objects": [vars(one) for one in objects]}


def _damaged(folder: Path) -> InputError:
    return InputError.about(
        f"the outbox, {folder.name[:12]}",
        expected="objects as they were put there",
        found="damaged ones",
        hint="Remove that folder, and send the results again.",
    )
