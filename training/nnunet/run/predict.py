"""Masks of many VOIs by a model: the same network, and the same clicked lesion, as `algorithm`."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from training.jobs.stages import Stage, Stages
from training.nnunet.run.settings import Prediction
from uls.geometry.lesion import DEFAULT_REACH_MM, Policy, clicked
from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.images.scan_reading import read_image
from uls.images.written import write_image
from uls.workshop.errors import InputError
from uls.workshop.folder_scan import listed, shown
from uls.workshop.progress import progress

if TYPE_CHECKING:
    from algorithm.inference.predictor import Predictor

__all__ = ["MASKS", "image_files", "predict_case", "predict_folder", "predict_stage"]

_log = logging.getLogger(__name__)

MASKS = "masks"
"""The folder of a job that holds the masks, `<case>.nii.gz`."""

ENDINGS = (".nii.gz", ".mha", ".nii")
_CHANNEL = "_0000"


def predict_folder(prediction: Prediction, root: Path) -> Path:
    """Predict a folder of VOIs in the job folder `root`; give the folder of masks."""
    stages = Stages(root)
    with stages.alone():
        stages.run(predict_stage(prediction, root / MASKS))
    return root / MASKS


def predict_stage(prediction: Prediction, output: Path, *, name: str = "predict") -> Stage:
    """Describe the stage that predicts a folder of VOIs."""
    return Stage(
        name=name,
        output=output,
        work=lambda place: _predict_all(prediction, place),
        settings={
            "mirror": prediction.mirror,
            "precision": prediction.engine.precision,
            "policy": Policy.NEAREST.value,
            "reach_mm": DEFAULT_REACH_MM,
        },
        inputs={"model": prediction.model, "images": prediction.images},
    )


def image_files(folder: Path) -> dict[str, Path]:
    """Give the images of a folder by the name of their case.

    Raises:
        InputError: there is none, or a case has two.
    """
    found: dict[str, Path] = {}
    for path in listed(folder, ENDINGS) if folder.is_dir() else []:
        ending = next(ending for ending in ENDINGS if path.name.lower().endswith(ending))
        case = path.name[: -len(ending)].removesuffix(_CHANNEL)
        if other := found.get(case):
            raise InputError.about(path, expected="one image a case", found=f"{other.name} as well")
        found[case] = path
    if not found:
        expected = f"images ({', '.join(ENDINGS)})"
        raise InputError.about(folder, expected=expected, found=f"none ({shown(folder)})")
    return found


def _predict_all(prediction: Prediction, place: Path) -> None:
    """Predict the cases that have no mask yet."""
    place.mkdir(parents=True, exist_ok=True)
    images = image_files(prediction.images)
    left = [case for case in images if not (place / f"{case}.nii.gz").exists()]
    if len(left) < len(images):
        _log.info("%d of %d masks are there already", len(images) - len(left), len(images))
    if not left:
        return
    from algorithm.cli.load import load_predictor  # noqa: PLC0415  (--help needs none of it)

    predictor = load_predictor(prediction.model, prediction.engine)
    cases = progress(left, "Predicting", total=len(left), unit="VOI")
    empty = [
        case
        for case in cases
        if not predict_case(prediction, predictor, images[case], place / f"{case}.nii.gz")
    ]
    if empty:
        _log.warning("No lesion found in %d of %d VOIs", len(empty), len(left))


def predict_case(
    prediction: Prediction, predictor: "Predictor", source: Path, target: Path
) -> bool:
    """Write the mask of one VOI; say whether it holds anything.

    Raises:
        InputError: the image cannot be read, or is no VOI.
    """
    image = read_image(source)
    voi = sitk.GetArrayViewFromImage(image)
    shape = voi.shape
    if shape != VOI_SHAPE_ZYX:
        raise InputError.about(
            source,
            expected=f"a VOI of {VOI_SHAPE_ZYX} voxels (z, y, x), the click in its centre",
            found=f"{shape}",
            hint="`python -m training prepare` cuts such VOIs.",
        )
    spacing_mm = image.GetSpacing()
    mask = clicked(
        predictor.predict(voi, spacing_mm=spacing_mm, mirror=prediction.mirror) > 0,
        spacing_mm=spacing_mm,
        policy=Policy.NEAREST,
        reach_mm=DEFAULT_REACH_MM,
    ).mask
    _write(mask, image, target)
    return bool(mask.any())


def _write(mask: npt.NDArray[np.bool_], like: sitk.Image, path: Path) -> None:
    image = sitk.GetImageFromArray(mask.astype(np.uint8))
    image.CopyInformation(like)
    write_image(image, path)
