"""Folds that were trained apart made into one result folder, the ensemble that `algorithm` runs."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from algorithm.models.find_model import find_result_folder
from algorithm.models.importing.nnunet import ResultFolder, folds_in
from uls.workshop.beside import folder_beside
from uls.workshop.errors import CallError, ModelError

__all__ = ["join_folds"]

_SHARED = ("plans.json", "dataset.json", "dataset_fingerprint.json")


def join_folds(folders: Sequence[Path], output: Path) -> Path:
    """Copy the folds of several result folders into one.

    Args:
        folders: result folders of the same plans and data set, or folders that hold one each, no
            fold twice; what nnU-Net calls no fold is left out.
        output: the folder to make.

    Raises:
        ModelError: a folder is no result folder, or of another training.
        CallError: a fold is there twice, or the output exists.
    """
    if output.exists():
        raise CallError.about("--output", expected="a folder to make", found=f"{output} exists")
    folds: dict[str, Path] = {}
    sources = [find_result_folder(folder) for folder in folders]
    for folder in sources:
        _check_alike(folder, sources[0])
        for fold in (folder / f"fold_{name}" for name in folds_in(folder)):
            if fold.name in folds:
                found = f"it in {folds[fold.name].parent} and in {folder}"
                raise CallError.about(fold.name, expected="each fold once", found=found)
            folds[fold.name] = fold
    with folder_beside(output) as place:
        for fold in folds.values():
            shutil.copytree(fold, place / fold.name)
        for name in _SHARED:
            if (sources[0] / name).exists():
                shutil.copyfile(sources[0] / name, place / name)
    return output


def _check_alike(folder: Path, first: Path) -> None:
    ResultFolder.read(folder)
    for name in ("plans.json", "dataset.json"):
        if json.loads((folder / name).read_bytes()) != json.loads((first / name).read_bytes()):
            raise ModelError.about(
                folder / name,
                expected=f"the same as in {first}",
                found="something else",
                hint="Only folds of one training, on one plan of one data set, make an ensemble.",
            )
