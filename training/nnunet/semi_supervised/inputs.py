"""Whether a run's data fit: found out now, not after weeks of training."""

from collections.abc import Sequence
from pathlib import Path

from training.nnunet.data.raw_dataset import RawDataset
from training.nnunet.semi_supervised.measurements import read_measurements
from uls.workshop.errors import InputError

__all__ = ["check_inputs"]


def check_inputs(full: RawDataset, partial: RawDataset, measurements: Path) -> None:
    """Refuse data sets that cannot be trained on together, and lesions that nobody measured.

    Raises:
        InputError: they do not fit, or a file is wrong.
    """
    _check_all_measured(measurements, partial.cases)
    if full.name == partial.name:
        raise InputError.about(
            partial.folder, expected="data sets of two names", found=f"{full.name} twice"
        )
    for raw in (full, partial):
        raw.check_trainable()


def _check_all_measured(path: Path, cases: Sequence[str]) -> None:
    measured = read_measurements(path)
    if missing := [case for case in cases if case not in measured]:
        raise InputError.about(
            path,
            expected=f"a row for each of the {len(cases)} cases",
            found=f"none for {missing[0]}" + (f" and {len(missing) - 1} more" * bool(missing[1:])),
        )
