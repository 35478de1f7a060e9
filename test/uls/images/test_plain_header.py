"""Plain MetaImage headers say what SimpleITK reads in them; whatever is not plain is left to it."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given
from hypothesis import strategies as st

from uls.images.plain_header import plain_geometry

PLAIN = """\
ObjectType = Image
NDims = 3
BinaryData = True
BinaryDataByteOrderMSB = False
CompressedData = False
TransformMatrix = 1 0 0 0 1 0 0 0 1
Offset = -1.5 2 3e-05
CenterOfRotation = 0 0 0
AnatomicalOrientation = RAI
ElementSpacing = 0.5 0.75 2.5
DimSize = 4 3 2
ElementType = MET_UCHAR
ElementDataFile = LOCAL
"""


def written(folder: Path, header: str) -> Path:
    path = folder / "image.mha"
    path.write_bytes(header.encode("latin-1") + bytes(24))
    return path


def by_simpleitk(path: Path) -> object:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    reader.ReadImageInformation()
    parts = reader.GetSize(), reader.GetSpacing(), reader.GetOrigin(), reader.GetDirection()
    return tuple(map(tuple, parts))


def test_a_plain_header(tmp_path: Path) -> None:
    path = written(tmp_path, PLAIN)
    identity = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    assert plain_geometry(path) == ((4, 3, 2), (0.5, 0.75, 2.5), (-1.5, 2.0, 3e-05), identity)
    assert plain_geometry(path) == by_simpleitk(path)


LENGTHS = st.tuples(*[st.floats(1e-3, 1e3)] * 3)
PLACES = st.tuples(*[st.floats(-1e6, 1e6).filter(lambda x: not 0 < abs(x) < 1e-90)] * 3)


@given(spacing=LENGTHS, origin=PLACES, compressed=st.booleans())
def test_what_simpleitk_writes_is_read_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory,
    spacing: tuple[float, ...],
    origin: tuple[float, ...],
    *,
    compressed: bool,
) -> None:
    path = tmp_path_factory.mktemp("headers") / "image.mha"
    image = sitk.GetImageFromArray(np.zeros((2, 3, 4), np.uint8))
    image.SetSpacing(spacing)
    image.SetOrigin(origin)
    sitk.WriteImage(image, str(path), compressed)
    assert plain_geometry(path) == by_simpleitk(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ObjectType = Image\n", ""),
        ("ObjectType = Image", "ObjectType = Scene"),
        ("NDims = 3", "NDims = 4"),
        ("BinaryData = True", "BinaryData = T"),
        ("NDims = 3", "NDims : 3"),
        ("MSB = False", "MSB = F"),
        ("CompressedData = False", "CompressedData = 0"),
        ("NDims = 3", "Comment = 3\nNDims = 3"),
        ("NDims = 3\n", "NDims = 3\n\n"),
        ("NDims = 3", "NDims = 3\nNDims = 3"),
        ("DimSize = 4 3 2", "DimSize = 4 3 2\nDimSize = 4 3 3"),
        ("DimSize = 4 3 2", "DimSize = 4  3 2"),
        ("DimSize = 4 3 2", "DimSize = 4 3 2.0"),
        ("DimSize = 4 3 2", "DimSize = 4 3"),
        ("DimSize = 4 3 2", "DimSize = 4 3 0"),
        ("ElementSpacing = 0.5 0.75 2.5", "ElementSpacing = 0.5 0.75 -2.5"),
        ("ElementSpacing = 0.5 0.75 2.5", "ElementSpacing = 0.5 0.75 0"),
        ("ElementSpacing = 0.5 0.75 2.5", "ElementSpacing = 0.5 0.75 nan"),
        ("ElementSpacing = 0.5 0.75 2.5", "ElementSize = 0.5 0.75 2.5"),
        ("ElementSpacing = 0.5 0.75 2.5\n", ""),
        ("Offset = -1.5 2 3e-05", "Position = -1.5 2 3e-05"),
        ("Offset = -1.5 2 3e-05", "Offset = -1.5 2 0x3"),
        ("TransformMatrix = 1 0 0 0 1 0 0 0 1", "TransformMatrix = 0 1 0 1 0 0 0 0 1"),
        ("ElementType = MET_UCHAR", "ElementType = MET_UCHAR\nElementNumberOfChannels = 3"),
        ("\n", "\r\n"),
        ("LOCAL", "other.raw"),
        ("RAI", "R\u00c4I"),
    ],
)
def test_all_else_is_left_to_simpleitk(tmp_path: Path, old: str, new: str) -> None:
    assert old in PLAIN
    assert plain_geometry(written(tmp_path, PLAIN.replace(old, new))) is None


@pytest.mark.parametrize("content", ["", "no image at all", PLAIN[:-8], "x" * 10000])
def test_other_files_are_left_to_simpleitk(tmp_path: Path, content: str) -> None:
    assert plain_geometry(written(tmp_path, content)) is None
