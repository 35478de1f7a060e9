"""The comparison that CI trusts: it sees geometry, and each VOI by itself."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from masks import disagreement


def written(path: Path, voxels: np.ndarray, *, spacing: float = 1.0) -> Path:
    image = sitk.GetImageFromArray(voxels.astype(np.uint8))
    image.SetSpacing((spacing, 1, 1))
    sitk.WriteImage(image, str(path))
    return path


@pytest.fixture
def stack() -> np.ndarray:
    """Two VOIs of 4 slices: 4,000 voxels of lesion in the first, 4 in the second."""
    voxels = np.zeros((8, 40, 40), dtype=np.uint8)
    voxels[:4, :25] = 1
    voxels[4, :2, :2] = 1
    return voxels


@pytest.mark.parametrize(
    ("voi", "removed", "agrees"),
    [
        # 2 · 3996 / (4000 + 3996) = 0.9995, and 2 · 3990 / 7990 = 0.99875.
        (0, 4, True),
        (0, 10, False),
        # Of all voxels few, of its VOI's a quarter: 2 · 3 / 7 = 0.857.
        (1, 1, False),
        (1, 4, False),
    ],
)
def test_voxels(tmp_path: Path, stack: np.ndarray, voi: int, removed: int, agrees: bool) -> None:
    other = stack.copy()
    lesion = np.argwhere(other[4 * voi : 4 * voi + 4])[:removed]
    other[4 * voi : 4 * voi + 4][tuple(lesion.T)] = 0

    said = disagreement(
        written(tmp_path / "a.mha", stack), written(tmp_path / "b.mha", other), voi_slices=4
    )

    assert (said is None) == agrees
    assert agrees or f"VOI {voi + 1}" in str(said)


def test_geometry(tmp_path: Path, stack: np.ndarray) -> None:
    one, other = written(tmp_path / "a.mha", stack), written(tmp_path / "b.mha", stack, spacing=2)

    assert "GetSpacing" in str(disagreement(one, other))


def test_two_empty_masks_agree(tmp_path: Path, stack: np.ndarray) -> None:
    one, other = (written(tmp_path / f"{name}.mha", 0 * stack) for name in "ab")

    assert disagreement(one, other) is None
