from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from starter_model import STARTER

from algorithm.engines.engine_names import EngineSettings
from training.nnunet.run.predict import image_files, predict_folder
from training.nnunet.run.settings import Prediction
from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.workshop.errors import InputError

ON_CPU = EngineSettings(device="cpu", precision="f32")


def write_voi(path: Path, *, shape: tuple[int, int, int] = VOI_SHAPE_ZYX) -> None:
    """A bright ball in soft tissue, 8 voxels in radius, around the click."""
    path.parent.mkdir(exist_ok=True)
    z, y, x = np.ogrid[tuple(slice(-(n // 2), n - n // 2) for n in shape)]
    hu = np.where(z * z + y * y + x * x <= 64, 100, -20).astype(np.int16)
    image = sitk.GetImageFromArray(hu)
    image.SetSpacing((0.8, 0.8, 1.0))
    image.SetOrigin((5.0, 6.0, 7.0))
    sitk.WriteImage(image, str(path))


def test_masks_lie_where_their_vois_do_and_are_predicted_once(tmp_path: Path) -> None:
    images = tmp_path / "images"
    write_voi(images / "a_0000.nii.gz")
    write_voi(images / "b.nii.gz")
    prediction = Prediction(model=STARTER, images=images, engine=ON_CPU, mirror=0)
    masks = predict_folder(prediction, tmp_path / "run")
    for case, source in {"a": "a_0000.nii.gz", "b": "b.nii.gz"}.items():
        mask, voi = (sitk.ReadImage(str(p)) for p in (masks / f"{case}.nii.gz", images / source))
        assert mask.GetOrigin() == voi.GetOrigin()
        assert mask.GetSpacing() == pytest.approx(voi.GetSpacing())
        assert sitk.GetArrayViewFromImage(mask)[64, 128, 128] == 1
    before = (masks / "a.nii.gz").stat().st_mtime_ns
    predict_folder(prediction, tmp_path / "run")
    assert (masks / "a.nii.gz").stat().st_mtime_ns == before


def test_what_is_no_voi_is_told(tmp_path: Path) -> None:
    write_voi(tmp_path / "images" / "a.nii.gz", shape=(8, 16, 16))
    prediction = Prediction(model=STARTER, images=tmp_path / "images", engine=ON_CPU)
    with pytest.raises(InputError, match=r"a VOI of \(128, 256, 256\) voxels"):
        predict_folder(prediction, tmp_path / "run")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="found none"):
        image_files(tmp_path / "empty")
