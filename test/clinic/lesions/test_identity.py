"""A lesion that continues an earlier one: the same tracking UID everywhere, objects of its own."""

import csv
import json
from datetime import datetime
from pathlib import Path

import pydicom
import pytest
from bright_predictor import bright_model
from clinic_scans import CENTRE_MM, DIRECTIONS, scan_of
from dicom_series import save, synthetic_series

import clinic
from clinic.dicom_out.write import write_objects
from clinic.lesions.clicks_file import read_clicks
from clinic.lesions.identity import check_uid, derived_uid, tracked
from clinic.lesions.targets import Target
from clinic.output.write import write_results
from uls.workshop.errors import CallError, InputError

_UID = "2.25.123456789"
_CLICK = (45, 32, 12)


def _objects(study: Path, folder: Path, uid: str = "") -> dict[str, pydicom.Dataset]:
    session = clinic.Session(study, model=bright_model())
    session.segment(_CLICK, tracking_uid=uid)
    folder.mkdir()
    when = datetime(2026, 1, 2, 3, 4, 5)
    write_objects(session.scan, session.lesions, session.model, folder, when=when)
    return {file.name: pydicom.dcmread(file) for file in sorted(folder.iterdir())}


def test_every_object_holds_it_and_none_takes_the_place_of_an_untracked_one(
    tmp_path: Path,
) -> None:
    study = save(synthetic_series(), tmp_path / "study")
    own, with_uid = _objects(study, tmp_path / "a"), _objects(study, tmp_path / "b", _UID)

    (segment,) = with_uid["segmentation.dcm"].SegmentSequence
    assert segment.TrackingUID == _UID
    for group in with_uid["report.dcm"].ContentSequence[-1].ContentSequence:
        uids = [str(item.UID) for item in group.ContentSequence if "UID" in item]
        assert uids == [_UID]
    for name, made in own.items():
        assert made.SOPInstanceUID != with_uid[name].SOPInstanceUID, name
    again = _objects(study, tmp_path / "c", _UID)
    for name, made in with_uid.items():
        assert made.SOPInstanceUID == again[name].SOPInstanceUID, name


def test_an_untracked_lesion_is_named_by_its_content_as_before(tmp_path: Path) -> None:
    study = save(synthetic_series(), tmp_path / "study")
    made = _objects(study, tmp_path / "a")
    uid = str(made["segmentation.dcm"].SegmentSequence[0].TrackingUID)
    series = str(made["segmentation.dcm"].ReferencedSeriesSequence[0].SeriesInstanceUID)
    expected = derived_uid(series, "0" * 64, "PR", uid)
    assert made["axes-1.dcm"].SOPInstanceUID == expected


@pytest.mark.parametrize("uid", ["", _UID])
def test_tables_and_records_hold_it_for_scans_that_are_not_dicom(uid: str, tmp_path: Path) -> None:
    scan, _ = scan_of(DIRECTIONS["axial"])
    session = clinic.Session(scan, model=bright_model())
    session.segment(CENTRE_MM, mm="LPS", tracking_uid=uid)

    write_results(session.scan, session.lesions, session.model, tmp_path, "nifti")

    with (tmp_path / "lesions.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    (lesion,) = json.loads((tmp_path / "results.json").read_text())["lesions"]
    assert row["tracking_uid"] == lesion["tracking_uid"] == check_uid(row["tracking_uid"])
    assert (row["tracking_uid"] == _UID) is bool(uid)


def test_corrections_keep_it() -> None:
    scan, _ = scan_of(DIRECTIONS["axial"])
    session = clinic.Session(scan, model=bright_model())
    session.segment(CENTRE_MM, mm="LPS", tracking_uid=_UID)
    session.change_threshold(1.0)
    assert session.lesions[0].target.tracking_uid == _UID


def test_one_for_each_lesion_of_the_call() -> None:
    targets = [Target("1", (1, 2, 3)), Target("2", (4, 5, 6))]
    assert [t.tracking_uid for t in tracked(targets, ["new", _UID])] == ["", _UID]
    assert tracked(targets, []) == targets
    with pytest.raises(CallError, match="one for each of 2 lesions"):
        tracked(targets, [_UID])


@pytest.mark.parametrize("text", ["", "2", "1.02", "a.b", "1." * 32 + "1", "1..2", "1.2\n"])
def test_what_is_no_uid_is_refused(text: str) -> None:
    with pytest.raises(CallError, match="a tracking UID"):
        check_uid(text)


def test_a_file_of_clicks_may_hold_it(tmp_path: Path) -> None:
    file = tmp_path / "clicks.csv"
    file.write_text(f"x,y,z,tracking_uid\n1,2,3,{_UID}\n4,5,6,\n7,8,9,new\n")
    assert [t.tracking_uid for t in read_clicks(file, None)] == [_UID, "", ""]
    file.write_text("x,y,z,tracking_uid\n1,2,3,PATIENT\n")
    with pytest.raises(InputError, match="row 1: expected a tracking UID"):
        read_clicks(file, None)
