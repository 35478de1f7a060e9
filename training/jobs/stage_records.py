"""What is written down of a stage, when it begins and when it is done."""

from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from training.jobs.digests import Digest
from uls.workshop.errors import InputError
from uls.workshop.files import write_json

__all__ = ["Begun", "Record", "Records"]


class Begun(BaseModel):
    """What a stage began with."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    stage: str
    settings: dict[str, Any]
    inputs: dict[str, Digest]
    begun: datetime


class Record(Begun):
    """What a stage that is done was made of, and what it made."""

    output: Digest
    finished: datetime
    seconds: float


_Kind = TypeVar("_Kind", bound=Begun)


class Records:
    """The folder that holds the records of a job's stages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def done(self, stage: str) -> Record | None:
        """Read the record of a stage that is done."""
        return _read(Record, self._done(stage))

    def begun(self, stage: str) -> Begun | None:
        """Read what a stage that is not done began with."""
        return _read(Begun, self._begun(stage))

    def note_begun(self, begun: Begun) -> None:
        """Write down what a stage begins with."""
        write_json(self._begun(begun.stage), begun.model_dump(mode="json"))

    def note_done(self, record: Record) -> None:
        """Write down that a stage is done."""
        write_json(self._done(record.stage), record.model_dump(mode="json"))
        self._begun(record.stage).unlink(missing_ok=True)

    def forget(self, stage: str) -> None:
        """Remove what is written of a stage."""
        self._done(stage).unlink(missing_ok=True)
        self._begun(stage).unlink(missing_ok=True)

    def known(self) -> dict[str, Digest]:
        """Give all digests that stand in the records, by path."""
        found: dict[str, Digest] = {}
        for path in sorted(self.folder.glob("[!.]*.json")):
            begun = path.name.endswith(".begun.json")
            record = _read(Begun, path) if begun else _read(Record, path)
            for one in record.inputs.values() if record else ():
                found[one.path] = one
            if isinstance(record, Record):
                found[record.output.path] = record.output
        return found

    def _done(self, stage: str) -> Path:
        return self.folder / f"{stage}.json"

    def _begun(self, stage: str) -> Path:
        return self.folder / f"{stage}.begun.json"


def _read(model: type[_Kind], path: Path) -> _Kind | None:
    try:
        return model.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        reason = " ".join(str(error).split())
        raise InputError.about(path, expected="a stage's record", found=reason[:200]) from error
