"""What is evaluated, and on what."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import model_validator

from algorithm.engines.engine_names import Device, Engine
from uls.workshop.errors import CallError
from uls.workshop.options import Option, Settings

__all__ = ["EvaluateOptions"]

_SYNTHETIC = 12
"""Synthetic lesions where no others are named."""


class EvaluateOptions(Settings):
    """What is evaluated, and on what."""

    model: Annotated[
        Path | None,
        Option("--model", help="Model folder. Default: the one that a job would take."),
    ] = None
    folders: Annotated[
        tuple[Path, ...],
        Option(
            "--lesions",
            help="Folder of <case>_image.nii.gz with <case>_<lesion>.nii.gz, or <case>_image.nrrd "
            "with <case>_label.nrrd; give it several times for several folders.",
        ),
    ] = ()
    synthetic: Annotated[
        int | None,
        Option(
            "--synthetic",
            min=0,
            help="Synthetic lesions, from seeds that no training draws.",
            default=f"{_SYNTHETIC} without --lesions, else none",
        ),
    ] = None
    all_lesions: Annotated[
        bool, Option("--all-lesions", help="Also lesions it was trained on: no fair result.")
    ] = False
    peers: Annotated[
        bool, Option("--peers", help="Classical methods on the same clicks, too (needs OpenCV).")
    ] = False
    n_tuning: Annotated[
        int, Option("--tuning", min=1, help="Training lesions that peers are tuned on.")
    ] = 6
    n_several: Annotated[
        int,
        Option(
            "--several", min=0, help="Synthetic scans with several lesions, each clicked in turn."
        ),
    ] = 6
    corrections: Annotated[
        bool, Option("--corrections", help="Correct each mask three times, and measure again.")
    ] = False
    readers: Annotated[
        Path | None,
        Option("--readers", help="What `starter shapes` made: how well readers agree."),
    ] = None
    engine: Engine = "auto"
    device: Device = "auto"
    clicks: Annotated[int, Option("--clicks", min=1, help="On each lesion.")] = 3
    seed: Annotated[
        int, Option("--seed", min=0, help="Of clicks and margins: 23 is the protocol's.")
    ] = 23

    @property
    def n_synthetic(self) -> int:
        """How many synthetic lesions are evaluated."""
        return (0 if self.folders else _SYNTHETIC) if self.synthetic is None else self.synthetic

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.folders and not self.n_synthetic:
            raise CallError.about(
                "--synthetic",
                expected="at least one lesion, as no --lesions are named",
                found="0",
                hint="Name a folder with --lesions, or leave --synthetic out.",
            )
        return self
