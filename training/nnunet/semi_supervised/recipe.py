"""What decides a run of nnUnet-ResEnc+SS; the defaults are the challenge's."""

from typing import Annotated

from training.nnunet.planning.presets import PRESETS, Overrides, PresetByName
from training.nnunet.run.settings import FoldSettings, Machine, Seed, TrainingSettings
from uls.workshop.options import Option, Settings

__all__ = ["TOLERANCE_PX", "Recipe"]

TOLERANCE_PX = 5.0
"""Both axes may be off by this many pixels (ULS23's baseline, de Grauw et al. 2025)."""

_PRETRAINER = "nnUNetTrainer_ULS_1k"
_FINE_TUNER = "nnUNetTrainer_ULS_500_QuarterLR"


class _Training(TrainingSettings):
    """What all trainings share; epochs and rate are each one's own, and no options here."""

    epochs: int | None = None
    initial_lr: float | None = None


class Recipe(Settings):
    """How the five stages are done."""

    preset: PresetByName = PRESETS["uls23-baseline"]
    overrides: Overrides = Overrides()
    tolerance_px: Annotated[
        float, Option("--tolerance", min=0, help="Pixels by which either axis may be off.")
    ] = TOLERANCE_PX
    pretrain_epochs: Annotated[
        int | None, Option("--pretrain-epochs", min=1, help="Stages 1 and 4; default 1000.")
    ] = None
    fine_tune_epochs: Annotated[
        int | None, Option("--fine-tune-epochs", min=1, help="Stages 2 and 5; default 500.")
    ] = None
    pretrain_lr: Annotated[
        float | None, Option("--pretrain-lr", above=0, help="Stages 1 and 4; default 0.01.")
    ] = None
    fine_tune_lr: Annotated[
        float | None, Option("--fine-tune-lr", above=0, help="Stages 2 and 5; default 0.0025.")
    ] = None
    training: _Training = _Training()
    mirror: Annotated[
        int, Option("--mirror", min=0, max=8, help="Mirrored passes a pseudo-mask.")
    ] = 8
    seed: Seed = None

    def pretraining(self, machine: Machine) -> FoldSettings:
        """Return how stages 1 and 4 train."""
        return self._folds(_PRETRAINER, self.pretrain_epochs, self.pretrain_lr, machine)

    def fine_tuning(self, machine: Machine) -> FoldSettings:
        """Return how stages 2 and 5 train."""
        return self._folds(_FINE_TUNER, self.fine_tune_epochs, self.fine_tune_lr, machine)

    def _folds(
        self, trainer: str, epochs: int | None, lr: float | None, machine: Machine
    ) -> FoldSettings:
        own = {"epochs": epochs, "initial_lr": lr}
        training = TrainingSettings(**{**dict(self.training), **own})
        return FoldSettings(trainer=trainer, training=training, machine=machine, seed=self.seed)
