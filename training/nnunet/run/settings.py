"""What trainings, and predictions with what they trained, are asked to do: options and record."""

from pathlib import Path
from typing import Annotated, Literal

from algorithm.engines.engine_names import EngineSettings
from training.nnunet.framework.schedules import FINE_TUNE
from uls.workshop.errors import CallError
from uls.workshop.options import Argument, Option, Settings

__all__ = [
    "TUNED_FOLDS",
    "FineTuning",
    "FoldSettings",
    "Folds",
    "Iterations",
    "LargeLesions",
    "Machine",
    "Output",
    "Prediction",
    "PreparingMachine",
    "Processes",
    "Raw",
    "Seed",
    "TrainingSettings",
    "ValidationIterations",
    "Verbose",
    "fold_names",
]


def fold_names(text: str) -> tuple[str, ...]:
    """Read `--folds`.

    Raises:
        CallError: it is neither `all` nor numbers with commas.
    """
    names = tuple(part.strip() for part in text.split(","))
    if names != ("all",) and not all(name.isdecimal() for name in names):
        raise CallError.about("--folds", expected="all, or numbers as 0,1,2,3,4", found=repr(text))
    return names


Output = Annotated[
    Path,
    Option("--output", help="The job's folder. Started again with it, a job resumes."),
]
Raw = Annotated[
    Path, Argument(help="nnU-Net raw data set: a folder DatasetNNN_Name.", metavar="RAW")
]
Folds = Annotated[
    tuple[str, ...],
    Option(
        "--folds",
        help="`all`, or some of 0,1,2,3,4: whole patients are left out.",
        parse=fold_names,
        show=",".join,
    ),
]
Iterations = Annotated[int, Option("--iterations", min=1, help="Batches per epoch.")]
ValidationIterations = Annotated[
    int, Option("--validation-iterations", min=1, help="Validation batches per epoch.")
]
Processes = Annotated[int, Option("--processes", min=1, help="Processes that prepare the cases.")]
Seed = Annotated[int | None, Option("--seed", help="Seed of the first weights.")]
Verbose = Annotated[bool, Option("--verbose", "-v", help="nnU-Net's own lines too.")]
Mirror = Annotated[int, Option("--mirror", min=0, max=8, help="Mirrored passes per VOI; 8: all.")]


class LargeLesions(Settings):
    """Draw large lesions more often: they are rare, and under-segmented for it."""

    times: Annotated[
        int,
        Option("--large-times", min=1, help="Draw large lesions this many times as often."),
    ] = 1
    from_mm: Annotated[
        float, Option("--large-from", min=0, help="Long axis, in mm, from which one is large.")
    ] = 50.0


class TrainingSettings(Settings):
    """How one training differs from what its trainer's name says; recorded with its result."""

    epochs: Annotated[
        int | None, Option("--epochs", min=1, help="Epochs; by default the trainer's.")
    ] = None
    iterations: Iterations = 250
    validation_iterations: ValidationIterations = 50
    initial_lr: Annotated[
        float | None,
        Option("--lr", above=0, help="Initial learning rate; by default the trainer's."),
    ] = None
    save_every: Annotated[
        int, Option("--save-every", min=1, help="Epochs between checkpoints to resume from.")
    ] = 5
    head: Annotated[
        Literal["new", "kept"],
        Option(
            "--keep-head",
            help="Take the pretrained segmentation layers over too; nnU-Net begins them anew.",
            takes=bool,
            parse=lambda keep: "kept" if keep else "new",
            show=lambda head: head == "kept",
        ),
    ] = "new"
    large_lesions: LargeLesions = LargeLesions()


class Machine(Settings):
    """Where a training runs; decides no result, so a stopped one may go on elsewhere."""

    device: Annotated[
        Literal["cuda", "cpu", "mps"], Option("--device", help="Where it trains.")
    ] = "cuda"
    loaders: Annotated[
        int | None,
        Option(
            "--loaders",
            min=0,
            help="Processes that load and augment; by default nnU-Net's choice.",
        ),
    ] = None


class PreparingMachine(Machine):
    """Where cases are prepared, too."""

    processes: Processes = 1


class FoldSettings(Settings):
    """How the folds of a network are trained."""

    trainer: Annotated[
        str, Option("--trainer", help="Trainer, ours (see `trainers`) or nnU-Net's.")
    ] = "nnUNetTrainer_ULS_1k"
    folds: Folds = ("all",)
    training: TrainingSettings = TrainingSettings()
    machine: Machine = Machine()
    validated: Annotated[
        bool,
        Option(
            "--validate/--no-validate",
            help="Predict each numbered fold's left-out cases at the end, and score them.",
        ),
    ] = False
    seed: Seed = None


TUNED_FOLDS = FoldSettings(trainer=FINE_TUNE, folds=("0", "1", "2", "3", "4"))
"""Fine-tuning as the HCUCH paper did it."""


class FineTuning(Settings):
    """Fine-tuning of a trained network, by default as the HCUCH paper did it."""

    model: Annotated[Path, Argument(help="nnU-Net result folder, or RUN/model.", metavar="MODEL")]
    raw: Raw
    from_fold: Annotated[
        str | None,
        Option("--from-fold", help="Which of the model's folds; default all or the only."),
    ] = None
    native_spacing: Annotated[
        bool,
        Option("--native-spacing", help="MODEL was trained unresampled, whatever its plans say."),
    ] = False
    how: FoldSettings = TUNED_FOLDS
    processes: Processes = 1


class Prediction(Settings):
    """How a folder of VOIs is predicted."""

    model: Annotated[Path, Argument(help="Model folder or result folder.", metavar="MODEL")]
    images: Annotated[Path, Argument(help="Folder of VOIs, the click in each one's centre.")]
    mirror: Mirror = 8
    engine: EngineSettings = EngineSettings(precision="f32")
