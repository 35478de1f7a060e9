"""Masks read from a stack without ever building their empty slices.

Nearly all of a mask stack is zeros. They must be unpacked, but not kept, looked at twice, or
converted: a slab of slices that is all zeros is passed over while it is still in the cache.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from uls.geometry.cropped import CroppedMask, cropped_slices
from uls.geometry.voi import VOI_SHAPE_ZYX, VOI_SLICES
from uls.images.pixels import as_floats_if_scaled
from uls.images.stack import StackHeader, reading
from uls.images.voxel_stream import Readable
from uls.workshop.errors import InputError
from uls.workshop.numbers import exactly, shortest

__all__ = ["VoiMask", "read_masks"]

_LARGEST_VALUE = 2**40
_SLAB_BYTES = 1 << 19
"""What is unpacked at once: it fits in the cache, and keeps a thread busy half a millisecond."""


@dataclass(frozen=True, eq=False)
class VoiMask:
    """One VOI's mask: its nonzero voxels, and one value of the file that is neither 0 nor 1."""

    mask: CroppedMask
    odd_value: float | None


def read_masks(header: StackHeader) -> Iterator[VoiMask]:
    """Give the masks of a stack's VOIs one after the other; every nonzero voxel is mask.

    Raises:
        InputError: the voxels are truncated, damaged, not finite, negative or huge.
    """
    with reading(header) as stream:
        reader = _MaskReader(header, stream)
        for voi in range(header.n_vois):
            yield reader.next_mask(voi)
        stream.finish()


class _MaskReader:
    """Two buffers, filled anew for every VOI: a slab as it is stored, and a VOI of booleans."""

    def __init__(self, header: StackHeader, stream: Readable) -> None:
        self._header, self._stream = header, stream
        stored = header.pixels.stored_dtype
        slices = max(1, _SLAB_BYTES // (VOI_SHAPE_ZYX[1] * VOI_SHAPE_ZYX[2] * stored.itemsize))
        self._slab = np.empty((slices, *VOI_SHAPE_ZYX[1:]), dtype=stored)
        self._nonzero = np.empty(VOI_SHAPE_ZYX, dtype=np.bool_)

    def next_mask(self, voi: int) -> VoiMask:
        """Read one VOI, slab by slab."""
        step = len(self._slab)
        occupied = np.zeros(VOI_SLICES, dtype=np.bool_)
        odd = _OddValue()
        for z in range(0, VOI_SLICES, step):
            slab = self._read_slab(voi)
            if slab is None:
                self._nonzero[z : z + step] = False
                continue
            odd.note(slab)
            np.not_equal(slab, 0, out=self._nonzero[z : z + step])
            occupied[z : z + step] = self._nonzero[z : z + step].any(axis=(1, 2))
        for extreme in (odd.lowest, odd.value or 0.0):
            self._check_range(extreme, voi)
        return VoiMask(cropped_slices(self._nonzero, occupied), odd.value)

    def _check_range(self, value: float, voi: int) -> None:
        """Refuse values that the challenge's own code does not count like ours.

        It passes over slices that hold nothing above 0, and moves a click's mask by a spline, which
        smears values beyond all that a double can hold to the last digit.
        """
        if not 0 <= value <= _LARGEST_VALUE:
            raise InputError.about(
                f"{self._header.path}, VOI {voi}",
                expected=f"values from 0 to {_LARGEST_VALUE}",
                found=exactly(value),
                hint="Save the mask as 0 and 1 in an unsigned type, such as uint8.",
            )

    def _read_slab(self, voi: int) -> npt.NDArray[Any] | None:
        """Read the next slices; None where all their voxels are 0."""
        stored = self._slab.reshape(-1).view(np.uint8)
        if self._stream.readinto(stored.data) != stored.nbytes:
            raise EOFError(f"the voxels end inside VOI {voi} of {self._header.n_vois}")
        if not self._header.is_scaled and not stored.view(np.uint64).any():
            return None
        slab = as_floats_if_scaled(self._slab, self._header.pixels)
        _check_finite(slab, f"{self._header.path}, VOI {voi}")
        return slab


def _check_finite(slab: npt.NDArray[Any], subject: str) -> None:
    if slab.dtype.kind == "f" and not np.isfinite(slab).all():
        bad = int(np.count_nonzero(~np.isfinite(slab)))
        raise InputError.about(
            subject, expected="finite values", found=f"{bad} voxels NaN or infinite"
        )


class _OddValue:
    """Return the value farthest from 0 outside 0 to 1; if there is none, one between them."""

    def __init__(self) -> None:
        self.lowest = 0.0
        self._farthest: float | None = None
        self._between: float | None = None

    @property
    def value(self) -> float | None:
        return self._between if self._farthest is None else self._farthest

    def note(self, slab: npt.NDArray[Any]) -> None:
        lowest, highest = shortest(slab.min()), shortest(slab.max())
        self.lowest = min(self.lowest, lowest)
        for extreme in (lowest, highest):
            if not 0 <= extreme <= 1 and abs(extreme) > abs(self._farthest or 0.0):
                self._farthest = extreme
        if slab.dtype.kind == "f" and self._between is None:
            between = slab[(slab > 0) & (slab < 1)]
            self._between = shortest(between[0]) if between.size else None
