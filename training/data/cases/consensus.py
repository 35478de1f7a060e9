"""One mask of what several readers drew: voxels that at least half of a nodule's readers marked."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["consensus"]

_Voxels = npt.NDArray[np.intp]


def consensus(readings: Sequence[npt.NDArray[Any]]) -> npt.NDArray[np.int32]:
    """Return a mask with the nodules of all readers, each with a number of its own.

    Drawings that overlap are of one nodule, also by way of a third; a nodule keeps the voxels that
    at least half of those marked who drew it at all.

    Args:
        readings: per reader a mask, (z, y, x), with another value for every nodule.

    Returns:
        The numbers, from 1, in no certain order; 0 is background.
    """
    drawings = [
        (reader, voxels) for reader, labels in enumerate(readings) for voxels in _nodules(labels)
    ]
    numbers = np.zeros(readings[0].shape, dtype=np.int32)
    for number, group in enumerate(_overlapping([voxels for _, voxels in drawings]), 1):
        numbers.flat[_kept([drawings[index] for index in group])] = number
    return numbers


def _nodules(labels: npt.NDArray[Any]) -> list[_Voxels]:
    """Return the voxels of each nodule of a mask; those of the background are never listed."""
    voxels = np.flatnonzero(labels)
    values = labels.ravel()[voxels]
    return [voxels[values == value] for value in np.unique(values)]


def _overlapping(drawings: Sequence[_Voxels]) -> list[list[int]]:
    """Group drawings that share a voxel, or that share one with others of their group."""
    groups: list[list[int]] = []
    for index, voxels in enumerate(drawings):
        touching = [g for g in groups if any(_share(voxels, drawings[other]) for other in g)]
        merged = [index, *(other for group in touching for other in group)]
        groups = [group for group in groups if group not in touching] + [merged]
    return groups


def _share(a: _Voxels, b: _Voxels) -> bool:
    return bool(np.intersect1d(a, b, assume_unique=True).size)


def _kept(drawings: Sequence[tuple[int, _Voxels]]) -> _Voxels:
    """Return the voxels that at least half of the readers marked; a reader counts once."""
    by_reader: dict[int, list[_Voxels]] = {}
    for reader, voxels in drawings:
        by_reader.setdefault(reader, []).append(voxels)
    marked = [np.unique(np.concatenate(parts)) for parts in by_reader.values()]
    voxels, readers = np.unique(np.concatenate(marked), return_counts=True)
    return np.asarray(voxels[2 * readers >= len(marked)])
