"""Which files are a study's: a folder's, those around one file, a DICOMDIR's."""

import logging
from pathlib import Path

import numpy as np
import pydicom
import pytest
from dicom_series import PLANTED, body, save, synthetic_series
from nobody import as_nobody, folder_for_all
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from clinic.dicom.quiet import quiet
from clinic.dicom.read import read_dicom, study_series
from clinic.reading.look import look
from uls.workshop.errors import InputError

_HU = body(4, 16, 24)


def _dicomdir(folder: Path, names: list[list[str]]) -> Path:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.1.3.10"
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    records = [Dataset() for _ in names]
    with quiet():  # names in small letters are against the standard, and common
        for record, name in zip(records, names, strict=True):
            record.DirectoryRecordType, record.ReferencedFileID = "IMAGE", name
        dataset.DirectoryRecordSequence = records
        dataset.FileSetID = "X"
        dataset.save_as(folder / "DICOMDIR", enforce_file_format=True)
    return folder / "DICOMDIR"


def test_a_dicomdir_names_its_files(tmp_path: Path) -> None:
    folder = save(synthetic_series(_HU), tmp_path / "CD" / "DICOM")
    names = [["DICOM", file.name] for file in folder.iterdir()]

    scan = read_dicom(_dicomdir(tmp_path / "CD", names))

    np.testing.assert_array_equal(scan.hu, _HU)
    np.testing.assert_array_equal(read_dicom(tmp_path / "CD").hu, _HU)


def test_names_of_a_dicomdir_may_be_in_capitals(tmp_path: Path) -> None:
    folder = save(synthetic_series(_HU), tmp_path / "dicom")
    for file in list(folder.iterdir()):
        file.rename(folder / file.name.lower())
    names = [["DICOM", file.name.upper()] for file in folder.iterdir()]

    np.testing.assert_array_equal(read_dicom(_dicomdir(tmp_path, names)).hu, _HU)


@pytest.mark.parametrize("name", [["..", "IM0001.dcm"], ["/etc", "passwd"], ["../IM0001.dcm"]])
def test_a_dicomdir_leads_nowhere_else(name: list[str], tmp_path: Path) -> None:
    save(synthetic_series(_HU), tmp_path)
    (tmp_path / "in").mkdir()

    with pytest.raises(InputError, match="below its own folder"):
        read_dicom(_dicomdir(tmp_path / "in", [name]))


def test_a_dicomdir_of_files_that_are_gone(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one or more of them are missing"):
        read_dicom(_dicomdir(tmp_path, [["GONE"]]))


def test_one_file_stands_for_its_series(tmp_path: Path) -> None:
    other = synthetic_series(_HU + 5, PatientID="ANOTHER", PatientName="OTHER")
    save(synthetic_series(_HU), tmp_path)
    for number, dataset in enumerate(other):
        dataset.save_as(tmp_path / f"other{number}.dcm", enforce_file_format=True)

    np.testing.assert_array_equal(read_dicom(tmp_path / "IM0003.dcm").hu, _HU)
    np.testing.assert_array_equal(read_dicom(tmp_path / "other2.dcm").hu, _HU + 5)
    with pytest.raises(InputError, match="files of one patient"):
        read_dicom(tmp_path)


def test_the_same_patient_written_in_two_ways_is_one(tmp_path: Path) -> None:
    slices = synthetic_series(_HU, PatientName="Doe^Jane^^^")
    slices[1].PatientName = "DOE^JANE"
    slices[2].PatientName = "Doe^Jane^^Dr^=DOE^J"
    slices[3].PatientName = " doe ^ Jane^M"

    np.testing.assert_array_equal(read_dicom(save(slices, tmp_path)).hu, _HU)


def test_other_files_hidden_files_and_folders_are_passed_over(tmp_path: Path) -> None:
    save(synthetic_series(_HU), tmp_path / "a" / "b")
    (tmp_path / "readme.txt").write_text("hello")
    (tmp_path / "a" / "._IM0001.dcm").write_bytes(b"\0\5\x16\7")

    np.testing.assert_array_equal(read_dicom(tmp_path).hu, _HU)


def test_names_without_a_suffix_and_files_without_a_preamble_are_read(tmp_path: Path) -> None:
    save(synthetic_series(_HU), tmp_path)
    for number, file in enumerate(sorted(tmp_path.iterdir())):
        dataset = pydicom.dcmread(file)
        dataset.preamble, dataset.file_meta = None, FileMetaDataset()
        file.unlink()
        pydicom.dcmwrite(tmp_path / f"{number}", dataset, implicit_vr=True, little_endian=True)

    np.testing.assert_array_equal(read_dicom(tmp_path).hu, _HU)


def test_links_within_the_study_are_followed(tmp_path: Path) -> None:
    save(synthetic_series(_HU), tmp_path)
    (tmp_path / "IM0001.dcm").rename(tmp_path / "first")
    (tmp_path / "IM0001.dcm").symlink_to(tmp_path / "first")

    scan = read_dicom(tmp_path)

    np.testing.assert_array_equal(scan.hu, _HU)
    assert "1 file left out that repeated a slice" in scan.warnings[0]


def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    save(synthetic_series(_HU), tmp_path)
    (tmp_path / "IM0004.dcm").unlink()
    (tmp_path / "IM0004.dcm").symlink_to(tmp_path / "gone")

    with pytest.raises(InputError, match="a link that leads nowhere"):
        read_dicom(tmp_path)


def test_the_last_slice_damaged_beyond_recognition_is_not_left_out_silently(
    tmp_path: Path,
) -> None:
    save(synthetic_series(_HU), tmp_path)
    for file in list(tmp_path.iterdir()):
        file.rename(file.with_suffix(""))
    (tmp_path / "IM0004").write_bytes(bytes(2000))

    scan = read_dicom(tmp_path)

    assert scan.warnings == ("1 of 4 files left out: not DICOM, whatever they are",)
    (tmp_path / "IM0004").write_bytes(b"")
    with pytest.raises(InputError, match=r"file 4 of 4 \(by name\) is empty"):
        read_dicom(tmp_path)


def test_a_link_in_a_circle_is_refused(tmp_path: Path) -> None:
    save(synthetic_series(_HU), tmp_path / "study")
    (tmp_path / "study" / "again").symlink_to(tmp_path / "study")

    with pytest.raises(InputError, match="a link to a folder"):
        read_dicom(tmp_path / "study")


def test_a_file_that_may_not_be_read(caplog: pytest.LogCaptureFixture) -> None:
    with folder_for_all() as folder:
        save(synthetic_series(_HU), folder / "study")
        (folder / "study").chmod(0o755)
        (folder / "study" / "IM0002.dcm").chmod(0)
        with as_nobody(), pytest.raises(InputError, match=r"file 2 of 4 .* may read it"):
            read_dicom(folder / "study")


def test_a_folder_that_may_not_be_read() -> None:
    with folder_for_all() as folder:
        save(synthetic_series(_HU), folder / "study" / "sub")
        (folder / "study").chmod(0o755)
        (folder / "study" / "sub").chmod(0)
        with as_nobody(), pytest.raises(InputError, match="no permission"):
            read_dicom(folder / "study")


def test_series_are_listed_with_what_is_wrong(tmp_path: Path) -> None:
    good, mr = synthetic_series(_HU), synthetic_series(_HU, Modality="MR", SeriesNumber=2)
    save(good, tmp_path / "good")
    save(mr, tmp_path / "mr")

    lines = look(tmp_path)

    assert lines == [
        "1: MR, 4 files",
        "   not usable: MR, not CT",
        "2: CT, 4 files",
        "   usable: 24 × 16 × 4 voxels of 0.8 × 0.8 × 1 mm (x, y, z)",
    ]
    assert len(read_dicom(tmp_path).slices) == 4


def test_codes_that_are_none_are_not_shown(tmp_path: Path) -> None:
    """A header is anybody's: its text may name the patient, or steer a terminal."""
    with quiet():
        for n, values in enumerate(
            ({"Modality": "\x1b[31mPLANTED^X"}, {"RescaleType": "Planted^Y"},
             {"PhotometricInterpretation": "PLANTED^Z"})
        ):  # fmt: skip
            save(synthetic_series(_HU, **values), tmp_path / str(n))

    lines = "\n".join(look(tmp_path))

    assert "unknown, not CT" in lines
    assert "rescaled to unknown, not HU" in lines
    assert "stored as unknown, not MONOCHROME2" in lines
    assert "PLANTED" not in lines.upper()


def test_a_damaged_file_spoils_its_own_series_only(tmp_path: Path) -> None:
    good = synthetic_series(_HU, SeriesNumber=1)
    cut = save(synthetic_series(_HU, SeriesNumber=2), tmp_path / "cut") / "IM0002.dcm"
    save(good, tmp_path / "good")
    cut.write_bytes(cut.read_bytes()[:-50])

    first, second = study_series(tmp_path)

    assert not first.problem
    assert "file 2 of 8 (by name) is cut short: 718 of 768 bytes" in second.problem


def test_nothing_of_the_patient_is_logged_or_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    slices = synthetic_series(_HU)
    with quiet():
        for dataset in slices:
            dataset.PatientBirthDate = "PLANTEDBIRTH"  # no date: pydicom warns, and quotes it
        save([*slices, slices[0]], tmp_path)

    shown = "\n".join(look(tmp_path))
    scan = read_dicom(tmp_path)

    said = f"{shown} {caplog.text} {scan!r} {scan.slices!r} {study_series(tmp_path)!r}"
    assert not [value for value in (*PLANTED.values(), "PLANTED") if value in said]
