"""The jobs of `python -m training nnunet`, each of one or two stages that can be gone on with."""

import json
import logging
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from algorithm.models.find_model import find_result_folder
from training.jobs.stages import Stage, Stages
from training.nnunet.data.raw_dataset import RawDataset
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
from training.nnunet.run.settings import FineTuning
from uls.workshop.errors import InputError

__all__ = ["DATA", "MODEL", "fine_tune", "plan", "plan_stage", "train", "train_stage"]

_log = logging.getLogger(__name__)

DATA = "preprocessed"
"""The folder of a job that holds its prepared data set."""

MODEL = "model"
"""The folder of a job that holds its nnU-Net result folder, some folders below."""


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
            "trainer": run.how.trainer,
            "folds": list(run.how.folds),
            "validate": run.how.validated,
            "seed": run.how.seed,
            **run.how.training.model_dump(mode="json"),
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
    machine = tuning.how.machine
    check_device(machine.device)
    raw = RawDataset.read(tuning.raw)
    raw.check_trainable()
    _check_patients(raw, tuning.how.folds)
    tuning = tuning.model_copy(update={"model": find_result_folder(tuning.model)})
    checkpoint = find_checkpoint(tuning.model, fold=tuning.from_fold)
    plans, configuration = _plans_of(tuning, checkpoint)
    check_memory(plans, configuration, device=machine.device, loaders=machine.loaders)
    stages = Stages(root)
    with stages.alone():
        stages.run(_prepare_stage(raw, tuning, plans, configuration, root / DATA))
        data = TrainingData.read(root / DATA)
        run = TrainingRun(data, tuning.how, pretrained=checkpoint, raw=raw.folder)
        stages.run(train_stage(run, root / MODEL))
    return result_folder(run, root / MODEL)


def _prepare_stage(
    raw: RawDataset,
    tuning: FineTuning,
    plans: Mapping[str, Any],
    configuration: str,
    output: Path,
) -> Stage:
    return Stage(
        name="prepare",
        output=output,
        work=lambda place: prepare_as_plans(
            raw, plans, configuration, place, processes=tuning.processes
        ),
        settings={"native_spacing": tuning.native_spacing, "configuration": configuration},
        inputs={"raw": raw.folder, "plans": tuning.model / "plans.json"},
    )


def _plans_of(tuning: FineTuning, checkpoint: Path) -> tuple[dict[str, Any], str]:
    from algorithm.models.importing.checkpoint import read_checkpoint  # noqa: PLC0415

    path = tuning.model / "plans.json"
    configuration = read_checkpoint(checkpoint).configuration
    plans = json.loads(path.read_bytes())
    native = tuning.native_spacing
    return taken_over(plans, configuration, about=path, native_spacing=native), configuration


def _check_patients(raw: RawDataset, folds: Sequence[str]) -> None:
    numbered = [fold for fold in folds if fold != "all"]
    there = folds_of(raw)
    if len(numbered) > there:
        raise InputError.about(
            raw.folder,
            expected=f"patients enough for {len(numbered)} folds",
            found=f"{there} folds",
            hint="Name fewer by --folds, or train on everything with --folds all.",
        )
