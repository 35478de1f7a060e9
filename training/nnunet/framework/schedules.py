"""The trainers by name: how many epochs, and at which initial learning rate. Pure data."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["FINE_TUNE", "INITIAL_LR", "SCHEDULES", "TRAINERS_FOLDER", "Schedule"]

TRAINERS_FOLDER = Path(__file__).parents[1] / "trainers"
"""What `nnUNet_extTrainer` names, so that nnU-Net finds these trainers in no installed package."""

INITIAL_LR = 1e-2
"""nnU-Net's own initial learning rate, decayed polynomially to 0."""


@dataclass(frozen=True)
class Schedule:
    """How long a trainer trains, and how fast it begins."""

    epochs: int
    initial_lr: float


FINE_TUNE = "nnUNetTrainer_ULS_300_FineTune"
"""Fine-tuning of the HCUCH paper: 300 epochs from a learning rate of 1e-4."""

_EPOCHS = {"3k": 3000, "2k": 2000, "1k": 1000, "500": 500}
_PARTS = {"": 1.0, "_HalfLR": 0.5, "_QuarterLR": 0.25}

SCHEDULES: dict[str, Schedule] = {
    f"nnUNetTrainer_ULS_{length}{part}": Schedule(epochs, INITIAL_LR * factor)
    for length, epochs in _EPOCHS.items()
    for part, factor in _PARTS.items()
} | {FINE_TUNE: Schedule(300, 1e-4)}
"""The challenge's trainers (1k and 500 at the full rate are ours), and `FINE_TUNE`."""
