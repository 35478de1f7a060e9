"""Folds that were trained apart made into one result folder, the ensemble that `algorithm` runs."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from algorithm.models.nnunet import ResultFolder
from training.stages import partial_place
from uls.errors import CallError, ModelError

__all__ = ["join_folds"]

_SHARED = ("plans.json", "dataset.json", "dataset_fingerprint.json")


def join_folds(folders: Sequence[Path], output: Path) -> Path:
    """Copy the folds of several result folders into one.

    Args:
        folders: result folders of the same plans and data set, no fold twice.
        output: the folder to make.

    Raises:
        ModelError: a folder is no result folder, or of another training.
        CallError: a fold is there twice, or the output exists.
    """
    if output.exists():
        raise CallError.about("--output", expected="a folder to make", found=f"{output} exists")
    folds: dict[str, Path] = {}
    for folder in folders:
        _check_alike(folder, folders[0])
        for fold in sorted(folder.glob("fold_*")):
            if fold.name in folds:
                found = f"it in {folds[fold.name].parent} and in {folder}"
                raise CallError.about(fold.name, expected="each fold once", found=found)
            folds[fold.name] = fold
    place = partial_place(output)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for fold in folds.values():
        shutil.copytree(fold, place / fold.name)
    for name in _SHARED:
        if (folders[0] / name).exists():
            shutil.copyfile(folders[0] / name, place / name)
    place.rename(output)
    return output


def _check_alike(folder: Path, first: Path) -> None:
    ResultFolder.read(folder)
    for name in ("plans.json", "dataset.json"):
        if json.loads((folder / name).read_bytes()) != json.loads((first / name).read_bytes()):
            raise ModelError.about(
                folder / name, expected=f"the same as in {first}", found="something else"
            )
