"""MetaImage headers as people have them: what SimpleITK reads we read alike, or we say why not."""

import gzip
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import SimpleITK as sitk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from uls.images.pixels import locate
from uls.images.scan_reading import read_image
from uls.workshop.errors import InputError

VOXELS = (np.arange(60).reshape(3, 4, 5) * 271 - 8000).astype("<i2")
LITTLE, BIG = VOXELS.tobytes(), VOXELS.astype(">i2").tobytes()
HEADER = {
    "ObjectType": "Image",
    "NDims": "3",
    "BinaryData": "True",
    "TransformMatrix": "0 1 0 -1 0 0 0 0 1",
    "Offset": "1 -2 3.5",
    "ElementSpacing": "0.5 0.75 2",
    "DimSize": "5 4 3",
    "ElementType": "MET_SHORT",
}


def lines(before: Iterable[str] = (), *, data_file: str = "LOCAL", **changes: str | None) -> bytes:
    """A header, with lines put before `DimSize`, and fields replaced, added or (None) left out."""
    fields = {**HEADER, **changes}
    texts = [f"{key} = {value}" for key, value in fields.items() if value is not None]
    at = next(i for i, text in enumerate(texts) if text.startswith("DimSize"))
    texts[at:at] = before
    return "\n".join([*texts, f"ElementDataFile = {data_file}", ""]).encode("latin-1")


def same_as_simpleitk(path: Path) -> npt.NDArray[Any]:
    """Read by both, whose voxels and grid must be equal; give the voxels."""
    ours, theirs = read_image(path), sitk.ReadImage(str(path), imageIO="MetaImageIO")
    voxels: npt.NDArray[Any] = sitk.GetArrayFromImage(ours)
    expected = sitk.GetArrayFromImage(theirs)
    assert voxels.dtype == expected.dtype
    np.testing.assert_array_equal(voxels, expected)
    assert ours.GetSpacing() == theirs.GetSpacing()
    assert ours.GetOrigin() == theirs.GetOrigin()
    assert ours.GetDirection() == theirs.GetDirection()
    return voxels


@pytest.mark.parametrize("key", ["BinaryDataByteOrderMSB", "ElementByteOrderMSB"])
@pytest.mark.parametrize(
    ("value", "big"),
    [
        *[(yes, True) for yes in ("True", "true", "TRUE", "T", "t", "1", "10", "Tomato")],
        *[(no, False) for no in ("False", "F", "0", "Y", "yes", "on", "-1", '"True"')],
    ],
)
def test_yes_and_no_are_what_metaio_takes_for_them(
    tmp_path: Path, key: str, value: str, big: bool
) -> None:
    path = tmp_path / "a.mha"
    path.write_bytes(lines(**{key: value}) + (BIG if big else LITTLE))
    np.testing.assert_array_equal(same_as_simpleitk(path), VOXELS)


@pytest.mark.parametrize("value", ["True", "T", "t", "1"])
def test_compressed_is_what_metaio_takes_for_it(tmp_path: Path, value: str) -> None:
    packed = zlib.compress(LITTLE)
    path = tmp_path / "a.mha"
    path.write_bytes(lines(CompressedData=value, CompressedDataSize=str(len(packed))) + packed)
    np.testing.assert_array_equal(same_as_simpleitk(path), VOXELS)


READABLE = {
    "comment": lines(["Comment = made = by: hand"]),
    "a hash before a field that is yes anyway": lines().replace(
        b"BinaryData", b"# one\nBinaryData"
    ),
    "a hash with a colon": lines(["# note: swap = nothing"]),
    "blank lines": lines(["", "  ", "\t"]),
    "colons": lines().replace(b" = ", b": "),
    "no blanks": lines().replace(b" = ", b"="),
    "tabs": lines().replace(b" = ", b"\t=\t"),
    "two signs": lines().replace(b" = ", b" == "),
    "indented": lines().replace(b"\n", b"\n   ").rstrip(b" "),
    "line ends of Windows": lines().replace(b"\n", b"\r\n"),
    "a matrix over lines": lines(TransformMatrix="0 1 0\n-1 0 0\n0 0 1"),
    "a matrix below its key": lines(TransformMatrix="\n0 1 0 -1 0 0 0 0 1"),
    "numbers too many": lines(ElementSpacing="0.5 0.75 2 9 9"),
    "numbers as C writes them": lines(ElementSpacing="5e-1 +.75 2.", DimSize="5.0 4.0 3.0"),
    "UTF-8": lines(["PatientName = M\u00c3\u00bcller"]),
    "Latin-1": lines(["PatientName = M\u00fcller", "Comment = \u00fc"]),
    "byte order mark": b"\xef\xbb\xbf" + lines(),
    "a long header": lines([f"Note{i} = {'x' * 80}" for i in range(3000)]),
    "a long line": lines(["Note = " + "x" * 30000]),
    "a long comment": lines(["Comment = " + "x" * 254]),
    "a name of the data": lines(data_file="LOCAL").replace(b"LOCAL", b"Local"),
    "HeaderSize -1": lines(HeaderSize="-1"),
    "HeaderSize 0": lines(HeaderSize="0"),
    "HeaderSize -2": lines(HeaderSize="-2"),
    "Rotation": lines(TransformMatrix=None, Rotation="0 1 0 -1 0 0 0 0 1"),
    "Orientation": lines(TransformMatrix=None, Orientation="0 1 0 -1 0 0 0 0 1"),
    "three directions": lines(Rotation="1 0 0 0 1 0 0 0 1", Orientation="1 0 0 0 1 0 0 0 1"),
    "Origin": lines(Offset=None, Origin="1 -2 3.5"),
    "Position": lines(Offset=None, Position="1 -2 3.5"),
    "three origins": lines(Position="7 7 7", Origin="8 8 8"),
    "ElementSize": lines(ElementSpacing=None, ElementSize="0.5 0.75 2"),
    "both sizes": lines(ElementSize="9 9 9"),
    "a negative spacing": lines(ElementSpacing="-0.5 0.75 2"),
    "no spacing": lines(ElementSpacing=None),
    "a type twice": lines(["ElementType = MET_FLOAT"]),
    "two byte orders": lines(ElementByteOrderMSB="True", BinaryDataByteOrderMSB="False"),
    "no BinaryData": lines(BinaryData=None),
    "no ObjectType": lines(ObjectType=None),
    "one channel": lines(ElementNumberOfChannels="1"),
    "a slope, which ITK leaves alone": lines(ElementToIntensityFunctionSlope="2"),
    "a key in small letters": lines(["binarydatabyteordermsb = True"]),
}


@pytest.mark.parametrize("name", READABLE)
def test_a_header_that_simpleitk_reads_is_read_alike(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.mha"
    path.write_bytes(READABLE[name] + LITTLE)
    np.testing.assert_array_equal(same_as_simpleitk(path), VOXELS)


@pytest.mark.parametrize(
    ("met", "numpy"),
    [
        *[("MET_CHAR", "i1"), ("MET_ASCII_CHAR", "i1"), ("MET_UCHAR", "u1"), ("MET_SHORT", "i2")],
        *[("MET_USHORT", "u2"), ("MET_INT", "i4"), ("MET_UINT", "u4"), ("MET_LONG", "i4")],
        *[("MET_ULONG", "u4"), ("MET_LONG_LONG", "i8"), ("MET_ULONG_LONG", "u8")],
        *[("MET_FLOAT", "f4"), ("MET_DOUBLE", "f8")],
    ],
)
@pytest.mark.parametrize("msb", [True, False])
def test_every_type_is_read_in_both_byte_orders(
    tmp_path: Path, met: str, numpy: str, msb: bool
) -> None:
    values = np.abs(VOXELS) % 100
    path = tmp_path / "a.mha"
    header = lines(ElementType=met, BinaryDataByteOrderMSB=str(msb))
    path.write_bytes(header + values.astype((">" if msb else "<") + numpy).tobytes())
    np.testing.assert_array_equal(same_as_simpleitk(path), values)


def test_bytes_behind_the_voxels_that_simpleitk_leaves_alone_are_left_alone(tmp_path: Path) -> None:
    packed, path = zlib.compress(LITTLE), tmp_path / "a.mha"
    size = {"CompressedData": "True", "CompressedDataSize": str(len(packed))}
    for content in (lines(**size) + packed + b"\n", lines() + LITTLE + b"\n"):
        path.write_bytes(content)
        np.testing.assert_array_equal(same_as_simpleitk(path), VOXELS)
    path.write_bytes(lines() + LITTLE + b"\n\n\n")
    with pytest.raises(InputError, match="too long"):
        read_image(path)


def test_gzip_in_place_of_zlib_is_read(tmp_path: Path) -> None:
    packed, path = gzip.compress(LITTLE), tmp_path / "a.mha"
    path.write_bytes(lines(CompressedData="T", CompressedDataSize=str(len(packed))) + packed)
    np.testing.assert_array_equal(same_as_simpleitk(path), VOXELS)


def test_packed_voxels_need_no_size_but_a_wrong_one_is_refused(tmp_path: Path) -> None:
    """Without the size SimpleITK gives whatever lay in memory; the stream itself says its end."""
    packed, path = zlib.compress(LITTLE), tmp_path / "a.mha"
    path.write_bytes(lines(CompressedData="True") + packed)
    np.testing.assert_array_equal(sitk.GetArrayFromImage(read_image(path)), VOXELS)
    for size, reason in ((len(packed) - 5, "ends before"), (len(packed) + 5, "truncated")):
        path.write_bytes(lines(CompressedData="True", CompressedDataSize=str(size)) + packed)
        with pytest.raises(InputError, match=reason):
            read_image(path)


def test_header_size_counts_from_the_first_byte_of_the_file(tmp_path: Path) -> None:
    path, head = tmp_path / "a.mha", lines(HeaderSize="400")
    path.write_bytes(head.ljust(400, b"\0") + LITTLE)
    np.testing.assert_array_equal(same_as_simpleitk(path), VOXELS)
    (tmp_path / "v.raw").write_bytes(b"junk" + LITTLE)
    for size in ("4", "-1"):
        detached = tmp_path / "b.mhd"
        detached.write_bytes(lines(HeaderSize=size, data_file="v.raw"))
        np.testing.assert_array_equal(same_as_simpleitk(detached), VOXELS)
    detached.write_bytes(lines(data_file="v.raw"))
    with pytest.raises(InputError, match="too long"):  # SimpleITK takes the junk for voxels
        read_image(detached)


@pytest.mark.parametrize("suffix", [".MHA", ".Mha", ".mHa"])
def test_capital_suffixes_are_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(lines() + LITTLE)
    np.testing.assert_array_equal(same_as_simpleitk(path), VOXELS)


@pytest.mark.parametrize("data_file", ["sub/v.raw", "v.raw", "./v.raw", "\u00c3\u00bc/v w.raw"])
def test_voxels_in_a_file_beside_or_below_are_read(tmp_path: Path, data_file: str) -> None:
    raw = tmp_path / data_file.encode("latin-1").decode("utf-8")
    raw.parent.mkdir(exist_ok=True)
    raw.write_bytes(LITTLE)
    path = tmp_path / "a.mhd"
    path.write_bytes(lines(data_file=data_file))
    np.testing.assert_array_equal(same_as_simpleitk(path), VOXELS)


def write_slices(folder: Path, before: bytes = b"") -> list[str]:
    for number, voxels in enumerate(VOXELS, start=1):
        (folder / f"s{number:02d}.raw").write_bytes(before + voxels.tobytes())
    return [f"s{number:02d}.raw" for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("data_file", "names"),
    [
        ("LIST", "s01.raw\ns02.raw\ns03.raw\n"),
        ("LIST 2", "s01.raw\r\ns02.raw\r\ns03.raw\r\n"),
        ("s%02d.raw", ""),
        ("s%02d.raw 1", ""),
        ("s%02d.raw 1 3 1", ""),
    ],
)
@pytest.mark.parametrize(("header_size", "before"), [("0", b""), ("3", b"abc"), ("-1", b"abc")])
def test_a_file_for_every_slice_is_read(
    tmp_path: Path, data_file: str, names: str, header_size: str, before: bytes
) -> None:
    write_slices(tmp_path, before)
    path = tmp_path / "a.mhd"
    path.write_bytes(lines(data_file=data_file, HeaderSize=header_size) + names.encode())
    np.testing.assert_array_equal(same_as_simpleitk(path), VOXELS)


def test_a_list_may_say_that_its_files_are_volumes(tmp_path: Path) -> None:
    (tmp_path / "v.raw").write_bytes(LITTLE)
    path = tmp_path / "a.mhd"
    path.write_bytes(lines(data_file="LIST 3") + b"v.raw\n")
    np.testing.assert_array_equal(sitk.GetArrayFromImage(read_image(path)), VOXELS)


REFUSED = {
    "ITK passes over BinaryDataByteOrderMSB": lines(["# note", "BinaryDataByteOrderMSB = True"]),
    "ITK passes over DimSize": lines(["# note"]),
    "ITK passes over ElementDataFile": lines().replace(b"ElementData", b"word\nElementData"),
    "ITK passes over ElementType": lines().replace(b"ElementType = ", b"ElementType\n"),
    r"voxels stored as text \(BinaryData = False\)": lines(BinaryData="False"),
    "voxels stored as text": lines(BinaryData="Yes"),
    "no NDims before it": lines(NDims=None),
    "ElementType = MET_HALF, where": lines(ElementType="MET_HALF"),
    "ElementType = MET_SHORT_ARRAY": lines(ElementType="MET_SHORT_ARRAY"),
    "ElementType = met_short": lines(ElementType="met_short"),
    "DimSize with 'x' where": lines(DimSize="5 4 x").replace(b"5 4 x", b"5\n4 x"),
    "DimSize = .*positive": lines(DimSize="5 4 -3"),
    "TransformMatrix with ',0": lines(TransformMatrix="1,0,0,0,1,0,0,0,1"),
    "ElementSpacing with 'mm'": lines(ElementSpacing="mm"),
    "Comment of more than 254": lines(["Comment = " + "x" * 255]),
    "Name of more than 254": lines(["Name = " + "x" * 499]),
    "ElementDataFile of more than 499": lines(data_file="x" * 500),
    "no line 'ElementDataFile": lines().partition(b"ElementDataFile")[0],
    "ElementDataFile = /etc/hosts, where": lines(data_file="/etc/hosts"),
    "ElementDataFile = sub/../../v.raw": lines(data_file="sub/../../v.raw"),
    "ElementDataFile = LIST with 0": lines(data_file="LIST"),
    "ElementDataFile = LIST with 2": lines(data_file="LIST") + b"s01.raw\ns02.raw\n",
    "its voxels in .*none.raw, found no file": lines(data_file="none.raw"),
    "s02.raw, found no file": lines(data_file="LIST") + b"s01.raw\ns02.raw\ns03.raw\n",
    "ElementDataFile = s%s.raw": lines(data_file="s%s.raw"),
    "ElementDataFile = %9999999d": lines(data_file="%9999999d 1 3 1"),
    "which names 0 files": lines(data_file="s%02d.raw 3 1 -1"),
    "which names 2 files": lines(data_file="s%02d.raw 1 2 1"),
    "compressed voxels in several files": lines(CompressedData="1", data_file="s%d.raw"),
    "4 dimensions": b"NDims = 4\nDimSize = 5 4 3 1\n" + lines().partition(b"DimSize = 5 4 3\n")[2],
    "3 values per voxel": lines(ElementNumberOfChannels="3"),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_is_not_read_is_refused_with_the_true_reason(tmp_path: Path, reason: str) -> None:
    (tmp_path / "s01.raw").write_bytes(VOXELS[0].tobytes())
    path = tmp_path / "a.mhd"
    path.write_bytes(REFUSED[reason] + (LITTLE if b"LOCAL" in REFUSED[reason] else b""))
    with pytest.raises(InputError, match=reason) as caught:
        read_image(path)
    assert str(path.parent) in str(caught.value)


def test_a_slice_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    names = write_slices(tmp_path)
    (tmp_path / names[1]).write_bytes(VOXELS[1].tobytes()[:-2])
    path = tmp_path / "a.mhd"
    path.write_bytes(lines(data_file="LIST") + "\n".join(names).encode())
    with pytest.raises(InputError, match=r"s02\.raw: expected 40 bytes.*truncated"):
        read_image(path)


def test_a_header_may_end_anywhere_in_what_is_read_at_once(tmp_path: Path) -> None:
    """It is read in pieces of 16 KiB: a field that is cut in two must not be taken for whole."""
    path = tmp_path / "a.mha"
    for length in range(16384 - 120, 16384 + 3):
        notes = length - len(lines(["Note = "]))
        header = lines(["Note = " + "x" * notes])
        assert len(header) == length
        path.write_bytes(header + LITTLE)
        source = locate(path)
        assert (source.offset, source.size_xyz) == (length, (5, 4, 3))


KEYS = st.sampled_from(["BinaryDataByteOrderMSB", "ElementByteOrderMSB", "BinaryData", "Comment"])
VALUES = st.sampled_from(["True", "t", "1", "0", "F", "", "#", "=", "True False", " T "])
ODD_LINES = st.one_of(
    st.builds("{}{}{}".format, KEYS, st.sampled_from([" = ", ":", "=", " ", "\t=\t"]), VALUES),
    st.sampled_from(["# note", "word", "", " ", "a = b", "ID = 3", "ID = x", "Color = 1 1 1 1"]),
    st.sampled_from(["HeaderSize = -1", "Offset = 1 2", "ElementSize = 2 2 2", "Modality = MET"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    odd=st.lists(ODD_LINES, max_size=4),
    place=st.integers(0, len(HEADER)),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_we_read_of_odd_headers_simpleitk_reads_alike(
    tmp_path: Path, odd: list[str], place: int, end: str
) -> None:
    texts = [f"{key} = {value}" for key, value in HEADER.items()]
    texts[place:place] = odd
    path = tmp_path / "a.mha"
    header = end.join([*texts, "ElementDataFile = LOCAL", ""]).encode("latin-1")
    path.write_bytes(header + LITTLE)
    try:
        read_image(path)
    except InputError:
        return
    same_as_simpleitk(path)
