"""nnU-Net's trainer with a named schedule, checkpoints that survive a kill, and our progress lines.

The network, the loss, the augmentation and the optimiser are nnU-Net's own.
"""

import logging
import time
from pathlib import Path
from typing import Any, ClassVar

import torch
from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer

from training.jobs.finite import FiniteLoss
from training.nnunet.framework.schedules import INITIAL_LR, Schedule
from training.nnunet.preprocessing.lesion_sizes import read_long_axes_mm
from training.nnunet.run.settings import TrainingSettings
from uls.workshop.beside import file_beside

__all__ = ["UlsTrainer"]

_log = logging.getLogger("training")

_SECONDS_BETWEEN_PLOTS = 60.0


class UlsTrainer(nnUNetTrainer):  # type: ignore[misc]
    """What all trainers of `training.nnunet.framework.schedules` share."""

    schedule: ClassVar[Schedule] = Schedule(1000, INITIAL_LR)

    def __init__(
        self,
        plans: dict[str, Any],
        configuration: str,
        fold: int | str,
        dataset_json: dict[str, Any],
        device: torch.device = torch.device("cuda"),  # noqa: B008  (nnU-Net's signature)
    ) -> None:
        super().__init__(plans, configuration, fold, dataset_json, device)
        self.num_epochs = self.schedule.epochs
        self.initial_lr = self.schedule.initial_lr
        self.large_lesions = TrainingSettings().large_lesions
        self._plot = self.logger.plot_progress_png
        self.logger.plot_progress_png = self._plot_seldom
        self._plotted = self._began = time.monotonic()
        self._first_epoch: int | None = None
        self.finite = FiniteLoss()

    def get_tr_and_val_datasets(self) -> tuple[Any, Any]:
        """Give nnU-Net's two data sets; large lesions stand in the first as often as they count."""
        training, validation = super().get_tr_and_val_datasets()
        if self.large_lesions.times > 1:
            sizes = read_long_axes_mm(Path(self.preprocessed_dataset_folder))
            large = [
                case
                for case in training.identifiers
                if sizes.get(case, 0.0) >= self.large_lesions.from_mm
            ]
            training.identifiers = training.identifiers + large * (self.large_lesions.times - 1)
            _log.info("Large lesions: %d, drawn %d times", len(large), self.large_lesions.times)
        return training, validation

    def train_step(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Do nnU-Net's step; end the training, before any checkpoint, where its loss is NaN."""
        outputs: dict[str, Any] = super().train_step(batch)
        scaled = self.grad_scaler is not None
        self.finite.check(float(outputs["loss"]), what=self._epoch("training"), scaled=scaled)
        return outputs

    def on_validation_epoch_end(self, val_outputs: list[dict[str, Any]]) -> None:
        """End the training where a validation loss is NaN: the network is spoilt, or a case is."""
        for outputs in val_outputs:
            self.finite.check(float(outputs["loss"]), what=self._epoch("validation"))
        super().on_validation_epoch_end(val_outputs)

    def _epoch(self, what: str) -> str:
        return f"{what}, epoch {self.current_epoch + 1} of {self.num_epochs}"

    def save_checkpoint(self, filename: str) -> None:
        """Write a checkpoint beside its place and rename it there."""
        if self.disable_checkpointing:
            return
        if self.local_rank != 0:
            return
        with file_beside(Path(filename)) as part:
            super().save_checkpoint(str(part))

    def print_to_log_file(
        self, *args: Any, also_print_to_console: bool = True, add_timestamp: bool = True
    ) -> None:
        """Keep nnU-Net's lines in its own log file."""
        super().print_to_log_file(*args, also_print_to_console=False, add_timestamp=add_timestamp)

    def on_epoch_start(self) -> None:
        """Remember where this run began, to tell what is left."""
        if self._first_epoch is None:
            self._first_epoch, self._began = self.current_epoch, time.monotonic()
        super().on_epoch_start()

    def on_epoch_end(self) -> None:
        """Say how far the training is, after nnU-Net's own bookkeeping."""
        super().on_epoch_end()
        done = self.current_epoch - (self._first_epoch or 0)
        seconds = (time.monotonic() - self._began) / done
        left = seconds * (self.num_epochs - self.current_epoch)
        value = self.logger.get_value
        _log.info(
            "epoch %d of %d   loss %.3f, validation %.3f   pseudo Dice %.3f   %.1f s, %s left",
            self.current_epoch,
            self.num_epochs,
            value("train_losses", -1),
            value("val_losses", -1),
            value("mean_fg_dice", -1),
            seconds,
            _duration(left),
        )
        if done == 1 and self.device.type == "cuda":
            peak = torch.cuda.max_memory_reserved(self.device) / 2**30
            _log.info("GPU memory: %.1f GiB at most", peak)

    def _plot_seldom(self, folder: str) -> None:
        """Draw nnU-Net's curves, which takes seconds, once a minute at most."""
        if time.monotonic() - self._plotted >= _SECONDS_BETWEEN_PLOTS:
            self._plot(folder)
            self._plotted = time.monotonic()


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"about {seconds:.0f} s"
    hours, minutes = divmod(minutes, 60)
    return f"about {hours} h {minutes:02d} min" if hours else f"about {minutes} min"
