"""What tunes a model's weights on the set: nnU-Net's fine-tuning, or any function of this form."""

from pathlib import Path
from typing import Protocol

from training.cycle.settings import FineTuneSettings
from training.nnunet.framework.schedules import FINE_TUNE
from training.nnunet.run.settings import (
    FineTuning,
    FoldSettings,
    PreparingMachine,
    TrainingSettings,
)

__all__ = ["FineTune", "nnunet_fine_tune"]


class FineTune(Protocol):
    """Tunes a model."""

    def __call__(
        self,
        model_folder: Path,
        data_folder: Path,
        output: Path,
        *,
        settings: FineTuneSettings,
        machine: PreparingMachine,
    ) -> Path:
        """Tune a model on a raw data set; called again after a stop, go on.

        Args:
            model_folder: what to begin with; not changed.
            data_folder: `DatasetNNN_Name` with `imagesTr`, `labelsTr`, `dataset.json`.
            output: where to work; holds what an earlier, stopped call left there.
            settings: of the training.
            machine: where it runs.

        Returns:
            A folder in `output` that `algorithm` runs and that the next round can begin with.
        """


def nnunet_fine_tune(
    model_folder: Path,
    data_folder: Path,
    output: Path,
    *,
    settings: FineTuneSettings,
    machine: PreparingMachine,
) -> Path:
    """Tune by `python -m training nnunet fine-tune`: a `FineTune`.

    Raises:
        ModelError: the model is no nnU-Net result folder that can be gone on with.
    """
    from training.nnunet.run import jobs  # noqa: PLC0415  (torch and nnU-Net)

    how = FoldSettings(
        trainer=settings.trainer or FINE_TUNE,
        folds=settings.folds,
        training=TrainingSettings(
            epochs=settings.epochs,
            iterations=settings.iterations,
            validation_iterations=settings.validation_iterations,
            initial_lr=settings.learning_rate,
            head="kept",
        ),
        machine=machine,
        seed=settings.seed,
    )
    tuning = FineTuning(
        model=model_folder,
        raw=data_folder,
        from_fold=settings.from_fold,
        native_spacing=settings.native_spacing,
        how=how,
        processes=machine.processes,
    )
    return jobs.fine_tune(tuning, output)
