"""What a preparation is asked for, checked before any work."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import PositiveInt, model_validator

from training.data.grabcut.recipe import DEFAULT_RECIPE, GrabCutRecipe
from training.data.prepare.plan import MIN_AXIS_PX, Plan
from training.data.splits import DEFAULT_SEED
from uls.workshop.errors import CallError
from uls.workshop.options import Argument, Option, Settings

if TYPE_CHECKING:
    from training.data.readers import Source

__all__ = ["DatasetId", "DatasetName", "Options", "SharedOptions", "Workers"]

_DATASET_NAME = re.compile(r"[A-Za-z0-9_-]+")

Workers = Annotated[
    int, Option("--workers", min=1, help="Processes.", default="the cores, at most 4")
]
DatasetId = Annotated[int, Option("--id", min=1, max=999, help="nnU-Net's data set number.")]
DatasetName = Annotated[str, Option("--name", help="Of nnU-Net's data set, and of the stacks.")]


class SharedOptions(Settings):
    """What is asked for wherever VOIs are made."""

    sources: Annotated[
        tuple[str, ...],
        Argument(
            metavar="READER=FOLDER[,LABELS]...",
            help="What to read, and how. LABELS: another folder, for the labels. Readers: "
            "nnunet (imagesTr/, labelsTr/; MSD), pairs (any images and masks), kits, lits, nih-ln, "
            "lidc, lndb, uls23 (the challenge's archives), hcuch, deeplesion and ccc18 "
            "(measurements).",
        ),
    ]
    output: Annotated[Path, Option("--output", help="Folder that gets it all.")]
    kind: Annotated[
        Literal["nnunet", "stack", "both"],
        Option(
            "--format",
            help="nnunet (raw data set), stack (what algorithm and evaluation read), or both.",
        ),
    ] = "nnunet"
    clicks: Annotated[
        int, Option("--clicks", min=1, help="VOIs per lesion; several give consistency pairs.")
    ] = 1
    held_out: Annotated[
        str,
        Option(
            "--held-out",
            help="Patients held out: auto (a public set's own test folder or the challenge's list, "
            "else 10 %), challenge, none, or a share such as 0.2. nnU-Net gets them as imagesTs/ "
            "and labelsTs/.",
        ),
    ] = "auto"
    take: Annotated[
        Literal["all", "train", "held-out"],
        Option("--take", help="all, train or held-out patients only."),
    ] = "all"
    patients: Annotated[
        Path | None,
        Option(
            "--patients",
            help="CSV with columns case and patient, where a patient has several scans.",
            default="each scan a patient, unless names tell",
        ),
    ] = None
    seed: Annotated[int, Option("--seed", min=0, help="Of clicks and drawn splits.")] = DEFAULT_SEED
    dataset_id: DatasetId = 23
    name: DatasetName = "ULS"
    largest_stack: Annotated[
        int, Option("--stack-size", min=1, help="The most VOIs in a stack.")
    ] = 100
    workers: Workers = 1
    skip_damaged: Annotated[
        bool,
        Option(
            "--skip-damaged",
            help="Leave out cases, and rows of tables, that are damaged; the manifest lists them.",
        ),
    ] = False


class Options(SharedOptions):
    """What one preparation is asked for."""

    test_set: Annotated[bool, Option("--test-set", help="Leave out lesions wider than a VOI.")] = (
        False
    )
    min_axis_px: Annotated[
        float, Option("--min-axis", min=0, help="Drop lesions under this many pixels.")
    ] = MIN_AXIS_PX
    values: Annotated[
        tuple[PositiveInt, ...],
        Option("--label", help="Mask value of the lesion; may be given again."),
    ] = ()
    instances: Annotated[bool, Option("--instances", help="Each mask value is one lesion.")] = False
    lesion_type: Annotated[
        str | None,
        Option("--type", help="Lesion type, such as liver; of nodes the short axis counts."),
    ] = None
    dataset: Annotated[
        str | None,
        Option(
            "--dataset",
            help="The data set's name in the manifest; a public one's, such as LiTS, says that "
            "these are its scans.",
        ),
    ] = None
    trust_grid: Annotated[
        bool, Option("--trust-grid", help="Let masks lie on their images voxel by voxel.")
    ] = False
    recipe: GrabCutRecipe | None = DEFAULT_RECIPE  # of pseudo-masks; None: plain ellipses
    measured_only: bool = False  # refuse sources that have masks

    @model_validator(mode="after")
    def _check(self) -> Self:
        sources = self.read_sources
        if not _DATASET_NAME.fullmatch(self.name):
            raise CallError.about(
                "--name", expected="letters, digits, _ and - only", found=repr(self.name)
            )
        if self.clicks > (most := self.largest_stack):
            raise CallError.about(
                "--stack-size", expected=f"room for {self.clicks} clicks", found=f"{most}"
            )
        if self.clicks > 1 and any(reader == "uls23" for reader, _ in sources):
            raise CallError.about(
                "--clicks with uls23",
                expected="1: the archives' VOIs hold one click, and not what lies around them",
                found=f"{self.clicks}",
            )
        return self

    @property
    def read_sources(self) -> "tuple[tuple[str, Source], ...]":
        """The readers' names with the folders they read."""
        from training.data.prepare.sources import parse_sources  # noqa: PLC0415  (--help: none)

        told = self.model_dump(include={"values", "instances", "lesion_type", "dataset"})
        return parse_sources(self.sources, told=told)

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
            "sources": [{"reader": name, **_said(source)} for name, source in self.read_sources],
            **{name: getattr(self, name) for name in _DECIDING},
            "recipe": asdict(self.recipe) if self.recipe else None,
        }
        return dict(json.loads(json.dumps(settings, default=_resolved)))


_VERSION = 2
"""Of the result: changed where names, lesion numbers, the challenge's list or records change."""

_DECIDING = (
    *("kind", "clicks", "seed", "held_out", "take", "patients", "test_set", "trust_grid"),
    *("dataset_id", "name", "min_axis_px", "largest_stack"),
)


def _said(source: "Source") -> dict[str, Any]:
    """Return what is said of a source, but for what may change when a call is repeated."""
    return {name: value for name, value in asdict(source).items() if name != "skip_damaged"}


def _resolved(path: Path) -> str:
    return str(path.resolve())
