"""Where the voxels of a NIfTI-1 file lie."""

import gzip
import struct
from pathlib import Path
from typing import Literal

import numpy as np

from uls.images.grid import nearest_perpendicular, off_perpendicular
from uls.images.pixel_source import PixelSource

__all__ = ["locate_nifti", "nifti_header", "perpendicular_header"]

_TYPES = {
    **{2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8"},
    **{256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8"},
}
"""NIfTI-1 datatype codes (nifti1.h), and numpy's names for them."""
_OTHER_TYPES = {32: "complex", 128: "RGB", 1536: "float128", 1792: "complex", 2304: "RGBA"}

_HEADER_BYTES = 348
_NIFTI_2_HEADER_BYTES = 540
_LEAST_OFFSET = 352
_LARGEST_OFFSET = 1 << 26
"""64 MiB: header extensions are kilobytes, and what lies before the voxels is skipped in memory."""
_ONE_FILE = b"n+1\0"
_NOTHING = float(np.finfo(np.float64).eps)
"""ITK takes a slope or an intercept that is no larger for 0."""
_SFORM = 280
"""Where the header has its affine transform."""


def locate_nifti(path: Path) -> PixelSource:
    """Find the voxels of a `.nii` or `.nii.gz` file.

    Raises:
        ValueError: the header is not one that ITK and we read alike.
    """
    header, order = _read_header(path)
    packed = _is_packed(path)
    axes, *sizes = struct.unpack_from(order + "8h", header, 40)
    (code,) = struct.unpack_from(order + "h", header, 70)
    if code not in _TYPES:
        raise ValueError(
            f"voxels of the NIfTI datatype {code} ({_OTHER_TYPES.get(code, 'unknown')}), where "
            "one of single whole numbers or floats is expected"
        )
    offset, slope, intercept = struct.unpack_from(order + "3f", header, 108)
    if not _LEAST_OFFSET <= offset <= _LARGEST_OFFSET:
        raise ValueError(
            f"vox_offset = {offset:g}, where the voxels' first byte, at least {_LEAST_OFFSET}, is"
        )
    slope, intercept = _scaling(slope, intercept)
    return PixelSource(
        path=path,
        offset=int(offset),
        packing="gzip" if packed else "raw",
        stored_dtype=np.dtype(order + _TYPES[code]),
        slope=slope,
        intercept=intercept,
        size_xyz=tuple(max(size, 1) for size in sizes[:axes]),
    )


def nifti_header(path: Path) -> bytes:
    """Give a file's header, up to where voxels may begin; extensions are left out."""
    header, _ = _read_header(path)
    return header.ljust(_LEAST_OFFSET, b"\0")


def perpendicular_header(path: Path) -> tuple[bytes, float]:
    """Give the header with the nearest perpendicular axes, and by how much the file's are off."""
    header, order = _read_header(path)
    mended = bytearray(header.ljust(_LEAST_OFFSET, b"\0"))
    form = np.array(struct.unpack_from(order + "12f", header, _SFORM)).reshape(3, 4)
    steps = np.linalg.norm(form[:, :3], axis=0)
    if not (steps > 0).all():
        return bytes(mended), float("inf")
    axes = form[:, :3] / steps
    off = off_perpendicular(axes)
    if np.isfinite(off):
        form[:, :3] = nearest_perpendicular(axes) * steps
        struct.pack_into(order + "12f", mended, _SFORM, *form.ravel())
    return bytes(mended), off


def _is_packed(path: Path) -> bool:
    return path.name.lower().endswith(".gz")


def _read_header(path: Path) -> tuple[bytes, Literal["<", ">"]]:
    """Read a verified header, and in which byte order it is."""
    with gzip.open(path) if _is_packed(path) else path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    order: Literal["<", ">"] = "<" if header[:4] == struct.pack("<i", _HEADER_BYTES) else ">"
    _check_kind(header, order)
    return header, order


def _check_kind(header: bytes, order: str) -> None:
    (first,) = struct.unpack_from(order + "i", header)
    if _NIFTI_2_HEADER_BYTES in (first, *struct.unpack_from("<i", header)):
        raise ValueError("a NIfTI-2 file; save it as NIfTI-1 or MetaImage")
    if first != _HEADER_BYTES:
        raise ValueError("not a NIfTI-1 file (its first field is not 348)")
    if len(header) < _HEADER_BYTES:
        raise ValueError("a header that is cut off")
    if header[344:] != _ONE_FILE:
        raise ValueError(
            f"{header[344:]!r} where a NIfTI-1 file of one piece has {_ONE_FILE!r}: half of a pair "
            "of files, or Analyze"
        )


def _scaling(slope: float, intercept: float) -> tuple[float, float]:
    """Give the scaling; a slope of 0 means none, and so does, for ITK, one that is no number.

    Raises:
        ValueError: programs disagree on what the two mean together.
    """
    has_slope, has_intercept = (np.isfinite(n) and abs(n) > _NOTHING for n in (slope, intercept))
    if has_slope and np.isfinite(intercept):
        is_none = abs(slope - 1) <= _NOTHING and not has_intercept
        return (1.0, 0.0) if is_none else (slope, intercept)
    if has_slope or has_intercept:
        raise ValueError(
            f"scl_slope = {slope:g} and scl_inter = {intercept:g}: programs disagree on what that "
            "means; save the image anew without scaling"
        )
    return 1.0, 0.0
