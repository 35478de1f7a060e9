"""Folds for cross-validation, of whole patients."""

from collections.abc import Mapping

from training.data.splits import DEFAULT_SEED, shuffled
from uls.workshop.errors import InputError

__all__ = ["folds_by_patient"]


def folds_by_patient(
    patients: Mapping[str, str], *, folds: int = 5, seed: int = DEFAULT_SEED
) -> list[dict[str, list[str]]]:
    """Split cases into folds for cross-validation, all cases of a patient in the same one.

    Args:
        patients: by case, whose it is.
        folds: how many; at most as many as there are patients.
        seed: of the draw.

    Returns:
        Per fold the cases of `train` and `val`, sorted: nnU-Net's splits_final.json. Folds are
        filled with the patients of most cases first, so that they are about equally large.

    Raises:
        InputError: there are fewer patients than folds.
    """
    cases_of: dict[str, list[str]] = {}
    for case, patient in patients.items():
        cases_of.setdefault(patient, []).append(case)
    if not 2 <= folds <= len(cases_of):
        raise InputError.about(
            "folds",
            expected=f"2 to {len(cases_of)} folds, the number of patients",
            found=f"{folds}",
        )
    val: list[list[str]] = [[] for _ in range(folds)]
    for patient in sorted(shuffled("folds", cases_of, seed), key=lambda p: -len(cases_of[p])):
        min(val, key=len).extend(cases_of[patient])
    return [{"train": sorted(set(patients) - set(part)), "val": sorted(part)} for part in val]
