"""A synthetic job: a compressed stack of CT-like VOIs, laid out as the platform does."""

import json
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from algorithm.engines.selection.phantoms import BODY_SPACING_MM, body_hu
from uls.geometry.voi import VOI_SHAPE_ZYX
from uls.platform.slugs import SPACINGS_FILE, STACK_FOLDER

__all__ = ["DIFFERENT_VOIS", "SPACING_MM", "synthetic_voi", "write_job"]

DIFFERENT_VOIS = 4
"""So many VOIs differ; a longer stack repeats them in turn."""

SPACING_MM = BODY_SPACING_MM

_LEVEL = 2
"""Of compression: what SimpleITK takes for a MetaImage."""

_ZLIB_HEADER = b"\x78\x5e"

Voi = npt.NDArray[np.int16]


def synthetic_voi(seed: int) -> Voi:
    """Make a VOI that packs and looks somewhat like CT: a body in air, fat, a lesion at the click.

    Args:
        seed: decides its noise and its lesion: a ball of radius 4 to 25 mm whose centre lies half
            of that away from the click, as people do not click centres.

    Returns:
        HU, int16, (128, 256, 256).
    """
    rng = np.random.default_rng(seed)
    radius, away = rng.uniform(4, 25), rng.normal(size=3)
    z, y, x = (float(part) for part in 0.5 * radius * away / np.linalg.norm(away))
    hu = body_hu(VOI_SHAPE_ZYX, radius_mm=radius, centre_mm=(z, y, x), rng=rng)
    return np.rint(hu).astype(np.int16)


def write_job(folder: Path, *, vois: int) -> Path:
    """Write an input folder of one stack of so many VOIs; give the folder."""
    path = folder / STACK_FOLDER / "bench.mha"
    path.parent.mkdir(parents=True)
    different = [synthetic_voi(seed) for seed in range(min(vois, DIFFERENT_VOIS))]
    pieces = _packed(different, vois)
    with path.open("wb") as file:
        file.write(_header(vois, sum(len(piece) for piece in pieces)))
        file.writelines(pieces)
    (folder / SPACINGS_FILE).write_text(json.dumps([SPACING_MM] * vois), encoding="utf-8")
    return folder


def _packed(different: list[Voi], vois: int) -> list[bytes]:
    """Give the pieces of a zlib stream (RFC 1950) of repeated VOIs, each compressed only once.

    After a full flush a block refers to nothing before it, so that blocks may be repeated; the
    stream ends with an empty last block and the checksum of all that it unpacks to.
    """
    blocks = []
    for voi in different:
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        blocks.append(packer.compress(voi.tobytes()) + packer.flush(zlib.Z_FULL_FLUSH))
    checksum = zlib.adler32(b"")
    for index in range(vois):
        checksum = zlib.adler32(different[index % len(different)].data, checksum)
    end = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS).flush(zlib.Z_FINISH)
    body = [blocks[index % len(blocks)] for index in range(vois)]
    return [_ZLIB_HEADER, *body, end, checksum.to_bytes(4, "big")]


def _header(vois: int, packed_bytes: int) -> bytes:
    slices, rows, columns = VOI_SHAPE_ZYX
    lines = [
        "ObjectType = Image",
        "NDims = 3",
        "BinaryData = True",
        "BinaryDataByteOrderMSB = False",
        "CompressedData = True",
        f"CompressedDataSize = {packed_bytes}",
        "TransformMatrix = 1 0 0 0 1 0 0 0 1",
        "Offset = 0 0 0",
        "ElementSpacing = 1 1 1",
        f"DimSize = {columns} {rows} {slices * vois}",
        "ElementType = MET_SHORT",
        "ElementDataFile = LOCAL",
    ]
    return ("\n".join(lines) + "\n").encode("ascii")
