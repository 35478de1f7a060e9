"""An nnU-Net v2 result folder: which networks it holds, and how they want to be run.

Reads `plans.json` and `dataset.json`; knows nothing of tensors, imports no torch, and looks up no
class that a plan or a checkpoint names.
"""

import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from algorithm.models.importing.nnunet_recipe import Field, Recipe, recipe
from algorithm.models.importing.nnunet_task import check_task
from algorithm.models.importing.plans import Plans
from algorithm.models.json_files import read_object
from uls.workshop.errors import CallError, ModelError

__all__ = ["ResultFolder", "folds_in"]

_log = logging.getLogger(__name__)

_CHECKPOINTS = {
    None: ("checkpoint_final.pth", "checkpoint_best.pth"),
    "final": ("checkpoint_final.pth",),
    "best": ("checkpoint_best.pth",),
    "latest": ("checkpoint_latest.pth",),
}
"""Which file each wish means; without one the final checkpoint goes first, as in nnU-Net."""

_FOLD = re.compile(r"fold_(all|0|[1-9][0-9]*)")
"""What nnU-Net calls the folder of a fold; `fold_0_backup` or `fold_00` is none of its."""

_BESIDE = "It lies beside plans.json where nnU-Net trained (nnUNet_results): copy it from there."
_TRAINED = "Copy the whole folder that nnU-Net trained into, fold_*/checkpoint_final.pth included."


def folds_in(folder: Path) -> tuple[str, ...]:
    """List the folds of a result folder: `0`, `1`, …, then `all`.

    A folder of a name that nnU-Net gives to no fold, such as a copy of one, is left out, and the
    log says so.
    """
    found: list[str] = []
    for path in sorted(folder.glob("fold_*")):
        if not path.is_dir():
            continue
        if name := _FOLD.fullmatch(path.name):
            found.append(name[1])
        else:
            _log.warning(
                "%s is left out: nnU-Net calls the folder of a fold fold_<number> or fold_all",
                path,
            )
    return tuple(sorted(found, key=lambda fold: (fold == "all", len(fold), fold)))


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
            hint = "Check the path; the folder holds plans.json, dataset.json and fold_*."
            raise ModelError.about(
                path, expected="an nnU-Net result folder", found="no folder", hint=hint
            )
        plans = Plans.read(path / "plans.json")
        dataset = read_object(path / "dataset.json", missing_hint=_BESIDE)
        check_task(path / "dataset.json", dataset)
        if plans.label_manager != "LabelManager":
            found = repr(plans.label_manager)
            hint = "A changed nnU-Net trained it, whose labels this program does not know."
            raise ModelError.about(
                plans.path, expected="nnU-Net's LabelManager", found=found, hint=hint
            )
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
        there = folds_in(self.path)
        numbered = tuple(fold for fold in there if fold != "all")
        folds = wanted or numbered or there
        missing = [fold for fold in folds if fold not in there]
        if missing or not folds:
            expected = " and ".join(f"a folder fold_{fold}" for fold in missing or ["*"])
            found = f"the folds {', '.join(there)}" if there else "none"
            hint = "Name folds that are there." if there else _TRAINED
            raise ModelError.about(self.path, expected=expected, found=found, hint=hint)
        return folds

    def checkpoints(
        self, folds: tuple[str, ...], wanted: str | None = None
    ) -> tuple[tuple[str, Path], ...]:
        """Give each fold and its checkpoint, the same kind in all of them.

        Args:
            folds: as `folds` gives them.
            wanted: `best`, `final`, `latest` or a file name; by default the final one, or the best
                where not every fold has a final one.

        Raises:
            ModelError: not every fold has the checkpoint.
            CallError: what is wanted is a path.
        """
        names = _CHECKPOINTS.get(wanted) or (str(wanted),)
        if any(Path(name).name != name for name in names):
            expected = "best, final, latest, or the name of a file in each fold's folder"
            raise CallError.about("the checkpoint", expected=expected, found=f"a path, {wanted}")
        for name in names:
            paths = tuple((fold, self.path / f"fold_{fold}" / name) for fold in folds)
            if all(path.is_file() for _, path in paths):
                return paths
        raise self._no_checkpoint(folds, names)

    def _no_checkpoint(self, folds: tuple[str, ...], names: tuple[str, ...]) -> ModelError:
        """Say which fold lacks its checkpoint, what is there, and what to do about it."""
        in_folds = {
            fold: sorted(path.name for path in (self.path / f"fold_{fold}").glob("[!.]*.pth"))
            for fold in folds
        }
        have = [[fold for fold in folds if name in in_folds[fold]] for name in names]
        files = sorted({name for there in in_folds.values() for name in there})
        if has := max(have, key=len):
            hint = f"Take the folds that have one: --fold {' --fold '.join(has)}."
        elif "checkpoint_latest.pth" in files:
            hint = (
                "The training did not end: let it end, or import what there is by `weights import "
                "--checkpoint latest`."
            )
        else:
            hint = f"Name one of the files by `weights import --checkpoint`. {_TRAINED}"
        return ModelError.about(
            self.path,
            expected=f"{' or '.join(names)} in every one of the folds {', '.join(folds)}",
            found="; ".join(
                f"in fold_{fold} {', '.join(there) or 'no checkpoint'}"
                for fold, there in in_folds.items()
            ),
            hint=hint,
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
