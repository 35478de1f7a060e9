"""What tunes a model's weights on the set: nnU-Net's fine-tuning, or any function of this form."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from training.cycle.records import FineTuneSettings

__all__ = ["FineTune", "Machine", "nnunet_fine_tune"]


@dataclass(frozen=True)
class Machine:
    """Where training runs; decides no result, so a stopped round may go on elsewhere."""

    device: str = "cuda"
    loaders: int | None = None
    processes: int = 1


class FineTune(Protocol):
    """Tunes a model."""

    def __call__(
        self,
        model_folder: Path,
        data_folder: Path,
        output: Path,
        *,
        settings: FineTuneSettings,
        machine: Machine,
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
    machine: Machine,
) -> Path:
    """Tune by `python -m training nnunet fine-tune`: a `FineTune`.

    Raises:
        ModelError: the model is no nnU-Net result folder that can be gone on with.
    """
    from training.nnunet.data.raw_dataset import RawDataset  # noqa: PLC0415
    from training.nnunet.framework.schedules import FINE_TUNE  # noqa: PLC0415
    from training.nnunet.run import jobs  # noqa: PLC0415  (torch and nnU-Net)
    from training.nnunet.run.settings import TrainingSettings  # noqa: PLC0415

    tuning = jobs.FineTuning(
        model=model_folder,
        raw=RawDataset.read(data_folder),
        from_fold=settings.from_fold,
        native_spacing=settings.native_spacing,
        trainer=settings.trainer or FINE_TUNE,
        folds=settings.folds,
        settings=TrainingSettings(
            epochs=settings.epochs,
            iterations=settings.iterations,
            validation_iterations=settings.validation_iterations,
            initial_lr=settings.learning_rate,
            head="kept",
        ),
        device=machine.device,
        loaders=machine.loaders,
        processes=machine.processes,
        seed=settings.seed,
    )
    return jobs.fine_tune(tuning, output)
