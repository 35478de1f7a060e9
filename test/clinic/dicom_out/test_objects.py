"""DICOM objects: valid, read back by others voxel by voxel, the same twice, and nothing claimed."""

import logging
import math
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from bright_predictor import bright_model
from clinic_scans import whole
from dicom_series import PLANTED, body, real_series, save, synthetic_series
from dicom_tools import disagreements_of, errors_of, groups_of, segments_of

import clinic
from clinic.dicom_out.write import write_objects

_WHEN = datetime(2026, 1, 2, 3, 4, 5)
_TURN = math.radians(25)
_TURNS = {
    "axial": ((1, 0, 0), (0, 1, 0)),
    "flipped": ((-1, 0, 0), (0, 1, 0)),
    "feet first": ((-1, 0, 0), (0, -1, 0)),
    "coronal": ((1, 0, 0), (0, 0, -1)),
    "sagittal": ((0, 1, 0), (0, 0, -1)),
    "oblique": (
        (math.cos(_TURN), math.sin(_TURN), 0),
        (-math.sin(_TURN) * math.cos(0.3), math.cos(_TURN) * math.cos(0.3), math.sin(0.3)),
    ),
}
_CLICK = (45, 32, 12)


def _session(study: Path, *clicks: tuple[int, int, int]) -> clinic.Session:
    session = clinic.Session(study, model=bright_model())
    for click in clicks:
        session.segment(click)
    return session


def _written(session: clinic.Session, folder: Path, when: datetime = _WHEN) -> dict[str, Path]:
    folder.mkdir()
    write_objects(session.scan, session.lesions, session.model, folder, when=when)
    return {file.name: file for file in sorted(folder.iterdir())}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return save(synthetic_series(), tmp_path / "study")


@pytest.mark.parametrize("source", [synthetic_series, real_series])
def test_checkers_find_nothing(source: Callable[[], list], tmp_path: Path) -> None:
    """On the real slices the bright predictor takes all tissue for one lesion: all the better."""
    study = save(source(), tmp_path / "study")
    session = _session(study)
    y, x = np.argwhere(session.scan.hu[12] > 80)[0].tolist()
    session.segment((x, y, 12))

    files = _written(session, tmp_path / "out")

    assert list(files) == ["axes-1.dcm", "key-1.dcm", "report.dcm", "segmentation.dcm"]
    for file in files.values():
        assert errors_of(file) == [], file.name
    assert disagreements_of([*files.values(), *sorted(study.iterdir())]) == []


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("turn", list(_TURNS))
def test_dcmqi_reads_the_masks_voxel_by_voxel_where_they_were(
    turn: str, backwards: bool, tmp_path: Path
) -> None:
    slices = synthetic_series(axes=_TURNS[turn], spacing=(0.7, 0.9, 1.5))
    session = _session(save(slices, tmp_path / "study", backwards=backwards), _CLICK)
    lesion = whole(session.lesions[0].mask)
    np.testing.assert_array_equal(lesion, body(24, 64, 96) == 90)

    (image,) = segments_of(
        _written(session, tmp_path / "out")["segmentation.dcm"], tmp_path / "read"
    )

    mask = sitk.GetArrayFromImage(image)
    found = set()
    grid = session.scan.grid
    for z, y, x in np.argwhere(mask).tolist():
        mm = image.TransformIndexToPhysicalPoint((x, y, z))
        index = grid.to_index(mm)
        i, j, k = (round(at) for at in index)
        assert math.dist(grid.to_mm((i, j, k)), mm) < 0.01
        found.add((k, j, i))
    assert found == set(map(tuple, np.argwhere(lesion).tolist()))
    size = np.array(image.GetSize()) - 1
    for corner in np.array(np.meshgrid(*[[0, 1]] * 3)).T.reshape(-1, 3):
        mm = image.TransformIndexToPhysicalPoint((corner * size).tolist())
        index = np.array(grid.to_index(mm))
        assert math.dist(grid.to_mm(np.rint(index)), mm) < 0.01


def test_dcmqi_reads_both_groups_of_the_report(study: Path, tmp_path: Path) -> None:
    session = _session(study, _CLICK)
    measured = session.lesions[0].measurements
    assert measured is not None

    first, second = groups_of(_written(session, tmp_path / "out")["report.dcm"], tmp_path)

    assert first["TrackingIdentifier"] == second["TrackingIdentifier"] == "Lesion 1"
    values = {
        item["quantity"]["CodeMeaning"]: (float(item["value"]), item["units"]["CodeValue"])
        for group in (first, second)
        for item in group["measurementItems"]
    }
    assert values == {
        "Volume": (pytest.approx(measured.volume_ml, abs=1e-3), "ml"),
        "Attenuation Coefficient": (pytest.approx(90), "[hnsf'U]"),
        "Long axis": (pytest.approx(measured.long_axis.length_mm, abs=1e-2), "mm"),
        "Short axis": (pytest.approx(measured.short_axis.length_mm, abs=1e-2), "mm"),
    }


def _items(dataset: pydicom.Dataset) -> list[pydicom.Dataset]:
    found = [dataset]
    for item in dataset.get("ContentSequence", []):
        found += _items(item)
    return found


@pytest.mark.parametrize("turn", ["axial", "flipped", "feet first", "oblique"])
def test_lines_lie_on_the_lesion_in_the_slice_that_they_name(turn: str, tmp_path: Path) -> None:
    """Column and row, 0.5 being the first pixel's centre, in report and presentation state."""
    slices = synthetic_series(axes=_TURNS[turn], spacing=(0.7, 0.9, 1.5))
    session = _session(save(slices, tmp_path / "study"), _CLICK)
    files = _written(session, tmp_path / "out")
    measured = session.lesions[0].measurements
    assert measured is not None
    by_uid = {d.SOPInstanceUID: d for d in slices}

    lines = []
    for item in _items(pydicom.dcmread(files["report.dcm"])):
        if item.get("ValueType") == "SCOORD":
            (image,) = item.ContentSequence
            uid = image.ReferencedSOPSequence[0].ReferencedSOPInstanceUID
            lines.append((by_uid[uid], np.array(item.GraphicData).reshape(2, 2)))
    state = pydicom.dcmread(files["axes-1.dcm"])
    (annotation,) = state.GraphicAnnotationSequence
    uid = annotation.ReferencedImageSequence[0].ReferencedSOPInstanceUID
    for line in annotation.GraphicObjectSequence:
        lines.append((by_uid[uid], np.array(line.GraphicData).reshape(2, 2)))

    assert len(lines) == 4
    axes = [measured.long_axis, measured.short_axis] * 2
    for (image, ends), axis in zip(lines, axes, strict=True):
        row, column = np.reshape(image.ImageOrientationPatient, (2, 3)).astype(float)
        down, right = map(float, image.PixelSpacing)
        origin = np.array(image.ImagePositionPatient, float)
        mm = [origin + (c - 0.5) * right * row + (r - 0.5) * down * column for c, r in ends]
        np.testing.assert_allclose(mm, axis.ends_mm, atol=0.01)
        assert math.dist(*mm) == pytest.approx(axis.length_mm, abs=0.01)


def test_slices_that_are_not_axial_get_no_lines_but_all_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    slices = synthetic_series(axes=_TURNS["coronal"])
    session = _session(save(slices, tmp_path / "study"), _CLICK)

    files = _written(session, tmp_path / "out")

    assert list(files) == ["key-1.dcm", "report.dcm", "segmentation.dcm"]
    assert "The slices are not axial" in caplog.text
    for file in files.values():
        assert errors_of(file) == [], file.name


def test_the_same_work_makes_the_same_objects(study: Path, tmp_path: Path) -> None:
    once, twice = (_written(_session(study, _CLICK), tmp_path / name) for name in ("once", "twice"))
    later = _written(_session(study, _CLICK), tmp_path / "later", datetime(2027, 1, 1))
    other = _written(_session(study, (45, 20, 12), _CLICK), tmp_path / "other")

    for name, file in once.items():
        assert file.read_bytes() == twice[name].read_bytes(), name
        same, same_later = pydicom.dcmread(file), pydicom.dcmread(later[name])
        assert same.SOPInstanceUID == same_later.SOPInstanceUID
        assert same.SeriesInstanceUID == same_later.SeriesInstanceUID
    uids = [pydicom.dcmread(f).SOPInstanceUID for f in (*once.values(), *other.values())]
    assert len(set(uids)) == len(uids)


def test_no_object_is_in_two_series(study: Path, tmp_path: Path) -> None:
    """A lesion that comes later leaves the first one's key image and lines where they were."""
    alone = _written(_session(study, _CLICK), tmp_path / "alone")
    both = _written(_session(study, _CLICK, (45, 20, 12)), tmp_path / "both")

    places = {}
    for file in (*alone.values(), *both.values()):
        made = pydicom.dcmread(file)
        places.setdefault(str(made.SOPInstanceUID), set()).add(str(made.SeriesInstanceUID))
    assert [len(series) for series in places.values()] == [1] * 8
    assert len({uid for series in places.values() for uid in series}) == 6
    first, second = ([f for n, f in of.items() if n[-5] in "12"] for of in (alone, both))
    assert disagreements_of([*first, *second[1::2], *study.iterdir()]) == []


def test_results_are_in_the_study_in_series_of_their_own_and_claim_nothing(
    study: Path, tmp_path: Path
) -> None:
    files = _written(_session(study, _CLICK), tmp_path / "out")
    source = pydicom.dcmread(study / "IM0001.dcm")
    objects = {name: pydicom.dcmread(file) for name, file in files.items()}

    for made in objects.values():
        for keyword in ("PatientName", "PatientID", "StudyInstanceUID", "AccessionNumber"):
            assert made[keyword].value == source[keyword].value
        assert made.SeriesInstanceUID != source.SeriesInstanceUID
        assert made.SOPInstanceUID.startswith("2.25.")
    assert len({made.SeriesInstanceUID for made in objects.values()}) == len(objects)
    report, masks = objects["report.dcm"], objects["segmentation.dcm"]
    assert (report.VerificationFlag, report.CompletionFlag) == ("UNVERIFIED", "PARTIAL")
    assert "VerifyingObserverSequence" not in report
    assert masks.SegmentationType == "BINARY"
    (segment,) = masks.SegmentSequence
    assert segment.SegmentAlgorithmType == "SEMIAUTOMATIC"
    (algorithm,) = segment.SegmentationAlgorithmIdentificationSequence
    assert f"model_sha256={'0' * 64}" in algorithm.AlgorithmParameters
    tracking = {
        item.UID for item in _items(report) if item.get("ValueType") == "UIDREF"
        and item.ConceptNameCodeSequence[0].CodeValue == "112040"
    }  # fmt: skip
    assert tracking == {segment.TrackingUID}
    assert objects["key-1.dcm"].BurnedInAnnotation == "YES"


def test_lesions_that_overlap_keep_all_their_voxels(study: Path, tmp_path: Path) -> None:
    session = _session(study, _CLICK, (47, 33, 12))
    lesion = whole(session.lesions[0].mask)
    files = _written(session, tmp_path / "out")

    images = segments_of(files["segmentation.dcm"], tmp_path / "read")

    assert [int(sitk.GetArrayFromImage(i).astype(bool).sum()) for i in images] == [lesion.sum()] * 2
    assert errors_of(files["segmentation.dcm"]) == []


def test_a_lesion_without_a_mask_is_in_no_object(study: Path, tmp_path: Path) -> None:
    files = _written(_session(study, (70, 50, 4), _CLICK), tmp_path / "out")

    assert list(files) == ["axes-2.dcm", "key-2.dcm", "report.dcm", "segmentation.dcm"]
    (segment,) = pydicom.dcmread(files["segmentation.dcm"]).SegmentSequence
    assert (segment.SegmentNumber, segment.SegmentLabel) == (1, "Lesion 2")


def test_without_any_mask_there_are_no_objects(
    study: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert _written(_session(study, (70, 50, 4)), tmp_path / "out") == {}
    assert "no DICOM objects are written" in caplog.text


def test_nothing_of_the_patient_is_logged_or_in_a_file_name(
    study: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """highdicom itself would warn of a name in one part, and quote it."""
    caplog.set_level(logging.DEBUG)

    files = _written(_session(study, _CLICK), tmp_path / "out")

    out, err = capfd.readouterr()
    said = f"{out} {err} {caplog.text} {list(files)}"
    assert not [value for value in PLANTED.values() if value in said]
    key = pydicom.dcmread(files["key-1.dcm"])
    assert PLANTED["PatientName"].encode() not in key.PixelData
