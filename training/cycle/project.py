"""A cycle's folder: where everything lies, and which model is the current one.

::

    WORK/project.json           the fixed test set and the rule
    WORK/set/0001.json …        the versions of the set of masks; the highest is the current one
    WORK/masks/<case>/…         every mask ever added
    WORK/models/0000 …          models, never changed; `current` is a link to the promoted one
    WORK/scores/0000 …          each model's metrics.json on the test set, with its masks
    WORK/rounds/0001 …          data, training and decision of each round
    WORK/stages/…               records of what is done
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from training.cycle.records import Project, SetVersion
from training.jobs.stages import Stages
from uls.workshop.atomic import write_file
from uls.workshop.errors import InputError, ModelError

__all__ = [
    "FIRST_MODEL",
    "Work",
    "now",
    "open_work",
    "read_record",
    "user",
    "write_record",
]

FIRST_MODEL = "0000"

_CURRENT = "current"
_NUMBERED = re.compile(r"\d{4}")
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True)
class Work:
    """An opened folder."""

    root: Path
    project: Project

    @property
    def stages(self) -> Stages:
        """What runs the steps of rounds."""
        return Stages(self.root)

    @property
    def test_set(self) -> Path:
        """The fixed test set's folder."""
        return Path(self.project.test_set)

    def model(self, name: str) -> Path:
        """Give a model's folder."""
        return self.root / "models" / name

    def scores(self, model: str) -> Path:
        """Give the folder of a model's scores."""
        return self.root / "scores" / model

    def round(self, number: int) -> Path:
        """Give a round's folder."""
        return self.root / "rounds" / f"{number:04d}"

    def rounds(self) -> list[int]:
        """List the rounds that have begun."""
        return [int(path.parent.name) for path in _numbered(self.root / "rounds", "round.json")]

    @property
    def current_model(self) -> str:
        """Name the promoted model.

        Raises:
            ModelError: the link is missing or leads nowhere.
        """
        link = self.root / "models" / _CURRENT
        if not link.is_symlink() or not link.is_dir():
            raise ModelError.about(
                link, expected="a link to the current model", found="none, or one to nothing"
            )
        return link.readlink().name

    def promote(self, name: str) -> None:
        """Make a model the current one, by one rename: at any moment one of the two is it."""
        link = self.root / "models" / _CURRENT
        beside = link.with_name(f".{_CURRENT}.new")
        beside.unlink(missing_ok=True)
        beside.symlink_to(name)
        beside.replace(link)

    def set_version(self, number: int | None = None) -> SetVersion | None:
        """Read a version of the set, by default the highest; None where there is none yet."""
        if number is None:
            found = sorted((self.root / "set").glob("[0-9]*.json"))
            return read_record(SetVersion, found[-1]) if found else None
        return read_record(SetVersion, self.root / "set" / f"{number:04d}.json")

    def write_set(self, version: SetVersion) -> Path:
        """Write a new version of the set."""
        path = self.root / "set" / f"{version.version:04d}.json"
        return write_record(path, version)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder, so that no second process changes it.

        Raises:
            CallError: another process does.
        """
        with self.stages.alone():
            yield


def _numbered(folder: Path, file: str) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(
        entry / file
        for entry in folder.iterdir()
        if _NUMBERED.fullmatch(entry.name) and (entry / file).is_file()
    )


def open_work(root: Path) -> Work:
    """Open a cycle's folder.

    Raises:
        InputError: there is none, or its files are damaged.
    """
    if not (root / "project.json").is_file():
        raise InputError.about(
            root,
            expected="a cycle's folder with project.json",
            found="none",
            hint="Make one by `python -m training cycle init`.",
        )
    return Work(root, read_record(Project, root / "project.json"))


def read_record(model: type[_Model], path: Path) -> _Model:
    """Read one of our JSON files.

    Raises:
        InputError: it is missing or something else.
    """
    try:
        return model.model_validate(json.loads(path.read_bytes()))
    except (OSError, ValueError, ValidationError) as error:
        raise InputError.about(
            path, expected=f"a {model.__name__} as this program writes it", found=str(error)
        ) from error


def write_record(path: Path, record: BaseModel) -> Path:
    """Write one of our JSON files, beside its place first."""
    return write_file(path, record.model_dump_json(indent=1) + "\n", make_folder=True)


def now() -> datetime:
    """Give the time, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def user() -> str:
    """Name whoever runs this, as far as the system tells."""
    return os.environ.get("USER") or os.environ.get("LOGNAME") or "unknown"
