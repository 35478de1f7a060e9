"""An nnU-Net v2 result folder: which networks it holds, and how they want to be run.

Reads `plans.json` and `dataset.json`; knows nothing of tensors, imports no torch, and looks up no
class that a plan or a checkpoint names.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from algorithm.json_files import read_object
from algorithm.models.nnunet_recipe import Field, Recipe, recipe
from algorithm.models.plans import Plans
from uls.errors import ModelError

__all__ = ["ResultFolder", "is_result_folder"]

_log = logging.getLogger(__name__)

_CHECKPOINTS = {
    None: ("checkpoint_final.pth", "checkpoint_best.pth"),
    "final": ("checkpoint_final.pth",),
    "best": ("checkpoint_best.pth",),
}
"""Which file each wish means; without one the final checkpoint goes first, as in nnU-Net."""


def is_result_folder(folder: Path) -> bool:
    """Say whether a folder looks like an nnU-Net v2 result folder."""
    return (folder / "plans.json").is_file() and any(folder.glob("fold_*/*.pth"))


@dataclass(frozen=True)
class ResultFolder:
    """An nnU-Net v2 result folder whose task is one channel, lesion or not."""

    path: Path
    plans: Plans

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the plans, and make sure of the task.

        Raises:
            ModelError: a file is missing or damaged, or the task is another.
        """
        if not path.is_dir():
            raise ModelError.about(path, expected="an nnU-Net result folder", found="no folder")
        plans = Plans.read(path / "plans.json")
        _check_task(path / "dataset.json", read_object(path / "dataset.json"))
        if plans.label_manager != "LabelManager":
            found = repr(plans.label_manager)
            raise ModelError.about(plans.path, expected="nnU-Net's LabelManager", found=found)
        if "WithReorient" in plans.image_reader_writer:
            _log.warning(
                "%s: trained on images turned to a standard orientation (%s); VOIs are predicted "
                "as they lie in the stack.",
                plans.path,
                plans.image_reader_writer,
            )
        return cls(path, plans)

    def folds(self, wanted: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Give the folds to use: those wanted, else all numbered ones, else `all`.

        Raises:
            ModelError: a wanted fold is not there, or none is.
        """
        there = sorted(folder.name.removeprefix("fold_") for folder in self.path.glob("fold_*"))
        numbered = tuple(fold for fold in there if fold != "all")
        folds = wanted or numbered or tuple(there)
        missing = [fold for fold in folds if fold not in there]
        if missing or not folds:
            expected = " and ".join(f"a folder fold_{fold}" for fold in missing or ["*"])
            found = f"the folds {', '.join(there)}" if there else "none"
            raise ModelError.about(self.path, expected=expected, found=found)
        return folds

    def checkpoints(
        self, folds: tuple[str, ...], wanted: str | None = None
    ) -> tuple[tuple[str, Path], ...]:
        """Give each fold and its checkpoint: `best`, `final`, a file name, or what all folds have.

        Raises:
            ModelError: not every fold has the checkpoint.
        """
        names = _CHECKPOINTS.get(wanted) or (str(wanted),)
        for name in names:
            paths = tuple((fold, self.path / f"fold_{fold}" / name) for fold in folds)
            if all(path.is_file() for _, path in paths):
                return paths
        there = sorted({path.name for path in self.path.glob("fold_*/*.pth")})
        raise ModelError.about(
            self.path,
            expected=f"{' or '.join(names)} in every one of the folds {', '.join(folds)}",
            found=", ".join(there) or "no checkpoint",
        )

    def recipe(
        self,
        *,
        configuration: str,
        mirror_axes: tuple[int, ...],
        field: Field | None = None,
        native_spacing: bool = False,
    ) -> Recipe:
        """Say how the networks of a configuration are built and run; see `nnunet_recipe.recipe`."""
        return recipe(
            self.plans,
            configuration,
            mirror_axes=mirror_axes,
            field=field,
            native_spacing=native_spacing,
        )


def _check_task(path: Path, dataset: dict[str, Any]) -> None:
    labels = dataset.get("labels")
    if not isinstance(labels, dict) or not _is_lesion_or_not(labels):
        expected = "two labels, background 0 and one other 1 (no regions, no ignore label)"
        raise ModelError.about(path, expected=expected, found=f"labels {labels}")
    channels = dataset.get("channel_names", dataset.get("modality"))
    if not isinstance(channels, dict) or len(channels) != 1:
        raise ModelError.about(path, expected="one input channel, CT", found=f"{channels}")


def _is_lesion_or_not(labels: dict[str, Any]) -> bool:
    """Tell whether the labels are background 0 and one lesion 1, as numbers or as text."""
    lesions = {name: label for name, label in labels.items() if name != "background"}
    is_one_class = "ignore" not in lesions and [str(label) for label in lesions.values()] == ["1"]
    return is_one_class and str(labels.get("background")) == "0"
