"""The jobs of `python -m training nnunet`, each of one or two stages that can be gone on with."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from algorithm.models.find_model import find_result_folder
from training.jobs.stages import Stage, Stages
from training.nnunet.data.raw_dataset import RawDataset
from training.nnunet.framework.schedules import FINE_TUNE
from training.nnunet.planning.plans import taken_over
from training.nnunet.planning.presets import Overrides, Preset
from training.nnunet.preprocessing.training_data import (
    TrainingData,
    folds_of,
    prepare_as_plans,
    prepare_as_preset,
)
from training.nnunet.run.folds import TrainingRun, check_device, result_folder, train_folds
from training.nnunet.run.handover import find_checkpoint
from training.nnunet.run.memory import check_memory
from training.nnunet.run.settings import TrainingSettings
from uls.workshop.errors import InputError

__all__ = ["DATA", "MODEL", "FineTuning", "fine_tune", "plan", "plan_stage", "train", "train_stage"]

_log = logging.getLogger(__name__)

DATA = "preprocessed"
"""The folder of a job that holds its prepared data set."""

MODEL = "model"
"""The folder of a job that holds its nnU-Net result folder, some folders below."""


@dataclass(frozen=True)
class FineTuning:
    """Fine-tuning of a trained network, by default as the HCUCH paper did it.

    Attributes:
        model: the nnU-Net result folder to begin from, or a folder with one a few folders below.
        raw: the data set to fine-tune on.
        from_fold: which of the model's folds; None for `all` or the only one.
        native_spacing: the model was trained without resampling, whatever its plans say.
        trainer: the trainer's name.
        folds: which folds to train; their networks together are the ensemble that `algorithm` runs.
    """

    model: Path
    raw: RawDataset
    from_fold: str | None = None
    native_spacing: bool = False
    trainer: str = FINE_TUNE
    folds: tuple[str, ...] = ("0", "1", "2", "3", "4")
    settings: TrainingSettings = field(default_factory=TrainingSettings)
    device: str = "cuda"
    loaders: int | None = None
    validate: bool = False
    processes: int = 1
    seed: int | None = None


def plan(
    raw: RawDataset, preset: Preset, overrides: Overrides, root: Path, *, processes: int = 1
) -> TrainingData:
    """Plan and prepare a data set in the folder `root`."""
    raw.check_trainable()
    stages = Stages(root)
    with stages.alone():
        stages.run(plan_stage(raw, preset, overrides, root / DATA, processes=processes))
    return TrainingData.read(root / DATA)


def plan_stage(
    raw: RawDataset,
    preset: Preset,
    overrides: Overrides,
    output: Path,
    *,
    name: str = "plan",
    processes: int = 1,
) -> Stage:
    """Describe the stage that plans and prepares a data set."""
    return Stage(
        name=name,
        output=output,
        work=lambda place: prepare_as_preset(raw, preset, overrides, place, processes=processes),
        settings={
            "preset": preset.model_dump(mode="json", exclude_defaults=True),
            "overrides": overrides.model_dump(mode="json", exclude_none=True),
        },
        inputs={"raw": raw.folder},
    )


def train(run: TrainingRun, root: Path) -> Path:
    """Train a network per fold in the folder `root`; give the nnU-Net result folder."""
    stages = Stages(root)
    with stages.alone():
        stages.run(train_stage(run, root / MODEL))
    return result_folder(run, root / MODEL)


def train_stage(run: TrainingRun, output: Path, *, name: str = "train") -> Stage:
    """Describe the stage that trains a network per fold."""
    inputs = {"data": run.data.root}
    if run.pretrained is not None:
        inputs["pretrained"] = run.pretrained
    return Stage(
        name=name,
        output=output,
        work=partial(train_folds, run),
        settings={
            "trainer": run.trainer,
            "folds": list(run.folds),
            "validate": run.validate,
            "seed": run.seed,
            **run.settings.model_dump(mode="json"),
        },
        inputs=inputs,
    )


def fine_tune(tuning: FineTuning, root: Path) -> Path:
    """Fine-tune a model on a data set in the folder `root`; give the nnU-Net result folder.

    Raises:
        CallError: the device is not there, or not the memory that the training takes.
        InputError: the data set's patients are too few for the folds.
        ModelError: the model is none that can be gone on with.
    """
    check_device(tuning.device)
    tuning.raw.check_trainable()
    _check_patients(tuning)
    tuning = replace(tuning, model=find_result_folder(tuning.model))
    checkpoint = find_checkpoint(tuning.model, fold=tuning.from_fold)
    plans, configuration = _plans_of(tuning, checkpoint)
    check_memory(plans, configuration, device=tuning.device, loaders=tuning.loaders)
    stages = Stages(root)
    with stages.alone():
        stages.run(_prepare_stage(tuning, plans, configuration, root / DATA))
        data = TrainingData.read(root / DATA)
        run = TrainingRun(
            data=data,
            trainer=tuning.trainer,
            folds=tuning.folds,
            settings=tuning.settings,
            pretrained=checkpoint,
            device=tuning.device,
            loaders=tuning.loaders,
            validate=tuning.validate,
            raw=tuning.raw.folder,
            seed=tuning.seed,
        )
        stages.run(train_stage(run, root / MODEL))
    return result_folder(run, root / MODEL)


def _prepare_stage(
    tuning: FineTuning, plans: Mapping[str, Any], configuration: str, output: Path
) -> Stage:
    return Stage(
        name="prepare",
        output=output,
        work=lambda place: prepare_as_plans(
            tuning.raw, plans, configuration, place, processes=tuning.processes
        ),
        settings={"native_spacing": tuning.native_spacing, "configuration": configuration},
        inputs={"raw": tuning.raw.folder, "plans": tuning.model / "plans.json"},
    )


def _plans_of(tuning: FineTuning, checkpoint: Path) -> tuple[dict[str, Any], str]:
    from algorithm.models.importing.checkpoint import read_checkpoint  # noqa: PLC0415

    path = tuning.model / "plans.json"
    configuration = read_checkpoint(checkpoint).configuration
    plans = json.loads(path.read_bytes())
    native = tuning.native_spacing
    return taken_over(plans, configuration, about=path, native_spacing=native), configuration


def _check_patients(tuning: FineTuning) -> None:
    numbered = [fold for fold in tuning.folds if fold != "all"]
    there = folds_of(tuning.raw)
    if len(numbered) > there:
        raise InputError.about(
            tuning.raw.folder,
            expected=f"patients enough for {len(numbered)} folds",
            found=f"{there} folds",
            hint="Name fewer by --folds, or train on everything with --folds all.",
        )
