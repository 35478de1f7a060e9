"""Everything about one run of the protocol, as one JSON file."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from algorithm.models.manifest import AnyManifest
from training.starter.evaluate.corrected import CorrectedScore
from training.starter.evaluate.readers import ReadersScore
from training.starter.evaluate.scores import CaseScores
from training.starter.evaluate.selectivity import HealthyScore, SelectedScore
from uls.workshop.atomic import write_file
from uls.workshop.errors import InputError, OutputError

__all__ = ["Method", "Report", "check_writable", "digest", "read_report", "write_report"]


@dataclass(frozen=True)
class Method:
    """One method and its scores on every lesion.

    Attributes:
        name: as in the table.
        setting: of a peer: the one that was chosen.
        tuning_dice: of a peer: mean Dice of all its settings on the tuning lesions.
        cases: its scores.
    """

    name: str
    setting: str
    tuning_dice: dict[str, float]
    cases: tuple[CaseScores, ...]


@dataclass(frozen=True)
class Report:
    """One run of the protocol.

    Attributes:
        model: the model's name.
        model_sha256: of its manifest, which holds the hashes of its files.
        measured: `digest` of the model.
        seen: whether it was trained on any of the lesions: `no`, `some`, or `unknown`.
        engine: what ran it, and where.
        cpus: how many the run was allowed to use.
        clicks: on each lesion.
        seed: of clicks and margins.
        tuning_lesions: names of the lesions that peers were tuned on.
        methods: the model first, then its peers.
        selected: lesions clicked among several.
        healthy: clicks on none.
        corrected: clicks and their corrections, if the model takes them.
        readers: how well readers agree, for orientation.
    """

    model: str
    model_sha256: str
    measured: str
    seen: Literal["no", "some", "unknown"]
    engine: str
    cpus: int
    clicks: int
    seed: int
    tuning_lesions: tuple[str, ...]
    methods: tuple[Method, ...]
    selected: tuple[SelectedScore, ...] = ()
    healthy: tuple[HealthyScore, ...] = ()
    corrected: tuple[CorrectedScore, ...] = ()
    readers: tuple[ReadersScore, ...] = ()


def digest(manifest: AnyManifest) -> str:
    """Give the SHA-256 of all that decides a model's masks: weights and how they are applied."""
    said = manifest.model_dump_json(exclude={"name", "card", "origin", "certainty"})
    return sha256(said.encode()).hexdigest()


def check_writable(path: Path) -> None:
    """Verify that a report can be written before hours are spent on it.

    Raises:
        OutputError: its folder is missing, or its name is a folder's.
    """
    if path.is_dir():
        raise OutputError.about(path, expected="the name of a file", found="a folder")
    if not path.absolute().parent.is_dir():
        raise OutputError.about(
            path, expected="a file in a folder that is there", found="no such folder"
        )


def write_report(report: Report, path: Path) -> None:
    """Write a report beside its place, then rename it there.

    Raises:
        OutputError: the place cannot be written.
    """
    write_file(path, TypeAdapter(Report).dump_json(report, indent=1) + b"\n")


def read_report(path: Path) -> Report:
    """Read what `write_report` wrote.

    Raises:
        InputError: the file is missing or is none of its reports.
    """
    try:
        return TypeAdapter(Report).validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError.about(
            path,
            expected="a report of `python -m training starter evaluate --json`",
            found=str(error),
        ) from error
