"""Voxels come back in HU from every codec; a decoder that takes too much takes nothing with it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dicom_series import body, real_series, save, synthetic_series
from pydicom import dcmwrite
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRBigEndian, RLELossless

from clinic.dicom import decode as decode_module
from clinic.dicom.decode import Limits
from clinic.dicom.read import read_dicom
from uls.workshop.errors import InputError

imagecodecs = pytest.importorskip("imagecodecs")

_HU = body(6, 64, 96)


def _encoded(encode: Callable[[Any], bytes], uid: str) -> list:
    slices = synthetic_series(_HU)
    for dataset in slices:
        dataset.PixelData = encapsulate([encode(dataset.pixel_array)])
        dataset["PixelData"].is_undefined_length = True
        dataset.file_meta.TransferSyntaxUID = uid
    return slices


def _jpeg2000(pixels: np.ndarray) -> bytes:
    return imagecodecs.jpeg2k_encode(pixels, codecformat="j2k", reversible=True)


_CODECS: dict[str, tuple[Callable[[Any], bytes], str]] = {
    "JPEG lossless": (imagecodecs.ljpeg_encode, "1.2.840.10008.1.2.4.57"),
    "JPEG lossless, first order": (imagecodecs.ljpeg_encode, "1.2.840.10008.1.2.4.70"),
    "JPEG-LS": (imagecodecs.jpegls_encode, "1.2.840.10008.1.2.4.80"),
    "JPEG-LS near": (imagecodecs.jpegls_encode, "1.2.840.10008.1.2.4.81"),
    "JPEG 2000 lossless": (_jpeg2000, "1.2.840.10008.1.2.4.90"),
    "JPEG 2000": (_jpeg2000, "1.2.840.10008.1.2.4.91"),
}


@pytest.mark.parametrize("codec", list(_CODECS))
def test_packed_pixels_come_back_as_they_were(codec: str, tmp_path: Path) -> None:
    scan = read_dicom(save(_encoded(*_CODECS[codec]), tmp_path))

    np.testing.assert_array_equal(scan.hu, _HU)


@pytest.mark.parametrize(("bits", "uid"), [(8, "50"), (12, "51")])
def test_lossy_jpeg_comes_back_nearly(bits: int, uid: str, tmp_path: Path) -> None:
    smooth = (40 + 10 * np.sin(np.arange(96) / 9)).astype(int)
    grey = np.tile(smooth, (64, 1)).astype(np.uint8 if bits == 8 else np.uint16)
    slices = synthetic_series(_HU)
    for dataset in slices:
        dataset.BitsAllocated, dataset.BitsStored = (8 if bits == 8 else 16), bits
        dataset.HighBit = bits - 1
        packed = imagecodecs.jpeg8_encode(grey, level=99, bitspersample=bits)
        dataset.PixelData = encapsulate([packed])
        dataset["PixelData"].is_undefined_length = True
        dataset.file_meta.TransferSyntaxUID = f"1.2.840.10008.1.2.4.{uid}"

    hu = read_dicom(save(slices, tmp_path)).hu

    np.testing.assert_allclose(hu, np.broadcast_to(grey.astype(int) - 1024, hu.shape), atol=2)


def test_rle_comes_back_as_it_was(tmp_path: Path) -> None:
    slices = synthetic_series(_HU)
    for dataset in slices:
        dataset.compress(RLELossless, generate_instance_uid=False)

    np.testing.assert_array_equal(read_dicom(save(slices, tmp_path)).hu, _HU)


def test_big_endian_comes_back_as_it_was(tmp_path: Path) -> None:
    slices = synthetic_series(_HU)
    tmp_path.joinpath("big").mkdir()
    for number, dataset in enumerate(slices):
        dataset.PixelData = dataset.pixel_array.astype(">u2").tobytes()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
        file = tmp_path / "big" / f"{number}.dcm"
        encoding = {"implicit_vr": False, "little_endian": False, "force_encoding": True}
        dcmwrite(file, dataset, **encoding)

    np.testing.assert_array_equal(read_dicom(tmp_path / "big").hu, _HU)


def test_real_voxels_equal_those_of_pydicom(tmp_path: Path) -> None:
    slices = real_series()
    expected = np.stack([d.pixel_array.astype(np.int32) + int(d.RescaleIntercept) for d in slices])

    scan = read_dicom(save(slices, tmp_path))

    assert scan.hu.dtype == np.int16
    np.testing.assert_array_equal(scan.hu, expected)


@pytest.mark.parametrize("bits", [12, 16])
@pytest.mark.parametrize("stored", ["signed", "unsigned", "with rubbish above"])
def test_ways_to_store_a_pixel(stored: str, bits: int, tmp_path: Path) -> None:
    slices = synthetic_series(_HU)
    for dataset, plane in zip(slices, _HU, strict=True):
        dataset.BitsStored, dataset.HighBit = bits, bits - 1
        if stored == "signed":
            dataset.PixelRepresentation, dataset.RescaleIntercept = 1, 0
            dataset.PixelData = (plane.astype(np.int32) & (2**bits - 1)).astype("<u2").tobytes()
        elif stored == "with rubbish above":  # old overlays lie in bits that are not stored
            rubbish = 0 if bits == 16 else 0xA000
            dataset.PixelData = ((plane.astype(np.int32) + 1024) | rubbish).astype("<u2").tobytes()

    np.testing.assert_array_equal(read_dicom(save(slices, tmp_path)).hu, _HU)


def test_each_slice_has_its_own_rescaling(tmp_path: Path) -> None:
    slices = synthetic_series(_HU)
    for index, (dataset, plane) in enumerate(zip(slices, _HU, strict=True)):
        dataset.RescaleIntercept = -1024 - 10 * index
        dataset.PixelData = (plane + 1024 + 10 * index).astype("<u2").tobytes()

    np.testing.assert_array_equal(read_dicom(save(slices, tmp_path)).hu, _HU)


def test_a_slope_that_is_not_whole_gives_floats(tmp_path: Path) -> None:
    slices = synthetic_series(_HU)
    for dataset, plane in zip(slices, _HU, strict=True):
        dataset.RescaleSlope, dataset.RescaleIntercept = "0.5", "-1024"
        dataset.PixelData = (2 * (plane + 1024) + 1).astype("<u2").tobytes()

    scan = read_dicom(save(slices, tmp_path))

    assert scan.hu.dtype == np.float32
    np.testing.assert_array_equal(scan.hu, _HU + 0.5)


def test_voxels_beyond_int16_are_clipped_and_counted(tmp_path: Path) -> None:
    slices = synthetic_series(_HU)
    pixels = np.array(slices[2].pixel_array)
    pixels[3, 4:7] = 65535
    slices[2].PixelData = pixels.tobytes()

    scan = read_dicom(save(slices, tmp_path))

    assert scan.hu[2, 3, 4:7].tolist() == [32767] * 3
    assert scan.warnings == ("3 voxels beyond ±32,767 HU were set to that",)


def test_a_packed_bomb_behind_an_honest_header_is_refused(tmp_path: Path) -> None:
    """The header says 64 × 96; the packed image says 40,000 × 40,000."""
    slices = _encoded(_jpeg2000, "1.2.840.10008.1.2.4.90")
    code = bytearray(_jpeg2000((_HU[3] + 1024).astype(np.uint16)))
    at = code.index(b"\xff\x51") + 6
    for field in (0, 16):  # the image's size, and the tile's
        code[at + field : at + field + 8] = (40000).to_bytes(4, "big") * 2
    slices[3].PixelData = encapsulate([bytes(code)])
    slices[3]["PixelData"].is_undefined_length = True

    with pytest.raises(InputError, match=r"File 4 of the study .* cannot be decoded"):
        read_dicom(save(slices, tmp_path))


def test_a_slice_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    study = save(synthetic_series(_HU), tmp_path)

    with pytest.raises(InputError, match="it takes more time than a slice may"):
        read_dicom(study, limits=Limits(seconds_per_slice=1e-5))


def test_a_slice_that_takes_too_much_memory_is_refused(tmp_path: Path) -> None:
    study = save(synthetic_series(np.zeros((2, 4096, 4096), np.int16)), tmp_path)

    with pytest.raises(InputError, match=r"File 1 .* (more memory|broke down)"):
        read_dicom(study, limits=Limits(memory_bytes=480 << 20))


def test_all_slices_together_may_not_take_too_long(tmp_path: Path) -> None:
    study = save(synthetic_series(_HU), tmp_path)

    with pytest.raises(Exception, match=r"more than 0 s in all|did not start"):
        read_dicom(study, limits=Limits(seconds=0.0))


@pytest.mark.parametrize("n_children", [1, 2, 3])
def test_children_share_the_slices(
    n_children: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [range(6 * i // n_children, 6 * (i + 1) // n_children) for i in range(n_children)]
    monkeypatch.setattr(decode_module, "_parts", lambda n: parts)

    np.testing.assert_array_equal(read_dicom(save(synthetic_series(_HU), tmp_path)).hu, _HU)


def test_names_of_any_bytes_are_read(tmp_path: Path) -> None:
    study = save(synthetic_series(_HU), tmp_path / "study")
    (study / "IM0001.dcm").rename(study / "IM\udcff 0001 ü.dcm")

    np.testing.assert_array_equal(read_dicom(study).hu, _HU)
