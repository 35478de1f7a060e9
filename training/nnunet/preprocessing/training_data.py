"""A raw data set made into what nnU-Net trains on: fingerprint, plans, folds, prepared cases."""

import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from training.data.folds import folds_by_patient
from training.jobs.stages import write_json
from training.nnunet.data.raw_dataset import RawDataset
from training.nnunet.planning.plans import make_plans, patch_of
from training.nnunet.planning.presets import Overrides, Preset
from training.nnunet.preprocessing.fingerprint import fingerprint
from training.nnunet.preprocessing.prepared import patients_of
from training.nnunet.preprocessing.preprocess import preprocess
from uls.workshop.errors import InputError
from uls.workshop.folder_scan import listed

__all__ = ["TrainingData", "folds_of", "prepare_as_plans", "prepare_as_preset"]

_log = logging.getLogger(__name__)

_FINGERPRINT = "dataset_fingerprint.json"
_SPLITS = "splits_final.json"
_MOST_FOLDS = 5


@dataclass(frozen=True)
class TrainingData:
    """A prepared data set.

    Attributes:
        root: the folder that holds it, nnU-Net's `nnUNet_preprocessed`.
        dataset: its name.
        plans_name: which plans.
        configuration: which of their configurations was prepared.
    """

    root: Path
    dataset: str
    plans_name: str
    configuration: str

    @classmethod
    def read(cls, root: Path) -> Self:
        """Find the one data set that a folder holds, prepared for one configuration.

        Raises:
            InputError: it holds none, or several.
        """
        found = [
            (path.parent.name, path.stem, configuration)
            for folder in sorted(root.glob("Dataset*"))
            for path in listed(folder, (".json",))
            for configuration, entry in _configurations(path).items()
            if (path.parent / str(entry.get("data_identifier"))).is_dir()
        ]
        if len(found) != 1:
            raise InputError.about(
                root,
                expected="one data set, prepared for one configuration",
                found=", ".join("/".join(one) for one in found) or "none",
                hint="`python -m training nnunet plan` makes it.",
            )
        return cls(root, *found[0])

    @property
    def plans(self) -> dict[str, Any]:
        """Its plans."""
        content: dict[str, Any] = json.loads(
            (self.root / self.dataset / f"{self.plans_name}.json").read_bytes()
        )
        return content

    @property
    def folds(self) -> int:
        """How many folds it is split into; 0 where its patients are too few."""
        path = self.root / self.dataset / _SPLITS
        return len(json.loads(path.read_bytes())) if path.exists() else 0


def prepare_as_preset(
    raw: RawDataset, preset: Preset, overrides: Overrides, root: Path, *, processes: int = 1
) -> None:
    """Plan and prepare a data set by a preset, in the folder `root`; what is done there stays.

    Raises:
        InputError: a case cannot be read or does not fit, or no network of it could run.
    """
    raw.check_trainable()
    folder = root / raw.name
    measured = folder / _FINGERPRINT
    if not measured.exists():
        patch = patch_of(preset, overrides)
        write_json(measured, fingerprint(raw, patch, processes=processes))
    plans_file = folder / f"{preset.plans_name}.json"
    if not plans_file.exists():
        statistics = json.loads(measured.read_bytes())
        write_json(plans_file, make_plans(raw, statistics, preset, overrides))
    plans = json.loads(plans_file.read_bytes())
    _complete(raw, plans, preset.configuration, folder, processes=processes)


def prepare_as_plans(
    raw: RawDataset,
    plans: Mapping[str, Any],
    configuration: str,
    root: Path,
    *,
    processes: int = 1,
) -> None:
    """Prepare a data set by the plans of another, as a hand-over of weights needs it."""
    folder = root / raw.name
    own = {**plans, "dataset_name": raw.name}
    write_json(folder / f"{own['plans_name']}.json", own)
    if not (folder / _FINGERPRINT).exists():
        write_json(folder / _FINGERPRINT, {"taken_from_plans_of": plans["dataset_name"]})
    _complete(raw, own, configuration, folder, processes=processes)


def _complete(
    raw: RawDataset,
    plans: Mapping[str, Any],
    configuration: str,
    folder: Path,
    *,
    processes: int,
) -> None:
    write_json(folder / "dataset.json", {**raw.json, "numTraining": len(raw.cases)})
    _write_splits(raw, folder / _SPLITS)
    preprocess(raw, plans, configuration, folder, processes=processes)


def folds_of(raw: RawDataset) -> int:
    """Say into how many folds a data set will be split; 0 where it has one patient only."""
    given = raw.folder / _SPLITS
    if given.exists():
        return len(json.loads(given.read_bytes()))
    folds = min(_MOST_FOLDS, len(set(patients_of(raw).values())))
    return folds if folds > 1 else 0


def _write_splits(raw: RawDataset, path: Path) -> None:
    """Take the data set's own folds, or make folds of whole patients."""
    given = raw.folder / _SPLITS
    if given.exists():
        shutil.copyfile(given, path)
    elif folds := folds_of(raw):
        write_json(path, folds_by_patient(patients_of(raw), folds=folds))
    else:
        _log.warning("%s: cases of one patient only: no folds, only the fold `all`", raw.name)


def _configurations(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_bytes())
    found = content.get("configurations", {}) if isinstance(content, dict) else {}
    return found if isinstance(found, dict) else {}
