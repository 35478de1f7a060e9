"""What one DICOM file's header says, as far as reading a series needs it; no pixel is decoded."""

import re
from dataclasses import dataclass
from hashlib import sha256
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

from clinic.dicom.limited_file import LimitedFile
from clinic.dicom.pixels import FileError, find_pixels
from clinic.dicom.quiet import dicom_package, quiet

__all__ = ["FileError", "Header", "looks_like_dicom", "read_header"]

_TAGS = (
    "SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "Modality",
    "SeriesNumber", "SeriesDescription", "StudyDate", "InstanceNumber", "ImageType",
    "PatientID", "PatientName", "PatientBirthDate", "IssuerOfPatientID",
    "AcquisitionNumber", "AcquisitionTime", "AcquisitionDateTime", "TemporalPositionIdentifier",
    "ContentTime", "FrameOfReferenceUID", "ImagePositionPatient", "ImageOrientationPatient",
    "PixelSpacing", "Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "BitsAllocated",
    "PhotometricInterpretation", "PixelRepresentation", "RescaleSlope", "RescaleIntercept",
    "RescaleType",
)  # fmt: skip

_DEFLATED = "1.2.840.10008.1.2.1.99"
_BIG_ENDIAN = "1.2.840.10008.1.2.2"
_IMPLICIT = "1.2.840.10008.1.2"

_EXPLICIT = "1.2.840.10008.1.2.1"
_DIRECTORY = "1.2.840.10008.1.3.10"

_LARGEST_VALUE = 1 << 20

_CODE = re.compile(r"[A-Z0-9_ ]{1,16}")
_LARGEST_HASHED = 1 << 28


@dataclass(frozen=True, eq=False, repr=False)
class Header:
    """A file's header. It has no `repr`: what it holds of the patient must not get into a log.

    Attributes:
        path: the file.
        number: the file's place among all of the study, by name; 1 is the first.
        values: by keyword, only those that the file has and that are not empty.
        transfer_syntax: how the pixels are encoded, a UID.
        pixels_at: where the pixels' bytes begin; None where the file has none.
        pixels_bytes: how many there are.
    """

    path: Path
    number: int
    values: dict[str, Any]
    transfer_syntax: str
    pixels_at: int | None
    pixels_bytes: int

    def text(self, keyword: str) -> str:
        """Give a value as text, trimmed; empty where there is none."""
        return str(self.values.get(keyword, "")).strip()

    def code(self, keyword: str) -> str:
        """Give a coded value, such as a modality, to be shown; `unknown` where it is no code."""
        text = self.text(keyword).upper()
        return text if _CODE.fullmatch(text) else "unknown"

    def number_of(self, keyword: str, otherwise: int = 0) -> int:
        """Give a whole number; `otherwise` where there is none."""
        try:
            return int(self.values.get(keyword, otherwise))
        except (TypeError, ValueError, OverflowError):
            return otherwise

    def floats(self, keyword: str, n: int) -> tuple[float, ...] | None:
        """Give n numbers; None where the file has others, or none."""
        value: Any = self.values.get(keyword)
        try:
            numbers = tuple(float(v) for v in ([value] if n == 1 else value or ()))
        except (TypeError, ValueError):
            return None
        return numbers if len(numbers) == n else None

    @property
    def image_type(self) -> tuple[str, ...]:
        """Give the parts of ImageType, in capitals."""
        value = self.values.get("ImageType", ())
        parts = [value] if isinstance(value, str) else list(value)
        return tuple(str(part).strip().upper() for part in parts)

    def pixels_digest(self) -> str:
        """Give a hash of the pixels as they are stored, and of how they are scaled to HU."""
        scale = [self.text(k) for k in ("RescaleSlope", "RescaleIntercept")]
        digest = sha256(repr((self.transfer_syntax, scale)).encode())
        with self.path.open("rb") as file:
            file.seek(self.pixels_at or 0)
            digest.update(file.read(min(self.pixels_bytes, _LARGEST_HASHED)))
        return digest.hexdigest()


def looks_like_dicom(path: Path) -> bool:
    """Tell whether a file begins as DICOM does, with its preamble or (old files) without."""
    with path.open("rb") as file:
        start = file.read(132)
    if start[128:132] == b"DICM":
        return True
    if len(start) < 12 or start[:2] not in (b"\x08\x00", b"\x02\x00"):
        return False
    element = int.from_bytes(start[2:4], "little")
    return element <= 0x18 and (start[4:6].isalpha() or 0 < start[4] <= 128)


def read_header(path: Path, number: int) -> Header:
    """Read a DICOM file's header, and check that all its pixels are there.

    Raises:
        FileError: the file is damaged, cut short, or packed as a whole.
    """
    with path.open("rb") as file, quiet():
        try:
            return _read(file, path, number)
        except FileError:
            raise
        except OSError:
            raise
        except Exception as error:  # whatever a parser trips over, in a file of anybody
            raise FileError("is damaged: its header cannot be read") from error


def _read(file: BinaryIO, path: Path, number: int) -> Header:
    pydicom = dicom_package("pydicom")
    with_preamble = file.read(132)[128:] == b"DICM"
    if with_preamble:
        meta = dicom_package("pydicom.filereader").read_file_meta_info(path)
        if str(meta.get("TransferSyntaxUID", "")) == _DEFLATED:
            raise FileError("is packed as a whole (Deflated): unpack it, for example by dcmconv")
    file.seek(0)
    dataset = pydicom.dcmread(
        LimitedFile(file),
        stop_before_pixels=True,
        force=not with_preamble,
        defer_size=_LARGEST_VALUE,
        specific_tags=list(_TAGS),
    )
    syntax = str(dataset.file_meta.get("TransferSyntaxUID", "") or _IMPLICIT)
    values = _values(dataset)
    if "SOPClassUID" not in values or "SeriesInstanceUID" not in values:
        if "MediaStorageSOPClassUID" in dataset.file_meta and _is_directory(dataset):
            return Header(path, number, {"SOPClassUID": _DIRECTORY}, syntax, None, 0)
        raise FileError("is cut short within its header, or damaged")
    implicit = bool(dataset.is_implicit_VR)
    try:
        at, length = find_pixels(file, implicit=implicit, big_endian=syntax == _BIG_ENDIAN)
        header = Header(path, number, values, syntax, at, length)
        _check_length(header)
    except FileError as problem:
        problem.series_uid = str(values["SeriesInstanceUID"])
        raise
    return header


def _is_directory(dataset: Any) -> bool:
    return str(dataset.file_meta.MediaStorageSOPClassUID) == _DIRECTORY


def _values(dataset: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for keyword in _TAGS:
        raw = dataset.get_item(keyword, keep_deferred=True)
        if raw is None:
            continue
        if getattr(raw, "value", b"") is None and getattr(raw, "length", 0) > _LARGEST_VALUE:
            raise FileError("is damaged: a value in its header is absurdly long")
        value = dataset.get(keyword)
        if value is not None and str(value):
            values[keyword] = value
    return values


def _check_length(header: Header) -> None:
    """Compare the pixels' bytes with what rows, columns and bits announce (unpacked pixels only).

    Raises:
        FileError: there are fewer.
    """
    if header.pixels_at is None:
        if header.text("Modality") == "CT" and "Rows" in header.values:
            raise FileError("is cut short: it announces an image and holds no pixels")
        return
    if header.transfer_syntax not in (_IMPLICIT, _BIG_ENDIAN, _EXPLICIT):
        return
    n = prod(
        header.number_of(k, 1) for k in ("Rows", "Columns", "SamplesPerPixel", "NumberOfFrames")
    )
    expected = n * header.number_of("BitsAllocated", 16) // 8
    if header.pixels_bytes < expected:
        raise FileError(f"is cut short: {header.pixels_bytes} of {expected} bytes of pixels")
