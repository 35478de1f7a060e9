"""Tries our trainers inside nnunetv2, whose import warns too much for pytest; prints facts."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from training.jobs.finite import FiniteLoss
from training.nnunet.framework.environment import nnunet
from training.nnunet.framework.schedules import FINE_TUNE
from training.nnunet.preprocessing.lesion_sizes import write_long_axis_mm
from training.nnunet.run.settings import LargeLesions
from uls.workshop.errors import UserError


def main(folder: Path) -> dict[str, Any]:
    with nnunet():
        from nnunetv2.utilities.find_objects import recursive_find_trainer_class_by_name

        kinds = {
            name: recursive_find_trainer_class_by_name(name)
            for name in ("nnUNetTrainer_ULS_500_QuarterLR", FINE_TUNE)
        }
        return {
            "found": {
                name: [k.schedule.epochs, k.schedule.initial_lr] for name, k in kinds.items()
            },
            "names": [kind.__name__ for kind in kinds.values()],
            "drawn": drawn(folder, times=3),
            "drawn once": drawn(folder, times=1),
            "checkpoint": interrupted_checkpoint(folder),
            "losses": {
                "nan": steps_until_told([1.0, float("nan")]),
                "infinite": steps_until_told([1.0, 2.0, float("inf")]),
                "scaled, in a row": steps_until_told([float("nan")] * 20, scaled=True),
                "scaled, now and then": steps_until_told([float("nan"), 1.0] * 20, scaled=True),
            },
            "validation": validation_told(),
        }


def drawn(folder: Path, *, times: int) -> list[str]:
    """What is drawn from when lesions are 60, 50 and 49.9 mm long."""
    from training.nnunet.run.uls_trainer import UlsTrainer, nnUNetTrainer

    (folder / "cases").mkdir(exist_ok=True)
    for case, length in {"a": 60.0, "b": 50.0, "c": 49.9}.items():
        write_long_axis_mm(folder / "cases", case, length)
    trainer = object.__new__(UlsTrainer)
    trainer.large_lesions = LargeLesions(times=times, from_mm=50.0)
    trainer.preprocessed_dataset_folder = str(folder / "cases")
    sets = (SimpleNamespace(identifiers=["a", "b", "c"]), SimpleNamespace(identifiers=["a"]))
    with patch.object(nnUNetTrainer, "get_tr_and_val_datasets", lambda _: sets):
        training, validation = trainer.get_tr_and_val_datasets()
    assert validation.identifiers == ["a"]
    return sorted(training.identifiers)


def interrupted_checkpoint(folder: Path) -> str:
    """What an earlier checkpoint holds after the next one was interrupted halfway."""
    from training.nnunet.run.uls_trainer import UlsTrainer, nnUNetTrainer

    file = folder / "checkpoint_latest.pth"
    file.write_text("whole")

    def half(_: Any, name: str) -> None:
        Path(name).write_text("ha")
        raise KeyboardInterrupt

    trainer = object.__new__(UlsTrainer)
    trainer.disable_checkpointing, trainer.local_rank = False, 0
    with patch.object(nnUNetTrainer, "save_checkpoint", half):
        try:
            trainer.save_checkpoint(str(file))
        except KeyboardInterrupt:
            return file.read_text()
    return "not interrupted"


def steps_until_told(losses: list[float], *, scaled: bool = False) -> list[Any]:
    """How many steps are done before the training is ended, and what is said."""
    from training.nnunet.run.uls_trainer import nnUNetTrainer

    trainer = bare_trainer(scaled=scaled)
    for done, loss in enumerate(losses, 1):
        with patch.object(nnUNetTrainer, "train_step", lambda *_, loss=loss: {"loss": loss}):
            try:
                trainer.train_step({})
            except UserError as error:
                return [done, str(error)]
    return [len(losses), ""]


def validation_told() -> str:
    """What is said of a validation loss that is no number."""
    try:
        bare_trainer(scaled=True).on_validation_epoch_end([{"loss": 1.0}, {"loss": float("nan")}])
    except UserError as error:
        return str(error)
    return ""


def bare_trainer(*, scaled: bool) -> Any:
    from training.nnunet.run.uls_trainer import UlsTrainer

    trainer = object.__new__(UlsTrainer)
    trainer.finite, trainer.grad_scaler = FiniteLoss(), object() if scaled else None
    trainer.current_epoch, trainer.num_epochs = 6, 500
    return trainer


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))))
