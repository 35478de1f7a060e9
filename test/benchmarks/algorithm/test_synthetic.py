"""The synthetic job is one that a job reads, and the instant engine finds a lesion in it."""

from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from benchmarks.algorithm.synthetic import SPACING_MM, synthetic_voi, write_job
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX
from uls.images.stack import read_vois
from uls.platform.sockets import find_job


def test_vois_repeat_after_four(tmp_path: Path) -> None:
    (stack,) = find_job(write_job(tmp_path, vois=5))
    vois = list(read_vois(stack.header))
    assert stack.spacings_mm == (SPACING_MM,) * 5
    np.testing.assert_array_equal(vois[1], synthetic_voi(1))
    np.testing.assert_array_equal(vois[4], vois[0])
    assert not np.array_equal(vois[0], vois[3])


def test_others_read_the_stack_too(tmp_path: Path) -> None:
    folder = write_job(tmp_path, vois=1)
    (path,) = folder.rglob("*.mha")
    image: Any = sitk.ReadImage(str(path))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), synthetic_voi(0))


def test_a_voi_looks_like_ct() -> None:
    voi = synthetic_voi(2)
    assert (voi.shape, voi.dtype) == (VOI_SHAPE_ZYX, np.int16)
    assert voi[0, 0, 0] == -1000
    z, y, x = CLICK_ZYX
    around = voi[z - 1 : z + 2, y - 1 : y + 2, x - 1 : x + 2]
    assert abs(around.mean() - 110) < 3 * 18 / 27**0.5
