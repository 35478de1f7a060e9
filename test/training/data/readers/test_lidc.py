"""LIDC as released: DICOM slices, and the outlines of several readers in XML."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_dicom import (
    ORIGIN,
    SPACING,
    UID,
    roi,
    square,
    write_annotations,
    write_series,
)

from training.data.cases.case import Case, DicomSeries, Found
from training.data.cases.contours import Outline, drawn, read_readings
from training.data.cases.dicom_series import read_dicom_series
from training.data.prepare.options import Options
from training.data.prepare.plan import Plan
from training.data.prepare.prepare import prepare
from training.data.prepare.scan import read_scan
from training.data.readers import READERS, Source
from uls.workshop.errors import InputError

SHAPE = (6, 30, 40)


def scan() -> np.ndarray:
    """Each voxel has its own value, so that a wrong place shows; all are below 0."""
    return (np.arange(np.prod(SHAPE)).reshape(SHAPE) % 900 - 1000).astype(np.int16)


def nodule(left: int, top: int, size: int, slices: range) -> list[str]:
    return [roi(z, square(left, top, size)) for z in slices]


def find(root: Path, **said: Any) -> Found:
    return READERS["lidc"].find(Source(root, **said))


def read(case: Case) -> Any:
    return read_scan(case, Plan(output=Path("unused"), dataset_folder=None, recipe=None))


def test_a_series_is_read_in_the_order_of_its_places(tmp_path: Path) -> None:
    files = write_series(tmp_path, scan())
    assert [path.name for path in files] != sorted(path.name for path in files)
    image = read_dicom_series(DicomSeries(tuple(sorted(files)), f"{UID}.1"))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), scan())
    assert image.GetSpacing() == pytest.approx(SPACING)
    assert image.GetOrigin() == pytest.approx(ORIGIN)
    assert image.GetDirection() == pytest.approx((1, 0, 0, 0, 1, 0, 0, 0, 1))


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ([0, 2.5, 7.5, 10, 12.5, 15], r"2\.5 mm apart, found 5 mm between"),
        ([0, 2.5, 2.5, 5, 7.5, 10], "found 0 mm between"),
        ([0, 0, 0, 0, 0, 0], "found 0 mm between"),
    ],
)
def test_a_missing_or_double_slice_is_refused(
    tmp_path: Path, places: list[float], message: str
) -> None:
    files = write_series(tmp_path, scan(), places_mm=places)
    with pytest.raises(InputError, match=message):
        read_dicom_series(DicomSeries(tuple(files), f"{UID}.1"))


def test_slices_of_another_series_are_refused(tmp_path: Path) -> None:
    files = write_series(tmp_path / "a", scan())
    other = write_series(tmp_path / "b", scan(), series=2)
    with pytest.raises(InputError, match=r"slice of the series .*\.1, found one of .*\.2"):
        read_dicom_series(DicomSeries((*files, other[0]), f"{UID}.1"))


def test_a_tilted_gantry_is_refused(tmp_path: Path) -> None:
    """Each slice lies 0.5 mm farther aside: the last of six 2.5 mm."""
    aside = [0.5 * z for z in range(SHAPE[0])]
    files = write_series(tmp_path, scan(), aside_mm=aside)
    with pytest.raises(InputError, match=r"mm aside\. Was the gantry tilted"):
        read_dicom_series(DicomSeries(tuple(files), f"{UID}.1"))


def test_a_file_that_is_no_dicom_is_named(tmp_path: Path) -> None:
    files = write_series(tmp_path, scan())
    files[2].write_bytes(files[2].read_bytes()[:300])
    with pytest.raises(InputError, match=rf"{files[2].name}: expected a DICOM image"):
        read_dicom_series(DicomSeries(tuple(files), f"{UID}.1"))


@pytest.mark.parametrize(
    ("points", "inside"),
    [
        (square(3, 4, 2), [(4, 3), (4, 4), (5, 3), (5, 4)]),
        ([(2, 2), (6, 2), (6, 6), (2, 6)], [(y, x) for y in (3, 4, 5) for x in (3, 4, 5)]),
        ([(4, 2), (6, 4), (4, 6), (2, 4)], [(3, 4), (4, 3), (4, 4), (4, 5), (5, 4)]),
        ([(2, 6), (6, 6), (6, 2), (2, 2)], [(y, x) for y in (3, 4, 5) for x in (3, 4, 5)]),
        ([(2, 2), (2, 3), (3, 3)], []),
        ([(2, 2), (5, 2), (5, 2), (2, 2)], []),
    ],
)
def test_pixels_inside_an_outline_are_the_nodules_and_those_on_it_are_not(
    points: list[tuple[int, int]], inside: list[tuple[int, int]]
) -> None:
    mask = drawn(Outline("", tuple(points), inclusion=True), (9, 9))
    assert [tuple(at) for at in np.argwhere(mask).tolist()] == sorted(inside)


def lidc(tmp_path: Path, readers: Any, *, xml: str = "scans/one/069.xml") -> Path:
    write_series(tmp_path / "scans/one", scan())
    write_annotations(tmp_path / xml, readers)
    return tmp_path


def test_a_nodule_is_what_half_of_its_readers_marked(tmp_path: Path) -> None:
    """Three readers draw 6, 4 and 4 pixels squared, one of them aside: two agree on 4 × 4."""
    readers = [
        {"a": nodule(10, 10, 6, range(1, 4))},
        {"b": nodule(11, 11, 4, range(1, 3)), "point": [roi(2, [(30, 20)])]},
        {"c": nodule(11, 11, 4, range(1, 3)), "far": nodule(25, 5, 5, range(2, 4))},
        {},
    ]
    (case,) = find(lidc(tmp_path, readers)).cases
    assert (case.name, case.patient, case.dataset) == (
        *("LIDC-IDRI-0001", "LIDC-IDRI-0001", "LIDC-IDRI"),
    )
    assert case.challenge_number is None  # the challenge numbers LIDC anew
    found = read(case)
    by_size = {one.mask.n_voxels: one for one in found.lesions}
    assert set(by_size) == {2 * 4 * 4, 2 * 5 * 5}
    small = by_size[32]
    assert small.source == "consensus of 4 readings"
    assert small.mask.voxels.all()
    # RAS: columns and rows are reversed; slices rise to the head as they do in the files
    assert small.mask.corner_zyx == (1, SHAPE[1] - 15, SHAPE[2] - 15)
    np.testing.assert_array_equal(found.hu, scan()[:, ::-1, ::-1])


def test_of_two_readers_one_is_half(tmp_path: Path) -> None:
    readers = [{"a": nodule(10, 10, 6, range(1, 3))}, {"b": nodule(12, 10, 6, range(1, 3))}]
    (case,) = find(lidc(tmp_path, readers)).cases
    assert [one.mask.n_voxels for one in read(case).lesions] == [2 * 6 * 8]


def test_a_hole_is_no_nodule(tmp_path: Path) -> None:
    ring = [roi(2, square(15, 15, 2), inclusion="FALSE"), roi(2, square(12, 12, 8))]
    (case,) = find(lidc(tmp_path, [{"a": ring}])).cases
    # the outline of the hole itself stays nodule: 8 × 8 less 2 × 2
    assert [one.mask.n_voxels for one in read(case).lesions] == [64 - 4]


def test_annotations_may_lie_in_a_folder_of_their_own(tmp_path: Path) -> None:
    readers = [{"a": nodule(10, 10, 6, range(1, 3))}]
    root = lidc(tmp_path, readers, xml="tcia-lidc-xml/157/158.xml")
    write_annotations(root / "tcia-lidc-xml/185/9.xml", readers, series=77)
    (root / "tcia-lidc-xml/185/xray.xml").write_text("<IdriReadMessage/>")
    write_series(root / "scans/two", scan(), series=2, patient="LIDC-IDRI-0002")
    write_series(root / "scans/xray", scan()[:2], series=3, modality="DX")
    found = find(root / "scans", labels=root / "tcia-lidc-xml")
    assert [case.name for case in found.cases] == ["LIDC-IDRI-0001"]
    assert found.without_mask == (root / "scans/two",)
    assert found.without_image == (str(root / "tcia-lidc-xml/185/9.xml"),)


@pytest.mark.parametrize("name", ["IM{}", "1.2.840.{}"])
def test_files_of_other_names_are_known_by_their_mark(tmp_path: Path, name: str) -> None:
    root = lidc(tmp_path, [{"a": nodule(10, 10, 6, range(1, 3))}])
    for number, path in enumerate(sorted((root / "scans/one").glob("*.dcm"))):
        path.rename(path.with_name(name.format(number)))
    (root / "scans/one/LICENSE").write_text("of the data")
    (case,) = find(root).cases
    assert len(read(case).lesions) == 1


def test_two_scans_of_one_patient_have_names_of_their_own(tmp_path: Path) -> None:
    readers = [{"a": nodule(10, 10, 6, range(1, 3))}]
    for series in (1, 2):
        write_series(tmp_path / f"{series}", scan(), series=series)
        write_annotations(tmp_path / f"{series}.xml", readers, series=series)
    cases = find(tmp_path).cases
    assert [case.patient for case in cases] == ["LIDC-IDRI-0001"] * 2
    assert [case.name for case in cases] == [f"LIDC-IDRI-0001_{f'{UID}.{n}'[-6:]}" for n in (1, 2)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]><LidcReadMessage/>', "a document type"),
        ("<LidcReadMessage>", "no element found|unclosed|mismatched"),
        ("<other/>", "LIDC's annotations of a CT, found <other>"),
        ("<a>" * 5000 + "</a>" * 5000, "nested too deeply"),
        ("", "no element found"),
        (
            "<LidcReadMessage><readingSession><unblindedReadNodule><roi><imageSOP_UID>1"
            "</imageSOP_UID><edgeMap><xCoord>a</xCoord><yCoord>1</yCoord></edgeMap></roi>"
            "</unblindedReadNodule></readingSession></LidcReadMessage>",
            "outline on 1: expected pixels",
        ),
        (
            "<LidcReadMessage><readingSession><unblindedReadNodule><roi><inclusion>TRUE"
            "</inclusion></roi></unblindedReadNodule></readingSession></LidcReadMessage>",
            "outline on no slice",
        ),
    ],
)
def test_a_damaged_annotation_file_is_told(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "a.xml"
    path.write_text(text)
    with pytest.raises(InputError, match=rf"a\.xml.*({message})"):
        read_readings(path)


def test_an_xml_file_of_any_size_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    with path.open("wb") as file:
        file.truncate((16 << 20) + 1)
    with pytest.raises(InputError, match="at most 16 MiB"):
        read_readings(path)


@pytest.mark.parametrize(
    ("outline", "message"),
    [
        (roi(9, square(10, 10, 4)), "a slice of its series"),
        (roi(1, square(37, 10, 4)), r"pixels of a slice of 40×30 \(x×y\), found pixels up to"),
        (roi(1, [(-1, 3), (5, 3), (5, 8)]), "pixels of a slice"),
    ],
)
def test_outlines_that_do_not_fit_their_series_are_refused(
    tmp_path: Path, outline: str, message: str
) -> None:
    (case,) = find(lidc(tmp_path, [{"a": [outline]}])).cases
    with pytest.raises(InputError, match=rf"069\.xml, outline on .*{message}"):
        read(case)


def test_two_different_annotations_of_one_series_are_refused(tmp_path: Path) -> None:
    readers = [{"a": nodule(10, 10, 6, range(1, 3))}]
    root = lidc(tmp_path, readers)
    write_annotations(root / "copy.xml", readers)
    assert len(find(root).cases) == 1  # the same file twice is the same
    write_annotations(root / "other.xml", [])
    with pytest.raises(InputError, match="expected one file of outlines a series"):
        find(root)


def test_from_dicom_to_vois(tmp_path: Path) -> None:
    readers = [{"a": nodule(10, 10, 6, range(1, 3))}]
    root = lidc(tmp_path / "lidc", readers)
    sources = (f"lidc={root}",)
    manifest = prepare(Options(sources=sources, output=tmp_path / "out", held_out="none"))
    (lesion,) = manifest.lesions
    assert (lesion.name, lesion.type, lesion.group) == ("LIDC-IDRI-0001_lesion_01", "lung", "FSUP")
    assert (lesion.voxels, lesion.spacing_mm) == (2 * 6 * 6, pytest.approx(SPACING))
    assert len(manifest.inputs["LIDC-IDRI-0001"]) == SHAPE[0] + 1
    assert prepare(Options(sources=sources, output=tmp_path / "out", held_out="none")) == manifest
    write_annotations(root / "scans/one/069.xml", [{"a": nodule(10, 10, 7, range(1, 3))}])
    (changed,) = prepare(Options(sources=sources, output=tmp_path / "out", held_out="none")).lesions
    assert changed.voxels == 2 * 7 * 7
