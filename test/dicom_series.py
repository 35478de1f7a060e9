"""CT series for tests: a synthetic one, and slices of the real one where that lies near."""

import lzma
import tarfile
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

SLICES = 24
AXIAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))

PLANTED = {
    "PatientName": "PLANTEDNAME",
    "PatientID": "PLANTEDID77",
    "PatientBirthDate": "19330727",
    "AccessionNumber": "PLANTEDACC",
    "ReferringPhysicianName": "PLANTEDDOC^X",
    "InstitutionName": "PLANTEDPLACE",
    "StudyDescription": "PLANTEDSTUDY",
    "SeriesDescription": "PLANTEDSERIES",
    "StudyID": "PLANTEDSID",
    "OperatorsName": "PLANTEDOPERATOR",
    "PatientComments": "PLANTEDCOMMENT",
}
"""What must be found in no output but the DICOM objects; the name has one part only."""


def real_archive() -> Path | None:
    """The real series' archive, in a folder `shared` beside the checkout or further up."""
    for parent in Path(__file__).resolve().parents:
        archive = parent / "shared" / "dicom" / "4DLung-113.tar.xz"
        if archive.is_file():
            return archive
    return None


@cache
def _real_files() -> tuple[bytes, ...]:
    archive = real_archive()
    if archive is None:
        pytest.skip("there is no shared/dicom/4DLung-113.tar.xz near this checkout")
    with lzma.open(archive) as packed, tarfile.open(fileobj=packed) as tar:
        members = [m for m in tar if m.isfile()]
        contents = [file.read() for m in members if (file := tar.extractfile(m))]
    return tuple(c for c in contents if pydicom.dcmread(BytesIO(c)).Modality == "CT")


def real_series(n_slices: int | None = SLICES) -> list[FileDataset]:
    """The real series, or slices of its middle, from feet to head."""
    datasets = [pydicom.dcmread(BytesIO(content)) for content in _real_files()]
    datasets.sort(key=lambda d: float(d.ImagePositionPatient[2]))
    first = 0 if n_slices is None else (len(datasets) - n_slices) // 2
    return datasets[first : None if n_slices is None else first + n_slices]


def synthetic_series(
    hu: np.ndarray[Any, Any] | None = None,
    *,
    spacing: tuple[float, float, float] = (0.8, 0.8, 1.0),
    origin: Sequence[float] = (-100.0, -80.0, 50.0),
    axes: Sequence[Sequence[float]] = AXIAL,
    **values: Any,
) -> list[FileDataset]:
    """A series in the order of its array; `axes` are those of a row and of a column, LPS."""
    if hu is None:
        hu = body(SLICES, 64, 96)
    normal = np.cross(*axes)
    study, series, frame = generate_uid(), generate_uid(), generate_uid()
    datasets = []
    for index, plane in enumerate(hu):
        dataset = _image(plane)
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, series
        dataset.FrameOfReferenceUID = frame
        dataset.SeriesNumber, dataset.InstanceNumber = 4, index + 1
        place = np.asarray(origin) + index * spacing[2] * normal
        dataset.ImagePositionPatient = [f"{v:.6f}"[:16] for v in place]
        dataset.ImageOrientationPatient = [f"{v:.12f}"[:16] for v in (*axes[0], *axes[1])]
        dataset.PixelSpacing = [spacing[1], spacing[0]]
        dataset.SliceThickness = spacing[2]
        for keyword, value in {**PLANTED, **values}.items():
            setattr(dataset, keyword, value)
        datasets.append(dataset)
    return datasets


def _image(hu: np.ndarray[Any, Any]) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)  # type: ignore[arg-type]
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.Modality, dataset.ImageType = "CT", ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.StudyDate, dataset.StudyTime = "20200102", "101112"
    dataset.SeriesDate, dataset.SeriesTime = "20200102", "101112"
    dataset.AcquisitionNumber, dataset.AcquisitionTime = 1, "101500"
    dataset.ContentDate, dataset.ContentTime = "20200102", "101600"
    dataset.PatientSex, dataset.PatientPosition, dataset.BodyPartExamined = "O", "HFS", "CHEST"
    dataset.Manufacturer, dataset.KVP, dataset.PositionReferenceIndicator = "TEST", 120, ""
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PixelRepresentation = 0
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = 1, -1024, "HU"
    set_hu(dataset, hu)
    return dataset


def set_hu(dataset: Dataset, hu: np.ndarray[Any, Any]) -> None:
    """Give a slice other voxels."""
    dataset.Rows, dataset.Columns = hu.shape
    stored = (hu - float(dataset.RescaleIntercept)) / float(dataset.RescaleSlope)
    dataset.PixelData = np.rint(stored).astype("<u2").tobytes()


def body(n: int, rows: int, columns: int) -> np.ndarray[Any, Any]:
    """Air, a body of 40 HU with a gradient, and a lesion of 90 HU: no two slices are equal."""
    z, y, x = np.ogrid[:n, :rows, :columns]
    hu = np.full((n, rows, columns), -1000, dtype=np.int16)
    inside = ((y - rows / 2) / (0.45 * rows)) ** 2 + ((x - columns / 2) / (0.45 * columns)) ** 2 < 1
    hu[np.broadcast_to(inside, hu.shape)] = 40
    hu += (np.broadcast_to(z, hu.shape) + (x % 7)).astype(np.int16)
    lesion = ((z - n / 2) / 6.0) ** 2 + ((y - rows / 2) / 8.0) ** 2 + ((x - 45) / 9.0) ** 2 < 1
    hu[lesion] = 90
    return hu


def save(datasets: Sequence[Dataset], folder: Path, *, backwards: bool = False) -> Path:
    """Write a series; the names' order is the list's, or the other way round."""
    folder.mkdir(parents=True, exist_ok=True)
    for index, dataset in enumerate(datasets):
        number = len(datasets) - index if backwards else index + 1
        dataset.save_as(folder / f"IM{number:04d}.dcm", enforce_file_format=True)
    return folder


def renew(dataset: Dataset) -> Dataset:
    """A copy that is an instance of its own."""
    copy = pydicom.dcmread(BytesIO(_bytes(dataset)))
    copy.SOPInstanceUID = copy.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    return copy


def _bytes(dataset: Dataset) -> bytes:
    file = BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()
