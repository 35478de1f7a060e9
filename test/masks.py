"""Compare masks as engines are compared: other BLAS kernels and CPUs move voxels on the edge.

Run as `python test/masks.py A.mha B.mha`, it exits with 1 where two files do not agree.
"""

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

LEAST_DICE = 0.999
"""What `engines.selection.parity` asks of two engines that may stand in for each other."""

_GEOMETRY = ("GetSize", "GetSpacing", "GetOrigin", "GetDirection", "GetPixelIDTypeAsString")


def voxels_of(path: Path) -> npt.NDArray[np.bool_]:
    """Return a mask's voxels (z, y, x); an error if it holds anything but 0 and 1."""
    voxels = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    assert set(np.unique(voxels)) <= {0, 1}, f"{path} is no mask"
    return voxels == 1


def disagreement(one: Path, other: Path, *, voi_slices: int = 128) -> str | None:
    """Say where two stacks of masks do not agree: in geometry, or in the Dice of a VOI."""
    images = [sitk.ReadImage(str(path)) for path in (one, other)]
    for name in _GEOMETRY:
        first, second = (getattr(image, name)() for image in images)
        if first != second:
            return f"{name}: {first} and {second}"
    stacks = [voxels_of(path) for path in (one, other)]
    for start in range(0, len(stacks[0]), voi_slices):
        first, second = (stack[start : start + voi_slices] for stack in stacks)
        dice = _dice(first, second)
        if dice < LEAST_DICE:
            return f"VOI {start // voi_slices + 1}: Dice {dice:.5f}, expected {LEAST_DICE} or more"
    return None


def _dice(one: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> float:
    voxels = int(one.sum()) + int(other.sum())
    return 2 * int((one & other).sum()) / voxels if voxels else 1.0


if __name__ == "__main__":
    sys.exit(disagreement(Path(sys.argv[1]), Path(sys.argv[2])))
