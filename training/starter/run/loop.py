"""The training loop: resumable at any checkpoint, watched on fixed patches."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from algorithm.networks.zoom_network import ZoomNetwork
from training.jobs.finite import FiniteLoss
from training.starter.run.averaged import Averaged
from training.starter.run.checkpoint import CHECKPOINT, new_network, read_checkpoint, recipe_in
from training.starter.run.losses import LesionLoss
from training.starter.run.patches import Validation
from training.starter.run.precision import half_precision
from training.starter.run.progress import Progress, RunLength
from training.starter.samples.corrections import Corrected
from training.starter.samples.stream import Batch, Difficulty, Material, batches
from training.starter.settings.cases_seen import CasesSeen, joined
from training.starter.settings.recipe import Recipe
from uls.workshop.beside import file_beside
from uls.workshop.errors import InputError

__all__ = ["Run"]

_log = logging.getLogger(__name__)


class Run:
    """A training run in a folder: begun, or gone on with from its checkpoint.

    Args:
        folder: of the run.
        recipe: the run's.
        device: that trains.
        begin: gives a new run's network other weights than random ones.
        trained_on: the cases that it reads, and those behind the weights it begins with.
    """

    def __init__(
        self,
        folder: Path,
        recipe: Recipe,
        device: torch.device,
        *,
        begin: Callable[[ZoomNetwork], None] | None = None,
        trained_on: CasesSeen = None,
    ) -> None:
        torch.manual_seed(recipe.seed)
        self._folder, self._recipe, self._device = folder, recipe, device
        self._network = new_network(recipe, device)
        if begin is not None and not (folder / CHECKPOINT).exists():
            begin(self._network)
        self.averaged = Averaged(
            self._network, new_network(recipe, device), recipe.training.ema_decay
        )
        settings = recipe.training
        self._optimiser = torch.optim.AdamW(
            self._network.parameters(),
            settings.learning_rate,
            betas=settings.betas,
            weight_decay=settings.weight_decay,
            fused=True,
        )
        self._loss = LesionLoss(settings)
        self._finite = FiniteLoss()
        self.progress = Progress(trained_on=trained_on)
        self._corrected = Corrected(settings, recipe.samples.clicks.most_corrections, [recipe.seed])
        if (folder / CHECKPOINT).exists():
            self._resume()
            self.progress.trained_on = joined(self.progress.trained_on, trained_on)

    def train(
        self,
        material: Material,
        validation: Validation,
        length: RunLength,
        *,
        workers: int,
        every_seconds: float,
        report: Callable[[str], None],
    ) -> None:
        """Train until the run or this piece of it is done; checkpoints now and then.

        Args:
            material: what samples are made of.
            validation: the patches that it is watched on.
            length: when it ends.
            workers: processes that draw samples.
            every_seconds: after which it is validated and a checkpoint is written.
            report: gets a line of progress now and then.
        """
        difficulty = Difficulty()
        stream = None
        began = saved = time.monotonic()
        earlier = self.progress.seconds
        while (done := length.done(self.progress.step, self.progress.seconds)) < 1:
            difficulty.set(self.progress.step / max(self._recipe.samples.easy_steps, 1))
            if stream is None:
                stream = batches(
                    material,
                    self._recipe,
                    difficulty,
                    workers=workers,
                    first_step=self.progress.step,
                )
            self._step(next(stream), length)
            now = time.monotonic()
            self.progress.seconds = earlier + now - began
            if self.progress.step % 50 == 0:
                report(self._line(done))
            if now - saved > every_seconds:
                self._validate(validation, report)
                saved = time.monotonic()
            if length.piece_minutes is not None and now - began > 60 * length.piece_minutes:
                break
        self._validate(validation, report)

    def _step(self, fresh: Batch, length: RunLength) -> None:
        batch = self._corrected.added_to(fresh)
        image = batch.image.to(self._device, torch.float32, non_blocking=True)
        image = image.contiguous(memory_format=torch.channels_last_3d)
        target = batch.target.to(self._device, torch.float32, non_blocking=True)
        for group in self._optimiser.param_groups:
            group["lr"] = self._rate(length)
        with half_precision(self._device):
            logits = self._network(image)
        loss = self._loss(logits.float(), target, batch.same)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        value = loss.item()
        self._finite.check(value, what=f"step {self.progress.step + 1} of {self._folder}")
        nn.utils.clip_grad_norm_(self._network.parameters(), self._recipe.training.gradient_norm)
        self._optimiser.step()
        self.progress.step += 1
        self.averaged.update(self._network, self.progress.step)
        self.progress.losses = [*self.progress.losses[-199:], value]
        self._corrected.learn_from(batch, logits.detach())

    def _rate(self, length: RunLength) -> float:
        """Give the learning rate: up in a line, level, and down in a line at the run's end."""
        settings, progress = self._recipe.training, self.progress
        up = min(1.0, (progress.step + 1) / settings.warm_up_steps)
        left = length.steps_left(progress.step, progress.seconds)
        down = min(1.0, left / max(settings.cool_down_steps, 1))
        return settings.learning_rate * up * down

    def _line(self, done: float) -> str:
        progress = self.progress
        left = progress.seconds * (1 / max(done, 1e-9) - 1)
        loss = float(np.mean(progress.losses))
        return (
            f"step {progress.step:6d}   {100 * done:5.1f} %   loss {loss:.4f}   "
            f"{progress.seconds / 60:6.1f} min, about {left / 60:.0f} min left"
        )

    def _validate(self, validation: Validation, report: Callable[[str], None]) -> None:
        dice = validation.dice(self.averaged.network, self._device)
        loss = float(np.mean(self.progress.losses)) if self.progress.losses else float("nan")
        self.progress.curve.append({"step": self.progress.step, "loss": loss, **dice})
        said = ", ".join(f"{group} {value:.3f}" for group, value in dice.items())
        report(f"step {self.progress.step:6d}   patch Dice: {said}")
        self._save()

    def _save(self) -> None:
        state = {
            "network": self._network.state_dict(),
            "averaged": self.averaged.network.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "progress": vars(self.progress),
            "recipe": self._recipe.model_dump_json(),
        }
        with file_beside(self._folder / CHECKPOINT) as part:
            torch.save(state, part)

    def _resume(self) -> None:
        state = read_checkpoint(self._folder, self._device)
        if not recipe_in(state, self._folder).trains_as(self._recipe):
            raise InputError.about(
                self._folder / CHECKPOINT,
                expected="a run of this recipe",
                found="one of another",
                hint="Go on with its own recipe, or begin a run in a new folder.",
            )
        self._network.load_state_dict(state["network"])
        self.averaged.network.load_state_dict(state["averaged"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.progress = Progress(**state["progress"])
        _log.info("Going on at step %d", self.progress.step)
