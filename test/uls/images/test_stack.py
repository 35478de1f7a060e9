import gzip
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import SimpleITK as sitk
from synthetic_stacks import write_image

from uls.images.stack import read_header, read_vois, stack_name
from uls.workshop.errors import InputError


def numbered(n_vois: int, dtype: Any = np.int16) -> npt.NDArray[Any]:
    """A stack in which every VOI is filled with its index, but for its first and last voxel."""
    stack = np.repeat(np.arange(n_vois), 128)[:, None, None] * np.ones((1, 256, 256))
    stack[0, 0, 0], stack[-1, -1, -1] = 90, 91
    return stack.astype(dtype)


@pytest.mark.parametrize("file_name", ["s.mha", "s.mhd", "s.nii.gz", "s.nii"])
@pytest.mark.parametrize("dtype", [np.int16, np.uint16, np.int32, np.float32])
def test_reads_every_format_and_type_voi_by_voi(tmp_path: Path, file_name: str, dtype: Any) -> None:
    stack = numbered(2, dtype)
    header = read_header(write_image(tmp_path / file_name, stack))
    assert (header.name, header.n_vois, header.dtype) == ("s", 2, np.dtype(dtype))
    vois = list(read_vois(header))
    assert [voi.shape for voi in vois] == [(128, 256, 256)] * 2
    assert np.array_equal(np.concatenate(vois), stack)
    assert {voi.dtype for voi in vois} == {np.dtype(dtype)}


def test_reads_uncompressed_and_big_endian_stacks(tmp_path: Path) -> None:
    stack = numbered(1)
    path = write_image(tmp_path / "s.mha", stack, compressed=False)
    (voi,) = read_vois(read_header(path))
    assert np.array_equal(voi, stack)

    text, _, _ = path.read_bytes().partition(b"ElementDataFile = LOCAL\n")
    swapped = text.replace(b"MSB = False", b"MSB = True") + b"ElementDataFile = LOCAL\n"
    path.write_bytes(swapped + stack.astype(">i2").tobytes())
    (voi,) = read_vois(read_header(path))
    assert np.array_equal(voi, stack)
    assert voi.dtype == np.int16


@pytest.mark.parametrize("header_size", ["0", "5", "-1"])
def test_slices_in_files_of_their_own_are_read_voi_by_voi(tmp_path: Path, header_size: str) -> None:
    stack = numbered(2)
    before = b"" if header_size == "0" else b"12345"
    for index, voxels in enumerate(stack):
        (tmp_path / f"{index}.raw").write_bytes(before + voxels.tobytes())
    path = tmp_path / "s.mhd"
    path.write_text(
        f"ObjectType = Image\nNDims = 3\nHeaderSize = {header_size}\nDimSize = 256 256 256\n"
        "ElementType = MET_SHORT\nElementDataFile = LIST\n"
        + "".join(f"{index}.raw\n" for index in range(256))
    )
    header = read_header(path)
    assert len(header.pixels.paths) == 256
    assert np.array_equal(np.concatenate(list(read_vois(header))), stack)


@pytest.mark.parametrize("yes", ["True", "T", "t", "1"])
def test_swapped_bytes_are_swapped_back_however_the_header_says_yes(
    tmp_path: Path, yes: str
) -> None:
    """Read as they lie, 100 HU would be 25,600."""
    stack = numbered(1)
    path = write_image(tmp_path / "s.mha", stack, compressed=False)
    text = path.read_bytes().partition(b"ElementDataFile")[0]
    text = text.replace(b"MSB = False", f"MSB = {yes}".encode())
    path.write_bytes(text + b"ElementDataFile = LOCAL\n" + stack.astype(">i2").tobytes())
    (voi,) = read_vois(read_header(path))
    assert np.array_equal(voi, stack)


def test_nifti_scaling_is_applied_as_simpleitk_does(tmp_path: Path) -> None:
    path = write_image(tmp_path / "s.nii", numbered(1))
    data = bytearray(path.read_bytes())
    data[112:120] = np.array([2.0, -1024.0], dtype="<f4").tobytes()
    path.write_bytes(bytes(data))
    (voi,) = read_vois(read_header(path))
    assert voi[0, 0, 0] == 90 * 2 - 1024
    assert np.array_equal(voi, sitk.GetArrayFromImage(sitk.ReadImage(str(path))))


def test_gzip_of_several_members_is_read_whole(tmp_path: Path) -> None:
    stack = numbered(1)
    plain = write_image(tmp_path / "s.nii", stack).read_bytes()
    path = tmp_path / "t.nii.gz"
    path.write_bytes(gzip.compress(plain[:1000]) + gzip.compress(plain[1000:]))
    (voi,) = read_vois(read_header(path))
    assert np.array_equal(voi, stack)


def test_geometry_is_simpleitks(tmp_path: Path) -> None:
    direction = (0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    path = write_image(
        tmp_path / "s.mha",
        numbered(1),
        spacing=(0.7, 0.8, 2.5),
        origin=(-1.5, 2, 3),
        direction=direction,
    )
    geometry = read_header(path).geometry
    assert geometry.size_xyz == (256, 256, 128)
    assert geometry.spacing_xyz == (0.7, 0.8, 2.5)
    assert geometry.origin_xyz == (-1.5, 2.0, 3.0)
    assert geometry.direction == direction


@pytest.mark.parametrize(
    ("shape", "found"),
    [((127, 256, 256), "found 127"), ((192, 256, 256), "found 192"), ((128, 255, 256), "256×255")],
)
def test_what_is_no_stack_of_vois_is_refused(
    tmp_path: Path, shape: tuple[int, int, int], found: str
) -> None:
    path = write_image(tmp_path / "s.mha", np.zeros(shape, np.int16))
    with pytest.raises(InputError, match=found) as caught:
        read_header(path)
    assert str(path) in str(caught.value)


def test_color_image_is_refused(tmp_path: Path) -> None:
    image = sitk.Image([256, 256, 128], sitk.sitkVectorUInt8, 3)
    sitk.WriteImage(image, str(tmp_path / "s.mha"), useCompression=True)
    with pytest.raises(InputError, match="one value a voxel"):
        read_header(tmp_path / "s.mha")


def test_missing_file_and_foreign_suffix_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        read_header(tmp_path / "s.mha")
    (tmp_path / "s.png").write_bytes(b"x")
    with pytest.raises(InputError, match=r"\.nii\.gz"):
        read_header(tmp_path / "s.png")


@pytest.mark.parametrize("content", [b"", b"not an image", b"ObjectType = Image\nNDims = 3\n"])
def test_what_is_no_image_is_refused(tmp_path: Path, content: bytes) -> None:
    for name in ("s.mha", "s.nii.gz"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=name):
            read_header(tmp_path / name)


def random_stack() -> npt.NDArray[Any]:
    return np.random.default_rng(3).integers(-1000, 1000, (128, 256, 256)).astype(np.int16)


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("suffix", [".mha", ".mhd"])
def test_truncated_metaimage_is_refused_with_its_header(
    tmp_path: Path, compressed: bool, suffix: str
) -> None:
    path = write_image(tmp_path / f"s{suffix}", random_stack(), compressed=compressed)
    voxels = path if suffix == ".mha" else next(tmp_path.glob("s.*raw"))
    voxels.write_bytes(voxels.read_bytes()[:-1000])
    with pytest.raises(InputError, match="truncated"):
        read_header(path)


def test_truncated_nifti_is_refused_when_it_is_read(tmp_path: Path) -> None:
    path = write_image(tmp_path / "s.nii.gz", random_stack())
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(InputError, match="the file ends before"):
        list(read_vois(read_header(path)))


def test_cut_stream_of_whole_length_is_refused_when_it_is_read(tmp_path: Path) -> None:
    """The announced number of packed bytes is there, but they unpack to too few voxels."""
    path = write_image(tmp_path / "s.mha", np.zeros((256, 256, 256), np.int16))
    text = path.read_bytes().partition(b"CompressedDataSize")[0]
    short = zlib.compress(bytes(128 * 256 * 256 * 2 + 10))
    rest = path.read_bytes().partition(b"CompressedDataSize")[2].partition(b"\n")[2]
    rest = rest.partition(b"LOCAL\n")[0] + b"LOCAL\n"
    path.write_bytes(text + b"CompressedDataSize = %d\n" % len(short) + rest + short)
    vois = read_vois(read_header(path))
    assert next(vois).max() == 0
    with pytest.raises(InputError, match="VOI 1 of 2"):
        next(vois)


def test_flipped_bit_fails_the_checksum(tmp_path: Path) -> None:
    path = write_image(tmp_path / "s.mha", random_stack())
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match="unpacked"):
        list(read_vois(read_header(path)))


def test_more_voxels_than_announced_are_refused(tmp_path: Path) -> None:
    path = write_image(tmp_path / "s.mha", np.zeros((256, 256, 256), np.int16))
    path.write_bytes(path.read_bytes().replace(b"DimSize = 256 256 256", b"DimSize = 256 256 128"))
    with pytest.raises(InputError, match="more voxels"):
        list(read_vois(read_header(path)))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(tmp_path: Path, value: float) -> None:
    stack = numbered(2, np.float32)
    stack[200, 5, 5] = value
    header = read_header(write_image(tmp_path / "s.mha", stack))
    with pytest.raises(InputError, match="VOI 1: expected finite HU values, found 1 voxel"):
        list(read_vois(header))


@pytest.mark.parametrize("data_file", ["../s.raw", "/etc/hostname", "LIST", "s_%s.raw"])
def test_header_that_points_elsewhere_is_refused(tmp_path: Path, data_file: str) -> None:
    path = write_image(tmp_path / "s.mhd", np.zeros((128, 256, 256), np.int16), compressed=False)
    path.write_text(path.read_text().replace("s.raw", data_file))
    with pytest.raises(InputError, match="ElementDataFile"):
        read_header(path)


@pytest.mark.parametrize(
    ("name", "stem"),
    [("a.mha", "a"), ("a.nii.gz", "a"), ("a.b.mhd", "a.b"), ("A.MHA", "A"), ("a.txt", "a.txt")],
)
def test_stack_name_drops_the_image_suffix(name: str, stem: str) -> None:
    assert stack_name(Path("somewhere") / name) == stem
