"""What decides a run of nnUnet-ResEnc+SS; the defaults are the challenge's."""

from pydantic import BaseModel, ConfigDict, Field

from training.nnunet.planning.presets import PRESETS, Overrides, Preset
from training.nnunet.run.settings import TrainingSettings
from training.nnunet.semi_supervised.selection import TOLERANCE_PX

__all__ = ["Recipe"]


class Recipe(BaseModel):
    """How the five stages are done.

    Attributes:
        preset: network and patch, of both networks.
        overrides: what is changed of the preset.
        pretrainer: trainer of stages 1 and 4.
        fine_tuner: trainer of stages 2 and 5.
        pretraining: how stages 1 and 4 differ from what the trainer says.
        fine_tuning: how stages 2 and 5 do.
        tolerance_px: by how much a pseudo-mask's axes may be off.
        mirror: mirrored passes per VOI when pseudo-masks are predicted.
        seed: of the networks' first weights.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    preset: Preset = PRESETS["uls23-baseline"]
    overrides: Overrides = Overrides()
    pretrainer: str = "nnUNetTrainer_ULS_1k"
    fine_tuner: str = "nnUNetTrainer_ULS_500_QuarterLR"
    pretraining: TrainingSettings = TrainingSettings()
    fine_tuning: TrainingSettings = TrainingSettings()
    tolerance_px: float = Field(default=TOLERANCE_PX, ge=0)
    mirror: int = Field(default=8, ge=0, le=8)
    seed: int | None = None
