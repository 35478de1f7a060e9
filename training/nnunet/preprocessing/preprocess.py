"""Cases made ready for training: cropped around the click, normalised, stored for nnU-Net.

nnU-Net's own preprocessor does the work, case by case; a case that is done is not done again.
"""

import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from training.nnunet.data.raw_dataset import RawDataset
from training.nnunet.framework.environment import nnunet
from training.nnunet.planning.auto_plans import resamples
from training.nnunet.planning.presets import Zyx
from training.nnunet.preprocessing.cases import Case, read_case
from training.nnunet.preprocessing.lesion_sizes import long_axis_mm, write_long_axis_mm
from training.nnunet.preprocessing.parallel import mapped
from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.images.written import write_image

__all__ = ["preprocess"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Job:
    """All that a process must know to prepare a case."""

    raw: RawDataset
    plans: Mapping[str, Any]
    configuration: str
    folder: Path

    @property
    def cases_folder(self) -> Path:
        configuration = self.plans["configurations"][self.configuration]
        return self.folder / str(configuration["data_identifier"])

    @property
    def network_patch(self) -> tuple[int, ...]:
        """The patch along the network's axes, which plans may transpose."""
        return tuple(self.plans["configurations"][self.configuration]["patch_size"])

    @property
    def patch_zyx(self) -> Zyx:
        """What a case is cropped to; whole VOIs are resampled, whose patch is of other voxels."""
        if resamples(self.plans, self.configuration):
            return VOI_SHAPE_ZYX
        z, y, x = (self.network_patch[axis] for axis in self.plans["transpose_backward"])
        return z, y, x

    def is_done(self, case: str) -> bool:
        """Say whether a case is there: its image takes its name last."""
        return (self.cases_folder / f"{case}.b2nd").exists()


def preprocess(
    raw: RawDataset,
    plans: Mapping[str, Any],
    configuration: str,
    folder: Path,
    *,
    processes: int = 1,
) -> None:
    """Make a data set's cases ready for training.

    Args:
        raw: the data set.
        plans: how.
        configuration: which configuration of the plans.
        folder: where nnU-Net looks for this data set; cases that are there already stay.
        processes: how many work at it.

    Raises:
        InputError: a case cannot be read or does not fit.
    """
    job = _Job(raw, plans, configuration, folder)
    job.cases_folder.mkdir(parents=True, exist_ok=True)
    left = [case for case in raw.cases if not job.is_done(case)]
    if len(left) < len(raw.cases):
        _log.info("%s: %d of %d cases done already", raw.name, *_done(left, raw))
    for _ in mapped(partial(_prepare, job), left, processes=processes, about="Preparing"):
        pass
    shutil.rmtree(_scratch(job), ignore_errors=True)


def _done(left: list[str], raw: RawDataset) -> tuple[int, int]:
    return len(raw.cases) - len(left), len(raw.cases)


def _prepare(job: _Job, case: str) -> None:
    voi = read_case(job.raw, case, job.patch_zyx)
    _write_label(voi, job.folder / "gt_segmentations" / f"{case}{job.raw.ending}")
    write_long_axis_mm(job.cases_folder, case, long_axis_mm(voi.label == 1, voi.spacing_mm))
    scratch = _scratch(job) / case
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    with nnunet(trainers=False):
        _save(job, voi, scratch / case)
    for ending in ("_seg.b2nd", ".pkl", ".b2nd"):
        (scratch / f"{case}{ending}").replace(job.cases_folder / f"{case}{ending}")
    scratch.rmdir()


def _save(job: _Job, voi: Case, path: Path) -> None:
    """Have nnU-Net normalise a case and store it."""
    from nnunetv2.preprocessing.preprocessors.default_preprocessor import (  # noqa: PLC0415
        DefaultPreprocessor,
    )
    from nnunetv2.training.dataloading.nnunet_dataset import (  # noqa: PLC0415
        comp_blosc2_params,
        nnUNetDatasetBlosc2,
    )
    from nnunetv2.utilities.plans_handling.plans_handler import PlansManager  # noqa: PLC0415

    plans = PlansManager(dict(job.plans))
    image, label, properties = DefaultPreprocessor(verbose=False).run_case_npy(
        _kept_whole(voi.image_hu)[None],
        voi.label[None],
        _properties(voi),
        plans,
        plans.get_configuration(job.configuration),
        job.raw.json,
    )
    image, label = image.astype(np.float32, copy=False), label.astype(np.int16, copy=False)
    blocks, chunks = comp_blosc2_params(image.shape, job.network_patch, image.itemsize)
    label_blocks, label_chunks = comp_blosc2_params(label.shape, job.network_patch, label.itemsize)
    nnUNetDatasetBlosc2.save_case(
        image,
        label,
        properties,
        str(path),
        chunks=chunks,
        blocks=blocks,
        chunks_seg=label_chunks,
        blocks_seg=label_blocks,
    )


def _kept_whole(image_hu: Any) -> Any:
    """Keep nnU-Net from cropping a VOI to its voxels that are not 0 HU.

    A voxel's place in the VOI says which lesion is meant, and `algorithm` does not crop either. Two
    opposite corners of exactly 0 HU become 1 HU, so that the box of such voxels is the whole VOI.
    """
    whole = image_hu.copy()
    for corner in ((0, 0, 0), (-1, -1, -1)):
        if whole[corner] == 0:
            whole[corner] = 1
    return whole


def _properties(voi: Case) -> dict[str, Any]:
    """Describe a case's geometry as nnU-Net's own reader does."""
    return {
        "sitk_stuff": {
            "spacing": voi.spacing_mm,
            "origin": voi.origin_mm,
            "direction": voi.direction,
        },
        "spacing": list(voi.spacing_mm[::-1]),
    }


def _write_label(voi: Case, path: Path) -> None:
    """Write the cropped label, which nnU-Net's validation compares with."""
    image = sitk.GetImageFromArray(voi.label.astype(np.uint8))
    image.SetSpacing(voi.spacing_mm)
    image.SetOrigin(voi.origin_mm)
    image.SetDirection(voi.direction)
    write_image(image, path)


def _scratch(job: _Job) -> Path:
    return job.folder / ".preparing"
