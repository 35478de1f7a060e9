"""What every case needs to know of the whole run."""

from dataclasses import dataclass, field
from pathlib import Path

from training.data.grabcut.recipe import DEFAULT_RECIPE, GrabCutRecipe
from training.data.splits import DEFAULT_SEED, Part

__all__ = ["MIN_AXIS_PX", "WORK", "Plan"]

WORK = ".work"
"""Folder in the output folder that holds what a restart needs."""

MIN_AXIS_PX = 5.0
"""Smaller lesions are dropped (the challenge's data preparation)."""


@dataclass(frozen=True)
class Plan:
    """How cases are made into VOIs.

    Attributes:
        output: the output folder.
        dataset_folder: nnU-Net's data set folder, relative to it; None where none is asked for.
        clicks: VOIs per lesion.
        seed: of the clicks.
        test_set: leave out lesions that are wider than a VOI.
        trust_grid: let masks lie on their images' voxels whatever their headers say.
        min_axis_px: lesions with a smaller ellipse axis are dropped.
        recipe: how pseudo-masks are made of measurements; None takes plain ellipses.
    """

    output: Path
    dataset_folder: str | None
    clicks: int = 1
    seed: int = DEFAULT_SEED
    test_set: bool = False
    trust_grid: bool = False
    min_axis_px: float = MIN_AXIS_PX
    recipe: GrabCutRecipe | None = field(default=DEFAULT_RECIPE)

    def voi_files(self, name: str, part: Part) -> tuple[str, str]:
        """Say where a VOI's image and label go, relative to the output folder."""
        if self.dataset_folder is None:
            return f"{WORK}/vois/{name}_image.nii.gz", f"{WORK}/vois/{name}_label.nii.gz"
        which = "Tr" if part == "train" else "Ts"
        folder = self.dataset_folder
        return f"{folder}/images{which}/{name}_0000.nii.gz", f"{folder}/labels{which}/{name}.nii.gz"

    @property
    def records(self) -> Path:
        """Folder of the finished cases' records."""
        return self.output / WORK / "cases"

    def record_file(self, case_name: str) -> Path:
        """Say where a case's record lies."""
        return self.records / f"{case_name}.json"
