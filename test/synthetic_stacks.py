"""Small stacks for tests: VOIs of one value with a few marked voxels, written by SimpleITK."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX
from uls.platform.slugs import SPACINGS_FILE, STACK_FOLDER

SPACING_MM = (0.5, 0.75, 2.0)


def voi_with_cube(*, value: int = 100, background: int = -1000, half: int = 2) -> npt.NDArray[Any]:
    """A VOI with a cube of (2·half + 1)³ voxels around the click."""
    voi = np.full(VOI_SHAPE_ZYX, background, dtype=np.int16)
    voi[tuple(slice(c - half, c + half + 1) for c in CLICK_ZYX)] = value
    return voi


def write_image(
    path: Path,
    voxels: npt.NDArray[Any],
    *,
    spacing: Sequence[float] = (1.0, 1.0, 1.0),
    origin: Sequence[float] = (0.0, 0.0, 0.0),
    direction: Sequence[float] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
    compressed: bool = True,
) -> Path:
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing(list(spacing))
    image.SetOrigin(list(origin))
    image.SetDirection(list(direction))
    path.parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(image, str(path), useCompression=compressed)
    return path


def write_job(
    folder: Path,
    stacks: dict[str, npt.NDArray[Any]],
    *,
    spacings: Any = None,
) -> Path:
    """An input folder as the platform lays it out; every VOI has `SPACING_MM` unless told."""
    for name, voxels in stacks.items():
        write_image(folder / STACK_FOLDER / name, voxels)
    lists = {
        name.split(".")[0]: [list(SPACING_MM)] * (len(voxels) // VOI_SHAPE_ZYX[0])
        for name, voxels in stacks.items()
    }
    default: Any = lists if len(lists) != 1 else next(iter(lists.values()))
    (folder / SPACINGS_FILE).write_text(json.dumps(default if spacings is None else spacings))
    return folder
