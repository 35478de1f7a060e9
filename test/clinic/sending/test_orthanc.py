"""Debian's Orthanc takes and returns all that we make, and the same work twice adds nothing."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from dicom_tools import errors_of, groups_of, segments_of
from orthanc import Orthanc, running_orthanc

_ROOT = Path(__file__).parents[3]
_ADDRESSES = ["dicom://ORTHANC@127.0.0.1:4242", "http://127.0.0.1:8042/dicom-web/studies"]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    with running_orthanc(tmp_path_factory.mktemp("orthanc")) as running:
        yield running


def _send(archive: Orthanc, results: Path, address: str, outbox: Path) -> None:
    done = archive.run(
        *(sys.executable, "-m", "uls23", "send", results, "--to", address, "--outbox", outbox),
        env=os.environ | {"PYTHONPATH": str(_ROOT)},
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "4 objects are in the archive.\n"


@pytest.mark.parametrize("results", ["made", "other"])
def test_it_takes_and_returns_all_by_both_ways_once(
    results: str, archive: Orthanc, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """One study is sent by C-STORE first, the other one by STOW-RS; each then by the other way."""
    folder: Path = request.getfixturevalue(results)
    first, second = _ADDRESSES if results == "made" else _ADDRESSES[::-1]
    before = archive.count()
    sent = {str((d := pydicom.dcmread(f)).SOPInstanceUID): d for f in folder.glob("*.dcm")}

    _send(archive, folder, first, tmp_path / "outbox")
    assert archive.count() == before + 4
    _send(archive, folder, second, tmp_path / "outbox")
    _send(archive, folder, first, tmp_path / "another outbox")
    assert archive.count() == before + 4

    study = str(next(iter(sent.values())).StudyInstanceUID)
    returned = archive.retrieve(study, tmp_path / "returned")
    kinds = {}
    for file in returned:
        dataset = pydicom.dcmread(file)
        assert dataset.to_json_dict() == sent.pop(str(dataset.SOPInstanceUID)).to_json_dict()
        assert errors_of(file) == []
        kinds[dataset.Modality] = file
    assert not sent
    assert sorted(kinds) == ["OT", "PR", "SEG", "SR"]
    assert len(groups_of(kinds["SR"], tmp_path)) == 2
    assert len(segments_of(kinds["SEG"], tmp_path / "masks")) == 1
