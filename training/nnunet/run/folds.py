"""Training: one network per fold, each gone on with from its last checkpoint."""

import json
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from training.jobs.stages import write_json
from training.nnunet.framework.environment import nnunet
from training.nnunet.preprocessing.training_data import TrainingData
from training.nnunet.run.handover import hand_over
from training.nnunet.run.memory import check_memory
from training.nnunet.run.settings import FoldSettings, TrainingSettings
from training.nnunet.run.validation import validate_fold, whole_vois
from uls.workshop.errors import CallError

__all__ = ["TrainingRun", "check_device", "check_folds", "result_folder", "train_folds"]

_log = logging.getLogger(__name__)

FINAL = "checkpoint_final.pth"
_TO_GO_ON_FROM = ("checkpoint_latest.pth", "checkpoint_best.pth")


@dataclass(frozen=True)
class TrainingRun:
    """What is trained, on what, and how.

    Attributes:
        data: the prepared data set.
        how: trainer, folds, machine and so on.
        pretrained: the checkpoint whose weights the network begins with.
        raw: the data set that the prepared one was made of; whole VOIs are validated on.
    """

    data: TrainingData
    how: FoldSettings
    pretrained: Path | None = None
    raw: Path | None = None


def result_folder(run: TrainingRun, results: Path) -> Path:
    """Say where nnU-Net leaves a run's networks."""
    name = f"{run.how.trainer}__{run.data.plans_name}__{run.data.configuration}"
    return results / run.data.dataset / name


def check_folds(data: TrainingData, folds: Sequence[str]) -> None:
    """Make sure that a data set has these folds.

    Raises:
        CallError: it has not.
    """
    known = ("all", *map(str, range(data.folds)))
    for fold in folds:
        if fold not in known:
            raise CallError.about("--folds", expected=f"some of {', '.join(known)}", found=fold)


def train_folds(run: TrainingRun, results: Path) -> None:
    """Train a network per fold; a fold that is done is passed over, one that was stopped goes on.

    Args:
        run: what and how.
        results: nnU-Net's folder of trained models, which gets the run's result folder.

    Raises:
        CallError: the device, a fold, the memory or the raw data set for validation is not there.
        ModelError: the pretrained weights do not fit.
    """
    how, machine = run.how, run.how.machine
    check_folds(run.data, how.folds)
    check_device(machine.device)
    check_memory(
        run.data.plans, run.data.configuration, device=machine.device, loaders=machine.loaders
    )
    whole = whole_vois(run.data, run.raw, how.folds, validate=how.validated)
    with nnunet(preprocessed=run.data.root, results=results, loaders=machine.loaders):
        for fold in how.folds:
            folder = result_folder(run, results) / f"fold_{fold}"
            trainer = _trained(run, fold, folder)
            if how.validated:
                validate_fold(fold, folder, whole, device=machine.device, trainer=trainer)


def _trained(run: TrainingRun, fold: str, folder: Path) -> Callable[[], Any]:
    """Train a fold unless it was trained before; give what gives its trainer."""
    if (folder / FINAL).exists():
        _log.info("Fold %s: trained already", fold)
        return partial(_made_trainer, run, fold, folder)
    _log.info("Fold %s: %s on %s", fold, run.how.trainer, run.data.dataset)
    trainer = _made_trainer(run, fold, folder)
    trainer.run_training()
    write_json(folder / "settings.json", run.how.training.model_dump(mode="json"))
    return lambda: trainer


def _made_trainer(run: TrainingRun, fold: str, folder: Path) -> Any:
    """Make the trainer, with the weights of its last checkpoint or those handed over."""
    last = _last_checkpoint(folder)
    if run.how.seed is not None:
        _seed(run.how.seed)
    trainer = _trainer(run, fold, continued=last is not None)
    trainer.initialize()
    if last is not None:
        trainer.load_checkpoint(str(last))
        _log.info("Fold %s: going on after epoch %d", fold, trainer.current_epoch)
    elif run.pretrained is not None:
        hand_over(run.pretrained, trainer.network, head=run.how.training.head)
    return trainer


def _last_checkpoint(folder: Path) -> Path | None:
    """Find the checkpoint to go on from: the final one, else the newer of latest and best."""
    for half_written in folder.glob("*.pth.new"):
        half_written.unlink()
    if (folder / FINAL).exists():
        return folder / FINAL
    there = [folder / name for name in _TO_GO_ON_FROM if (folder / name).exists()]
    return max(there, key=lambda path: path.stat().st_mtime_ns, default=None)


def _trainer(run: TrainingRun, fold: str, *, continued: bool) -> Any:
    """Have nnU-Net find the trainer by its name, and apply the settings."""
    import torch  # noqa: PLC0415
    from nnunetv2.utilities.find_objects import (  # noqa: PLC0415
        recursive_find_trainer_class_by_name,
    )

    try:
        kind = recursive_find_trainer_class_by_name(run.how.trainer)
    except RuntimeError as error:
        raise CallError.about(
            "--trainer",
            expected="a trainer that nnU-Net finds",
            found=run.how.trainer,
            hint="`python -m training nnunet trainers` lists ours.",
        ) from error
    dataset = json.loads((run.data.root / run.data.dataset / "dataset.json").read_bytes())
    trainer = kind(
        plans={**run.data.plans, "continue_training": continued},
        configuration=run.data.configuration,
        fold=fold if fold == "all" else int(fold),
        dataset_json=dataset,
        device=torch.device(run.how.machine.device),
    )
    _apply(run.how.training, trainer)
    return trainer


def _apply(settings: TrainingSettings, trainer: Any) -> None:
    trainer.num_iterations_per_epoch = settings.iterations
    trainer.num_val_iterations_per_epoch = settings.validation_iterations
    trainer.save_every = settings.save_every
    trainer.num_epochs = settings.epochs or trainer.num_epochs
    trainer.initial_lr = settings.initial_lr or trainer.initial_lr
    if hasattr(trainer, "large_lesions"):
        trainer.large_lesions = settings.large_lesions
    elif settings.large_lesions.times > 1:
        raise CallError.about(
            "--large-times", expected="a trainer of ours", found=type(trainer).__name__
        )


def check_device(device: str) -> None:
    """Make sure that a device is there, before hours of preparation.

    Raises:
        CallError: it is not.
    """
    import torch  # noqa: PLC0415

    if device == "cuda":
        if not torch.cuda.is_available():
            raise CallError.about(
                "--device cuda", expected="a CUDA device", found="none", hint="Use --device cpu."
            )
        torch.backends.cudnn.benchmark = True


def _seed(seed: int) -> None:
    import numpy as np  # noqa: PLC0415
    import torch  # noqa: PLC0415

    random.seed(seed)
    np.random.seed(seed)  # what nnU-Net draws from
    torch.manual_seed(seed)
