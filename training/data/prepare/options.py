"""What a preparation was asked for, checked before any work."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from training.data.grabcut.recipe import DEFAULT_RECIPE, GrabCutRecipe
from training.data.prepare.plan import MIN_AXIS_PX, Plan
from training.data.readers import READERS, Source
from training.data.splits import DEFAULT_SEED
from uls.workshop.errors import CallError

__all__ = ["KINDS", "LARGEST_STACK", "TAKES", "Options", "parse_sources"]

KINDS = ("nnunet", "stack", "both")
TAKES = ("all", "train", "held-out")

LARGEST_STACK = 100
"""VOIs a job may hold on the platform."""

_DATASET_NAME = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Options:
    """What the command line says.

    Attributes:
        sources: readers' names with the folders they read.
        output: the output folder.
        kind: what is written.
        clicks: VOIs per lesion.
        seed: of clicks and of a split that is drawn.
        held_out: rule of the split (`training.data.splits`).
        take: which part of the patients.
        patients: CSV file with columns case and patient; None takes the readers' word.
        test_set: leave out lesions that are wider than a VOI.
        trust_grid: go by voxels where image and mask disagree on their place.
        skip_damaged: leave out cases that fail, in place of ending with an error.
        workers: processes.
        dataset_id: nnU-Net's number of the data set.
        name: nnU-Net's name of it, and the stacks'.
        min_axis_px: lesions with a smaller ellipse axis are dropped.
        largest_stack: the most VOIs in a stack.
        recipe: of pseudo-masks; None takes plain ellipses.
        measured_only: refuse sources that have masks.
    """

    sources: tuple[tuple[str, Source], ...]
    output: Path
    kind: str = "nnunet"
    clicks: int = 1
    seed: int = DEFAULT_SEED
    held_out: str = "auto"
    take: str = "all"
    patients: Path | None = None
    test_set: bool = False
    trust_grid: bool = False
    skip_damaged: bool = False
    workers: int = 1
    dataset_id: int = 23
    name: str = "ULS"
    min_axis_px: float = MIN_AXIS_PX
    largest_stack: int = LARGEST_STACK
    recipe: GrabCutRecipe | None = field(default=DEFAULT_RECIPE)
    measured_only: bool = False

    def __post_init__(self) -> None:
        for option, value, allowed in (
            ("--format", self.kind, KINDS),
            ("--take", self.take, TAKES),
        ):
            if value not in allowed:
                raise CallError.about(option, expected=", ".join(allowed), found=repr(value))
        if not _DATASET_NAME.fullmatch(self.name):
            raise CallError.about(
                "--name", expected="letters, digits, _ and - only", found=repr(self.name)
            )
        if self.clicks > self.largest_stack:
            raise CallError.about(
                "--stack-size",
                expected=f"room for {self.clicks} clicks",
                found=f"{self.largest_stack}",
            )
        if self.clicks > 1 and any(reader == "uls23" for reader, _ in self.sources):
            raise CallError.about(
                "--clicks with uls23",
                expected="1: the archives' VOIs hold one click, and not what lies around them",
                found=f"{self.clicks}",
            )

    @property
    def dataset_folder(self) -> str | None:
        """nnU-Net's data set folder, relative to the output folder."""
        if self.kind == "stack":
            return None
        return f"nnunet/Dataset{self.dataset_id:03d}_{self.name}"

    @property
    def plan(self) -> Plan:
        """What every case needs to know."""
        return Plan(
            output=self.output,
            dataset_folder=self.dataset_folder,
            clicks=self.clicks,
            seed=self.seed,
            test_set=self.test_set,
            trust_grid=self.trust_grid,
            min_axis_px=self.min_axis_px,
            recipe=self.recipe,
        )

    def settings(self) -> Mapping[str, Any]:
        """List what decides on the result: two calls that agree in it may share their work."""
        settings = {
            "version": _VERSION,
            "sources": [{"reader": name, **_said(source)} for name, source in self.sources],
            **{name: getattr(self, name) for name in _DECIDING},
            "recipe": asdict(self.recipe) if self.recipe else None,
        }
        as_json: dict[str, Any] = json.loads(json.dumps(settings, default=_resolved))
        return as_json


_VERSION = 2
"""Of the result: changed where names, lesion numbers, the challenge's list or records change."""

_DECIDING = (
    *("kind", "clicks", "seed", "held_out", "take", "patients", "test_set", "trust_grid"),
    *("dataset_id", "name", "min_axis_px", "largest_stack"),
)


def _said(source: Source) -> dict[str, Any]:
    """Return what is said of a source, but for what may change when a call is repeated."""
    return {name: value for name, value in asdict(source).items() if name != "skip_damaged"}


def _resolved(path: Path) -> str:
    return str(path.resolve())


def parse_sources(
    texts: Sequence[str], *, told: Mapping[str, Any] | None = None
) -> tuple[tuple[str, Source], ...]:
    """Understand `READER=FOLDER` and `READER=FOLDER,LABELS`.

    Args:
        texts: as given on the command line.
        told: what else the call says of the lesions; for one source only.

    Raises:
        CallError: there is no such reader or folder, or the text has another form.
    """
    told = {key: value for key, value in (told or {}).items() if value}
    if told and len(texts) != 1:
        raise CallError.about(
            ", ".join(_OPTION_OF[key] for key in told), expected="one source", found=f"{len(texts)}"
        )
    return tuple(_parse_source(text, told) for text in texts)


_OPTION_OF = {
    **{"values": "--label", "instances": "--instances"},
    **{"lesion_type": "--type", "dataset": "--dataset"},
}


def _parse_source(text: str, told: Mapping[str, Any]) -> tuple[str, Source]:
    name, equals, folders = text.partition("=")
    if name not in READERS or not equals:
        raise CallError.about(
            repr(text),
            expected=f"READER=FOLDER with a reader of {', '.join(READERS)}",
            found=f"reader {name!r}" if equals else "no =",
        )
    root, _, labels = folders.partition(",")
    for folder in (root, labels) if labels else (root,):
        if not Path(folder).is_dir():
            raise CallError.about(repr(text), expected="a folder", found=f"none at {folder!r}")
    return name, Source(root=Path(root), labels=Path(labels) if labels else None, **told)
