"""Where the stages of a run leave what they make, and by which settings networks are trained."""

from dataclasses import dataclass
from pathlib import Path

from training.nnunet.preprocessing.training_data import TrainingData
from training.nnunet.run.folds import TrainingRun, result_folder
from training.nnunet.run.settings import FoldSettings, Machine
from training.nnunet.semi_supervised.recipe import Recipe

__all__ = ["DATA_2D", "DATA_FULL", "DATA_PSEUDO", "MASKS", "RAW_2D", "RAW_PSEUDO", "Places"]

DATA_FULL, DATA_2D, DATA_PSEUDO = "data-full", "data-2d", "data-pseudo"
RAW_2D, RAW_PSEUDO, MASKS = "raw-2d", "raw-pseudo", "pseudo-masks"
"""Names of the folders in a run's folder."""


@dataclass(frozen=True)
class Places:
    """The places of one run.

    Attributes:
        root: the run's folder.
        full: name of the fully annotated data set.
        partial: name of the data set of 2D pseudo-masks.
        recipe: how networks are trained.
        machine: where.
    """

    root: Path
    full: str
    partial: str
    recipe: Recipe
    machine: Machine

    @property
    def pretraining(self) -> FoldSettings:
        """Give the settings of both trainings on pseudo-masks."""
        return self.recipe.pretraining(self.machine)

    @property
    def fine_tuning(self) -> FoldSettings:
        """Give the settings of both trainings on full masks."""
        return self.recipe.fine_tuning(self.machine)

    def data(self, name: str) -> TrainingData:
        """Give the prepared data of a folder."""
        preset = self.recipe.preset
        dataset = self.dataset(name)
        return TrainingData(self.root / name, dataset, preset.plans_name, preset.configuration)

    def results(self, data: str, how: FoldSettings, output: str) -> Path:
        """Give nnU-Net's result folder of a training."""
        return result_folder(TrainingRun(self.data(data), how), self.root / output)

    def dataset(self, name: str) -> str:
        """Give the name of the data set that a folder holds."""
        if name == DATA_FULL:
            return self.full
        pseudo = name in (RAW_PSEUDO, DATA_PSEUDO)
        return f"{self.partial}_Pseudo" if pseudo else self.partial
