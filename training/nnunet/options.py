"""Options that several commands share, and how they become settings."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from pydantic import ValidationError

from training.nnunet.planning.presets import PRESETS, Network, Overrides
from training.nnunet.run.settings import LargeLesions, TrainingSettings
from uls.workshop.errors import CallError
from uls.workshop.strict_json import parse_json

__all__ = [
    "BatchSize",
    "Device",
    "Epochs",
    "Folds",
    "InitialLr",
    "Iterations",
    "KeepHead",
    "LargeFrom",
    "LargeTimes",
    "Loaders",
    "NetworkFile",
    "Output",
    "Patch",
    "PresetName",
    "Processes",
    "SaveEvery",
    "Seed",
    "Validate",
    "ValidationIterations",
    "Verbose",
    "folds",
    "overrides",
    "settings",
]

Output = Annotated[
    Path,
    typer.Option("--output", help="The job's folder. Started again with it, a job resumes."),
]
PresetName = Annotated[str, typer.Option("--preset", help=f"{' or '.join(PRESETS)}.")]
Patch = Annotated[
    str | None,
    typer.Option("--patch", help="Another patch, as 64x128x128 (z, y, x).", metavar="ZxYxX"),
]
BatchSize = Annotated[int | None, typer.Option("--batch-size", min=1, help="Another batch size.")]
NetworkFile = Annotated[
    Path | None,
    typer.Option(
        "--network",
        help="Another network: JSON with features_per_stage, strides, kernel_sizes, "
        "blocks_per_stage, convs_per_stage_decoder.",
    ),
]
Processes = Annotated[
    int, typer.Option("--processes", min=1, help="Processes that prepare the cases.")
]
Folds = Annotated[
    str, typer.Option("--folds", help="`all`, or some of 0,1,2,3,4: whole patients are left out.")
]
Epochs = Annotated[
    int | None, typer.Option("--epochs", min=1, help="Epochs; by default the trainer's.")
]
Iterations = Annotated[int, typer.Option("--iterations", min=1, help="Batches per epoch.")]
ValidationIterations = Annotated[
    int, typer.Option("--validation-iterations", min=1, help="Validation batches per epoch.")
]
InitialLr = Annotated[
    float | None,
    typer.Option("--lr", min=0, help="Initial learning rate; by default the trainer's."),
]
SaveEvery = Annotated[
    int, typer.Option("--save-every", min=1, help="Epochs between checkpoints to resume from.")
]
KeepHead = Annotated[
    bool,
    typer.Option(
        "--keep-head",
        help="Take the pretrained segmentation layers over too; nnU-Net begins them anew.",
    ),
]
LargeTimes = Annotated[
    int, typer.Option("--large-times", min=1, help="Draw large lesions this many times as often.")
]
LargeFrom = Annotated[
    float, typer.Option("--large-from", min=0, help="Long axis, in mm, from which one is large.")
]
Device = Annotated[Literal["cuda", "cpu", "mps"], typer.Option("--device", help="Where it trains.")]
Loaders = Annotated[
    int | None,
    typer.Option(
        "--loaders", min=0, help="Processes that load and augment; by default nnU-Net's choice."
    ),
]
Validate = Annotated[
    bool,
    typer.Option(
        "--validate/--no-validate",
        help="Predict each numbered fold's left-out cases at the end, and score them.",
    ),
]
Seed = Annotated[int | None, typer.Option("--seed", help="Seed of the first weights.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="nnU-Net's own lines too.")]


def settings(
    *,
    epochs: int | None = None,
    iterations: int = 250,
    validation_iterations: int = 50,
    lr: float | None = None,
    save_every: int = 5,
    keep_head: bool = False,
    large_times: int = 1,
    large_from: float = 50.0,
) -> TrainingSettings:
    """Make settings of a command's options."""
    return TrainingSettings(
        epochs=epochs,
        iterations=iterations,
        validation_iterations=validation_iterations,
        initial_lr=lr,
        save_every=save_every,
        head="kept" if keep_head else "new",
        large_lesions=LargeLesions(times=large_times, from_mm=large_from),
    )


def overrides(*, patch: str | None, batch_size: int | None, network: Path | None) -> Overrides:
    """Make overrides of a command's options.

    Raises:
        CallError: the patch or the network's file is not what it should be.
    """
    return Overrides(
        patch_zyx=None if patch is None else _patch(patch),
        batch_size=batch_size,
        network=None if network is None else _network(network),
    )


def folds(text: str) -> tuple[str, ...]:
    """Read `--folds`.

    Raises:
        CallError: it is neither `all` nor numbers with commas.
    """
    names = tuple(part.strip() for part in text.split(","))
    if names != ("all",) and not all(name.isdecimal() for name in names):
        raise CallError.about("--folds", expected="all, or numbers as 0,1,2,3,4", found=repr(text))
    return names


def _patch(text: str) -> tuple[int, int, int]:
    sizes = text.lower().split("x")
    if len(sizes) != 3 or not all(size.isdecimal() and int(size) > 0 for size in sizes):
        raise CallError.about("--patch", expected="three sizes, as 64x128x128", found=repr(text))
    z, y, x = map(int, sizes)
    return z, y, x


def _network(path: Path) -> Network:
    content: Any = None
    try:
        content = parse_json(path.read_bytes())
        return Network.model_validate(content)
    except (OSError, ValidationError, ValueError) as error:
        raise CallError.about(
            f"--network {path}",
            expected=f"JSON with {', '.join(Network.model_fields)}",
            found=str(error),
        ) from error
