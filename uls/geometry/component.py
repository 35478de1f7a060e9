"""The components of masks: the largest one of a slice, and how many a volume has."""

import numpy as np
import numpy.typing as npt

from uls.geometry.runs import first_run_of_component, runs_in_rows

__all__ = ["count_components", "largest_component"]

_Numbers = npt.NDArray[np.intp]

_MANY_RUNS = 50_000
"""Beyond, a general labelling filter is faster."""


def largest_component(pixels: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Keep the largest 4-connected component: of equally large ones, the first met in row order.

    Args:
        pixels: (y, x); where no pixel is true, none is kept.
    """
    rows, starts, stops = runs_in_rows(pixels)
    width = pixels.shape[1]
    places = rows * width
    first_runs = first_run_of_component(places + starts, places + stops, neighbours=[width])
    sizes = np.bincount(first_runs, weights=stops - starts, minlength=1)
    kept = first_runs == sizes.argmax()
    return _painted(pixels.shape, rows[kept], starts[kept], stops[kept])


def _painted(
    shape: tuple[int, ...], rows: _Numbers, starts: _Numbers, stops: _Numbers
) -> npt.NDArray[np.bool_]:
    """Draw runs: +1 where one starts, -1 behind its end, summed along the row."""
    change = np.zeros((shape[0], shape[1] + 1), dtype=np.int8)
    change[rows, starts] = 1
    change[rows, stops] = -1
    return np.cumsum(change, axis=1, dtype=np.int8)[:, :-1].astype(np.bool_)


def count_components(
    voxels: npt.NDArray[np.bool_], voxel_zyx: tuple[int, int, int] | None
) -> tuple[int, int]:
    """Count the 6-connected components of a mask, and the voxels of the one that holds a voxel.

    Args:
        voxels: (z, y, x).
        voxel_zyx: the voxel; None, or one outside the mask, has a component of 0 voxels.
    """
    slices, height, width = voxels.shape
    apart = np.zeros((slices, height + 1, width), dtype=np.bool_)
    apart[:, :-1] = voxels  # no slice's last row touches the next one's first
    rows, starts, stops = runs_in_rows(apart.reshape(-1, width))
    if len(rows) > _MANY_RUNS:
        return _counted_by_labels(voxels, voxel_zyx)
    places = rows * width
    starts, stops = places + starts, places + stops
    first_runs = first_run_of_component(starts, stops, neighbours=[width, width * (height + 1)])
    count = int(np.count_nonzero(first_runs == np.arange(len(first_runs))))
    if voxel_zyx is None or not voxels[voxel_zyx]:
        return count, 0
    z, y, x = voxel_zyx
    place = (z * (height + 1) + y) * width + x
    its_run = int(np.searchsorted(stops, place, side="right"))
    its_component = first_runs == first_runs[its_run]
    return count, int((stops - starts)[its_component].sum())


def _counted_by_labels(
    voxels: npt.NDArray[np.bool_], voxel_zyx: tuple[int, int, int] | None
) -> tuple[int, int]:
    import SimpleITK as sitk  # noqa: PLC0415  (slow to import, and seldom needed)

    image = sitk.GetImageFromArray(voxels.view(np.uint8))
    labels = sitk.GetArrayFromImage(sitk.ConnectedComponent(image, False))
    if voxel_zyx is None or not voxels[voxel_zyx]:
        return int(labels.max()), 0
    return int(labels.max()), int(np.count_nonzero(labels == labels[voxel_zyx]))
