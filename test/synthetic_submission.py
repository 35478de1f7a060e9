"""A small submission and its reference data on disk, for tests to spoil."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from synthetic_stacks import write_image

from evaluation.scoring.options import Missing, Options
from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.platform.slugs import MASK_SLUG, STACK_SLUG

Mask = npt.NDArray[Any]

SPACING_MM = [0.5, 0.5, 2.0]

CLICK = 128
"""The clicked column and row; `block` counts from here."""


def block(*, z: int = 4, y: int = 10, x: int = 10, right: int = 0, value: int = 1) -> Mask:
    """A VOI's mask: a block that begins on the click, or `right` voxels to its right."""
    mask = np.zeros(VOI_SHAPE_ZYX, dtype=np.uint8)
    mask[64 : 64 + z, CLICK : CLICK + y, CLICK + right : CLICK + right + x] = value
    return mask


def empty() -> Mask:
    return np.zeros(VOI_SHAPE_ZYX, dtype=np.uint8)


@dataclass
class Submission:
    """Reference data of one or several stacks, and one job for each, as the platform has them.

    Attributes:
        folder: everything lies under here.
        jobs: what predictions.json will hold; tests change entries.
        single, multi, spacing: what the reference JSON files will hold, by stack.
    """

    folder: Path
    jobs: list[dict[str, Any]] = field(default_factory=list)
    single: dict[str, Any] = field(default_factory=dict)
    multi: dict[str, Any] = field(default_factory=dict)
    spacing: dict[str, Any] = field(default_factory=dict)

    @property
    def input_folder(self) -> Path:
        return self.folder / "input"

    @property
    def output_folder(self) -> Path:
        return self.folder / "output"

    @property
    def ground_truth(self) -> Path:
        return self.folder / "ground-truth"

    @property
    def metrics_file(self) -> Path:
        return self.output_folder / "metrics.json"

    def mask_file(self, stack: str = "stack") -> Path:
        folder = self.input_folder / f"job-{stack}" / "output" / "images" / "ct-binary-uls"
        return folder / f"mask-{stack}.mha"

    def add_stack(
        self,
        references: list[Mask],
        predictions: list[Mask],
        *,
        name: str = "stack",
        single: list[int] | None = None,
        multi: list[Any] | None = None,
    ) -> None:
        """Write one stack's reference and prediction; by default every VOI is a lesion."""
        write_image(self.ground_truth / f"{name}.mha", np.concatenate(references))
        write_image(self.mask_file(name), np.concatenate(predictions))
        self.single[name] = list(range(len(references))) if single is None else single
        self.multi[name] = multi or []
        self.spacing[name] = [SPACING_MM] * len(references)
        self.jobs.append(job(name))

    def write(self) -> None:
        """Write the JSON files: lists for one stack, objects by name for several."""
        for file, content in (
            ("single_sample.json", self.single),
            ("multi_sample.json", self.multi),
            ("stacked_spacing.json", self.spacing),
        ):
            alone = len(self.single) == 1
            document = next(iter(content.values())) if alone else content
            (self.ground_truth / file).write_text(json.dumps(document))
        (self.input_folder / "predictions.json").write_text(json.dumps(self.jobs))

    def options(self, *, missing: Missing = Missing.ERROR) -> Options:
        self.write()
        return Options(
            input_folder=self.input_folder,
            output_folder=self.output_folder,
            ground_truth=self.ground_truth,
            missing=missing,
        )


def job(stack: str) -> dict[str, Any]:
    """An entry of predictions.json, as newer platforms write it."""
    return {
        "pk": f"job-{stack}",
        "status": "Succeeded",
        "inputs": [
            {"socket": {"slug": "stacked-3d-volumetric-spacings"}, "value": [SPACING_MM]},
            {"socket": {"slug": STACK_SLUG}, "image": {"name": f"{stack}.mha", "pk": "any"}},
        ],
        "outputs": [
            {"socket": {"slug": MASK_SLUG}, "image": {"name": "any", "pk": f"mask-{stack}"}}
        ],
    }


def three_vois(folder: Path) -> Submission:
    """Three VOIs: a perfect prediction, one that is half off, an empty one; 0 and 1 are one lesion.

    In VOI 1 the block lies 5 voxels of 0.5 mm further right; a shift of 2.5 mm brings it back.
    """
    made = Submission(folder)
    made.add_stack(
        references=[block(), block(), block()],
        predictions=[block(), block(right=5), empty()],
        multi=[[[0, 1, [2.5, 0.0, 0.0]]]],
    )
    return made
