"""patients.csv and series.json: read, compared with the files, and what is wrong is named."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from html_reading import Reading

from clinic.follow_up.dataset import find_series
from clinic.follow_up.find import find
from clinic.follow_up.metadata import read_people, read_series
from clinic.follow_up.page import page_of
from clinic.follow_up.recist import Category
from uls.report.html import render
from uls.workshop.errors import InputError

PEOPLE = """\
patient_id,subset,first_study_date,sex,age,diagnosis,histology,health_insurance
1,training,20200101,F,57,lung cancer,Adenocarcinoma,public
2,training,,M,,liver cancer,,
"""


def entry(uid: str, patient: int, **more: Any) -> dict[str, Any]:
    return {"id": 1, "uuid": uid, "patient_id": patient, "region": "thorax", **more}


def write(data: Any, *, people: str | None = None, series: object = None) -> None:
    folder = data.root / "metadata"
    folder.mkdir()
    if people is not None:
        (folder / "patients.csv").write_text(people)
    if series is not None:
        (folder / "series.json").write_text(json.dumps(series))


def test_patients_are_described(data: Any) -> None:
    write(data, people=PEOPLE)
    findings, _ = find(data.root)
    first, second = findings.described
    assert (first.patient, first.series, first.lesions) == ("1", 2, 4)
    assert (first.sex, first.age, first.diagnosis) == ("F", 57, "lung cancer")
    assert first.first_study_date == date(2020, 1, 1)
    assert (second.age, second.histology, second.first_study_date) == (None, None, None)
    page = Reading(render(page_of(findings, source=data.root)))
    assert "Adenocarcinoma" in page.text


def test_without_the_table_nobody_is_described(data: Any) -> None:
    findings, _ = find(data.root)
    assert findings.described == ()


def test_what_the_tables_say_otherwise_is_a_warning(data: Any) -> None:
    """Patient 1 has a series in the folder test; its first study is of 2020-01-01."""
    write(data, people=PEOPLE.replace("20200101", "2019-12-24").replace("\n2,", "\n7,"))
    findings, _ = find(data.root)
    warnings = "\n".join(findings.warnings)
    assert "patients.csv has no row for patient 2" in warnings
    assert "001_1.2.4: patients.csv has patient 1 in 'training', its folder is test" in warnings
    assert "has 2019-12-24 as the first study, the first one that was measured is of" in warnings


def test_a_series_has_its_entry(data: Any) -> None:
    write(data, series=[entry("1.2.3", 1, study_date="20200101", slice_thickness=6)])
    findings, _ = find(data.root)
    lesion = next(x for x in findings.lesions if (x.series, x.value) == ("001_1.2.3", 1))
    assert (lesion.study_date, lesion.slice_thickness_mm) == (date(2020, 1, 1), 6)
    other = next(x for x in findings.lesions if x.series == "002_9.9")
    assert (other.study_date, other.slice_thickness_mm) == (None, None)


def test_slice_thickness_decides_what_is_measurable(data: Any) -> None:
    """Lesion A: 11 mm reported, 12 mm in the mask; slices of 6 mm ask for 12 mm."""
    write(data, series=[entry("1.2.3", 1, slice_thickness=6.0)])
    findings, _ = find(data.root)
    found = findings.comparisons[0]
    assert found.reported_category is Category.NOT_MEASURABLE
    assert found.measured_category is Category.MEASURABLE


def test_a_header_that_says_otherwise_counts(data: Any) -> None:
    """The masks are of 48 × 40 × 8 voxels of 0.5 × 0.5 × 2 mm."""
    right = {"columns": 48, "rows": 40, "slices": 8, "row_spacing": 0.5, "column_spacing": 0.5}
    write(
        data,
        series=[
            entry("1.2.3", 1, **right, slice_spacing=2.0),
            entry("1.2.4", 1, **{**right, "rows": 48}, slice_spacing=1.5),
        ],
    )
    findings, _ = find(data.root)
    assert [text for text in findings.warnings if "series.json" in text] == [
        "001_1.2.4: series.json says rows 48, the mask's header 40, which counts",
        "001_1.2.4: series.json says slice_spacing 1.5, the mask's header 2, which counts",
    ]


def test_files_named_by_the_series_alone(data: Any) -> None:
    for folder in ("masks", "images", "labels"):
        (path,) = (data.root / "thorax" / "train" / folder).iterdir()
        path.rename(path.with_name(path.name.removeprefix("001_")))
    with pytest.raises(InputError, match=r"1\.2\.3\.nii\.gz: expected a name <patient>_"):
        find_series(data.root)
    write(data, series=[entry("1.2.3", 1)])
    found = {series.name: series.patient for series in find_series(data.root)}
    assert found == {"001_1.2.4": "1", "002_9.9": "2", "1.2.3": "1"}


def test_another_patient_than_the_files_name_is_an_error(data: Any) -> None:
    write(data, series=[entry("1.2.3", 2)])
    with pytest.raises(InputError, match=r"expected a series of patient 2, as series\.json says"):
        find_series(data.root)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name,age\nA,1\n", "expected the column patient_id, found the columns name, age"),
        ("patient_id,age\n1,old\n", r"line 2, age: .*found 'old'"),
        ("patient_id\n1\n1\n", "line 3: expected every patient once"),
        ("patient_id\nA\n", "line 2, patient_id"),
        ("patient_id,first_study_date\n1,2020\n", "line 2, first_study_date"),
    ],
)
def test_a_wrong_table_of_patients(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "patients.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=says):
        read_people(path)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("no JSON", "expected JSON"),
        ('{"a": 1}', "series.json: expected Input should be a valid list"),
        ('[{"uuid": "1.2"}]', "entry 1, patient_id"),
        ('[{"uuid": "1.2", "patient_id": 1, "rows": -3}]', "entry 1, rows.*found -3"),
        ('[{"uuid": "1", "patient_id": 1}, {"uuid": "1", "patient_id": 2}]', "series once"),
    ],
)
def test_a_wrong_list_of_series(tmp_path: Path, document: str, says: str) -> None:
    path = tmp_path / "series.json"
    path.write_text(document)
    with pytest.raises(InputError, match=says):
        read_series(path)


def test_pandas_blanks_are_blanks(tmp_path: Path) -> None:
    people, series = tmp_path / "patients.csv", tmp_path / "series.json"
    people.write_text("patient_id,age,histology\n3,57.0,NaN\n")
    series.write_text('[{"uuid": "1", "patient_id": 3, "slice_thickness": NaN}]')
    assert (read_people(people)["3"].age, read_people(people)["3"].histology) == (57, None)
    assert read_series(series)["1"].slice_thickness_mm is None
