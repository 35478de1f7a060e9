"""Tries our trainers inside nnunetv2, whose import warns too much for pytest; prints facts."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from training.nnunet.environment import nnunet
from training.nnunet.lesion_sizes import write_long_axis_mm
from training.nnunet.schedules import FINE_TUNE
from training.nnunet.settings import LargeLesions


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
        }


def drawn(folder: Path, *, times: int) -> list[str]:
    """What is drawn from when lesions are 60, 50 and 49.9 mm long."""
    from training.nnunet.uls_trainer import UlsTrainer, nnUNetTrainer

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
    from training.nnunet.uls_trainer import UlsTrainer, nnUNetTrainer

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


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))))
