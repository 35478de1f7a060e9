"""What the tests put into a container's folders, and read from them."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk
from containers.engine import Folders
from synthetic_stacks import write_image

from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.platform.slugs import MASK_FOLDER, SPACINGS_FILE, STACK_FOLDER

JOB = "sample"


def masks(path: Path) -> npt.NDArray[np.uint8]:
    """A stack of masks, one VOI a row: shape (n, 128, 256, 256)."""
    voxels: npt.NDArray[np.uint8] = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    return voxels.reshape(-1, *VOI_SHAPE_ZYX)


def empty(folder: Path) -> None:
    """Removes what a folder holds, not the folder: containers have it mounted."""
    for entry in folder.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def give_sample(folders: Folders, sample: Path) -> None:
    """Puts the sample's six VOIs into the input folder, and empties the output folder."""
    empty(folders.input)
    empty(folders.output)
    shutil.copytree(sample / "input", folders.input, dirs_exist_ok=True)


def give_some(folders: Folders, sample: Path, *, vois: Sequence[int], name: str) -> None:
    """Puts some of the sample's VOIs into the input folder, as a stack of another name.

    As on older platforms, there is no inputs.json.
    """
    empty(folders.input)
    empty(folders.output)
    stack = sitk.GetArrayFromImage(sitk.ReadImage(str(sample / f"input/{STACK_FOLDER}/sample.mha")))
    spacings = json.loads((sample / f"input/{SPACINGS_FILE}").read_text())
    chosen = stack.reshape(-1, *VOI_SHAPE_ZYX)[list(vois)].reshape(-1, *VOI_SHAPE_ZYX[1:])
    (folders.input / STACK_FOLDER).mkdir(parents=True)
    write_image(folders.input / STACK_FOLDER / f"{name}.mha", chosen)
    write_json(folders.input / SPACINGS_FILE, [spacings[voi] for voi in vois])


def give_predictions(folders: Folders, sample: Path, predicted: Path) -> None:
    """Puts predictions.json and one job's masks into the input folder; empties the output."""
    empty(folders.input)
    empty(folders.output)
    shutil.copy(sample / "predictions.json", folders.input)
    place = folders.input / JOB / "output" / MASK_FOLDER
    place.mkdir(parents=True)
    shutil.copy(predicted, place / "sample.mha")


def write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content))
