"""The whole job on VOIs cut from real CT: sane masks, whatever their quality."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from real_ct import lesion_names, read_lesion, write_real_job

from uls.geometry.voi import CLICK_ZYX
from uls.platform.slugs import MASK_FOLDER, STACK_FOLDER

pytestmark = [
    pytest.mark.real_ct,
    pytest.mark.skipif(not lesion_names(), reason="no real CT beside this checkout (../shared/ct)"),
]


def test_masks_of_real_lesions_hold_the_click_and_keep_the_geometry(tmp_path: Path) -> None:
    lesions = [
        read_lesion(name) for name in ("4DLung-113_tumour", "STS_019_tumour", "STS_041_tumour")
    ]
    references = write_real_job(tmp_path / "in", lesions)
    command = [
        "-m",
        "algorithm",
        "--input",
        str(tmp_path / "in"),
        "--output",
        str(tmp_path / "out"),
    ]
    subprocess.run([sys.executable, *command], check=True, capture_output=True, text=True)

    mask_image = sitk.ReadImage(str(tmp_path / "out" / MASK_FOLDER / "real.mha"))
    stack_image = sitk.ReadImage(str(tmp_path / "in" / STACK_FOLDER / "real.mha"))
    assert mask_image.GetSize() == stack_image.GetSize()
    assert mask_image.GetSpacing() == stack_image.GetSpacing()
    masks = sitk.GetArrayFromImage(mask_image).reshape(len(lesions), 128, 256, 256)
    assert set(np.unique(masks)) == {0, 1}
    for mask, reference in zip(masks, references.reshape(masks.shape), strict=True):
        assert mask[CLICK_ZYX] == 1
        assert 100 < mask.sum() < mask.size / 4
        assert np.count_nonzero(mask & reference) > mask.sum() / 4
