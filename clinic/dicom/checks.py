"""Why a series is no CT volume that can be read: what its headers alone show."""

from collections import Counter
from collections.abc import Callable, Sequence

from clinic.dicom.header import Header
from clinic.dicom.quiet import dicom_package, quiet

__all__ = ["MOST_VOXELS", "problem_of"]

_WIDEST = 4096
MOST_VOXELS = 1 << 30
"""2 GiB in int16: 4,096 slices of 512 × 512."""

_CT = "1.2.840.10008.5.1.4.1.1.2"
_ENHANCED = {"1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2"}

_DECODED = {
    "1.2.840.10008.1.2": "implicit little endian",
    "1.2.840.10008.1.2.1": "explicit little endian",
    "1.2.840.10008.1.2.2": "explicit big endian",
    "1.2.840.10008.1.2.4.50": "JPEG baseline",
    "1.2.840.10008.1.2.4.51": "JPEG extended",
    "1.2.840.10008.1.2.4.57": "JPEG lossless",
    "1.2.840.10008.1.2.4.70": "JPEG lossless, first order",
    "1.2.840.10008.1.2.4.80": "JPEG-LS lossless",
    "1.2.840.10008.1.2.4.81": "JPEG-LS near-lossless",
    "1.2.840.10008.1.2.4.90": "JPEG 2000 lossless",
    "1.2.840.10008.1.2.4.91": "JPEG 2000",
    "1.2.840.10008.1.2.5": "RLE",
}
"""Transfer syntaxes that SimpleITK decodes, each of which a test reads back."""

_SHOWN = 6

_SAME = 5e-4
"""By how much direction cosines, and spacings in mm, may differ from slice to slice."""


def problem_of(headers: Sequence[Header]) -> str:
    """Say why the slices of a series cannot be read as a CT volume; empty where they can."""
    for check in (_kind, _encoding, _size, _scale, _sameness):
        if problem := check(headers):
            return problem
    return ""


def _kind(headers: Sequence[Header]) -> str:
    modality = headers[0].code("Modality")
    if modality != "CT":
        what = modality if "Rows" in headers[0].values else f"no images ({modality})"
        return f"{what}, not CT"
    classes = {h.text("SOPClassUID") for h in headers}
    if classes & _ENHANCED:
        return (
            "enhanced multi-frame CT: not supported; export the series as single-frame CT, or "
            "convert it to NIfTI, for example by dcm2niix"
        )
    if classes != {_CT}:
        return "CT by name, but not stored as CT images (secondary captures or reports)"
    frames = _numbers([h for h in headers if h.number_of("NumberOfFrames", 1) != 1])
    return f"several frames in one file ({frames}): not supported" if frames else ""


def _encoding(headers: Sequence[Header]) -> str:
    for header in headers:
        syntax = header.transfer_syntax
        if syntax not in _DECODED:
            return (
                f"packed as {_name_of(syntax)}: not supported; unpack it, for example by dcmdjpeg"
            )
        if header.number_of("SamplesPerPixel", 1) != 1:
            return f"colour images ({_numbers([header])}), not CT"
        if header.text("PhotometricInterpretation") not in ("MONOCHROME2", ""):
            return f"stored as {header.code('PhotometricInterpretation')}, not MONOCHROME2"
        if header.number_of("BitsAllocated", 16) not in (8, 16):
            return f"{header.number_of('BitsAllocated')} bits a pixel: not supported"
    return ""


def _name_of(syntax: str) -> str:
    with quiet():
        name = dicom_package("pydicom.uid").UID(syntax).name
    return "an unknown transfer syntax" if name == syntax else str(name)


def _size(headers: Sequence[Header]) -> str:
    for h in headers:
        rows, columns = h.number_of("Rows"), h.number_of("Columns")
        if not (0 < rows <= _WIDEST and 0 < columns <= _WIDEST):
            return f"{rows:,} × {columns:,} pixels ({_numbers([h])}): limit {_WIDEST:,}"
    voxels = sum(h.number_of("Rows") * h.number_of("Columns") for h in headers)
    if voxels > MOST_VOXELS:
        return f"{voxels:,} voxels: limit {MOST_VOXELS:,}"
    return "one slice only: no volume" if len(headers) < 2 else ""


def _scale(headers: Sequence[Header]) -> str:
    """Refuse what has no Hounsfield scale: no rescaling, one of another unit, or one of nothing."""
    for h in headers:
        slope, intercept = h.floats("RescaleSlope", 1), h.floats("RescaleIntercept", 1)
        if slope is None or intercept is None or not 1e-4 <= slope[0] <= 1e4:
            return f"no Hounsfield scale (no rescale slope and intercept, {_numbers([h])})"
        if h.text("RescaleType").upper() not in ("", "HU"):
            return f"no Hounsfield scale (rescaled to {h.code('RescaleType')}, not HU)"
        if not abs(intercept[0]) <= 1e5:
            return f"no Hounsfield scale (a rescale intercept of {intercept[0]:g})"
    return ""


def _sameness(headers: Sequence[Header]) -> str:
    """Refuse slices that do not belong together; the fewer are named."""
    checks: tuple[tuple[str, Callable[[Header], str]], ...] = (
        ("rows and columns", lambda h: f"{h.text('Rows')} × {h.text('Columns')}"),
        ("pixel spacing", lambda h: _like(headers[0], h, "PixelSpacing", 2)),
        ("orientation", lambda h: _like(headers[0], h, "ImageOrientationPatient", 6)),
        ("frame of reference", lambda h: h.text("FrameOfReferenceUID")),
    )
    for name, value in checks:
        values = [value(h) for h in headers]
        counts = Counter(values)
        if len(counts) > 1:
            usual = counts.most_common(1)[0][0]
            odd = [h for h, v in zip(headers, values, strict=True) if v != usual]
            sizes = (
                f": {', '.join(counts)}" if name == "rows and columns" and len(counts) < 4 else ""
            )
            return f"slices of different {name}{sizes} ({_numbers(odd)})"
    for name, keyword, n in (
        ("position", "ImagePositionPatient", 3),
        ("orientation", "ImageOrientationPatient", 6),
        ("pixel spacing", "PixelSpacing", 2),
    ):
        if without := [h for h in headers if h.floats(keyword, n) is None]:
            return f"no {name} in the header ({_numbers(without)})"
    return ""


def _like(first: Header, header: Header, keyword: str, n: int) -> str:
    """Tell whether a header's numbers are the first one's, but for rounding."""
    a, b = first.floats(keyword, n), header.floats(keyword, n)
    if a is None or b is None:
        return str(a is b)
    return str(all(abs(p - q) <= _SAME for p, q in zip(a, b, strict=True)))


def _numbers(headers: Sequence[Header]) -> str:
    """Name files by their numbers."""
    if not headers:
        return ""
    numbers = [str(h.number) for h in headers[:_SHOWN]]
    more = f" and {len(headers) - _SHOWN} more" if len(headers) > _SHOWN else ""
    return f"file{'s' * (len(headers) > 1)} {', '.join(numbers)}{more}"
