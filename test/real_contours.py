"""The structure set that lies beside the real series."""

import lzma
import tarfile
from io import BytesIO

import pydicom
import pytest
from dicom_series import real_archive


def real_structure_set() -> pydicom.FileDataset:
    """Tumour, nodes, carina and a vertebra, drawn on the real series."""
    archive = real_archive()
    if archive is None:
        pytest.skip("there is no shared/dicom/4DLung-113.tar.xz near this checkout")
    with lzma.open(archive) as packed, tarfile.open(fileobj=packed) as tar:
        files = (tar.extractfile(m) for m in tar if m.isfile())
        datasets = (pydicom.dcmread(BytesIO(file.read())) for file in files if file)
        return next(d for d in datasets if d.Modality == "RTSTRUCT")
