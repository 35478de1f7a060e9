"""The small data set's figures, worked out by hand."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from clinic.follow_up.dataset import find_series
from clinic.follow_up.find import find
from clinic.follow_up.measure import measure_series
from clinic.follow_up.min_area_box import Extent
from clinic.follow_up.recist import Category, Response
from uls.workshop.errors import InputError


def test_instances_and_diameters(data: Any) -> None:
    findings, _ = find(data.root)
    assert findings.counts.model_dump() == {
        "series": 3,
        "patients": 2,
        "lesions": 5,
        "too_small": 1,  # 25 voxels
        "measurements": 5,
    }
    sizes = {(x.series, x.value): (x.diameter_mm, x.major_mm, x.minor_mm) for x in findings.lesions}
    assert sizes == {
        ("001_1.2.3", 1): pytest.approx((12, 12, 5)),
        ("001_1.2.3", 2): pytest.approx((10, 16, 10)),  # a node: the short axis
        ("001_1.2.4", 1): pytest.approx((16, 16, 5)),
        ("001_1.2.4", 2): pytest.approx((8, 16, 8)),
        ("002_9.9", 4): pytest.approx((15, 15, 15)),
    }
    first = findings.lesions[0]
    assert first.voxels == 3 * 24 * 10
    assert first.volume_ml == pytest.approx(720 * 0.5 / 1000)  # a voxel is 0.5 · 0.5 · 2 = 0.5 mm³
    assert (first.slices, first.slice_mm, first.patient) == (3, 2.0, "1")


def test_between_pixel_centres_a_block_is_a_pixel_shorter(data: Any) -> None:
    findings, _ = find(data.root, extent=Extent.CENTRES)
    assert findings.lesions[0].diameter_mm == pytest.approx(11.5)


def test_agreement(data: Any) -> None:
    findings, _ = find(data.root)
    everything, tumours, nodes = findings.agreement
    # mask − reported: A 12 − 11 = 1, B 10 − 12 = −2, A 16 − 12 = 4, B 8 − 9 = −1
    assert everything.mm.count == 4
    assert everything.mm.bias == pytest.approx(0.5)
    deviation = np.std([1, -2, 4, -1], ddof=1)
    assert everything.mm.upper == pytest.approx(0.5 + 1.96 * deviation)
    assert tumours.mm.bias == pytest.approx(2.5)
    assert nodes.mm.bias == pytest.approx(-1.5)
    # Percent of the mean of both: tumours 1 / 11.5 and 4 / 14
    assert tumours.percent.bias == pytest.approx(100 * (1 / 11.5 + 4 / 14) / 2)


def test_category_changes(data: Any) -> None:
    findings, _ = find(data.root)
    found = {(c.reported, c.measured): c.count for c in findings.categories}
    assert found == {
        (Category.MEASURABLE, Category.MEASURABLE): 2,  # 11 → 12, 12 → 16
        (Category.NODE_NON_TARGET, Category.NODE_NON_TARGET): 1,  # 12 → 10
        (Category.NODE_NORMAL, Category.NODE_NORMAL): 1,  # 9 → 8
    }


def test_follow_up(data: Any) -> None:
    findings, _ = find(data.root)
    first, second = findings.patients
    assert [v.study_order for v in first.visits] == ["baseline", "follow-up-1"]
    later = first.visits[1]
    # Reported 23 → 21 mm is stable; the masks' 22 → 24 mm is +9 %, stable too
    assert (later.reported_sum_mm, later.measured_sum_mm) == (21, pytest.approx(24))
    assert (later.reported_response, later.measured_response) == (Response.STABLE, Response.STABLE)
    assert later.volume_ml == {"A": pytest.approx(0.48), "B": pytest.approx(0.512)}
    assert [v.measured_mm for v in second.visits] == [{"A": pytest.approx(15)}]
    assert second.visits[0].reported_mm == {}
    assert [(c.reported, c.measured, c.count) for c in findings.responses] == [
        (Response.STABLE, Response.STABLE, 1)
    ]


def test_groups_and_rank_correlation(data: Any) -> None:
    findings, _ = find(data.root)
    groups = {group.name: group for group in findings.groups}
    assert groups["lung"].median_diameter_mm == pytest.approx(14)
    assert groups["adenopathies"].median_diameter_mm == pytest.approx(9)
    assert groups["liver"].lesions == 1
    assert groups["lung"].spearman is None  # two lesions rank in one way or the other
    # Volumes .36 .64 .48 .512 1.8 ml, ranks 1 4 2 3 5; diameters 12 10 16 8 15 mm, ranks 3 2 5 1 4.
    # Squared differences 4 + 4 + 9 + 4 + 1 = 22: ρ = 1 − 6 · 22 / (5 · 24)
    assert groups["all"].spearman == pytest.approx(1 - 6 * 22 / 120)


def test_touching_lesions_of_two_values_stay_apart_and_parts_are_counted(data: Any) -> None:
    place = (slice(0, 4), slice(0, 10), slice(0, 10))
    beside = (slice(0, 4), slice(0, 10), slice(10, 20))
    far = (slice(0, 4), slice(20, 26), slice(30, 36))
    data.series("003_5", {1: [place, far], 2: [beside]}, {1: "m,lung", 2: "m,lung"})
    series = next(s for s in find_series(data.root) if s.name == "003_5")
    found = measure_series(series)
    assert [(x.value, x.component, x.voxels) for x in found.lesions] == [
        (1, 1, 400),
        (1, 2, 144),
        (2, 1, 400),
    ]


def test_corner_to_corner_is_connected(data: Any) -> None:
    one = (slice(0, 2), slice(0, 6), slice(0, 6))
    other = (slice(2, 4), slice(6, 12), slice(6, 12))
    data.series("003_5", {1: [one, other]}, {1: "m,lung"})
    series = next(s for s in find_series(data.root) if s.name == "003_5")
    assert [x.voxels for x in measure_series(series).lesions] == [144]


def test_slices_are_axial_whatever_the_file_has(data: Any) -> None:
    path = data.root / "abdomen/train/masks/002_9.9.nii.gz"
    turned = sitk.DICOMOrient(sitk.ReadImage(str(path)), "SAR")
    sitk.WriteImage(turned, str(path))
    findings, _ = find(data.root)
    assert findings.lesions[-1].diameter_mm == pytest.approx(15)
    assert findings.lesions[-1].slices == 4


def test_the_published_archive_has_one_more_folder(data: Any) -> None:
    images = data.root / "images"
    images.mkdir()
    for region in ("thorax", "abdomen"):
        (data.root / region).rename(images / region)
    metadata = data.root / "metadata"
    metadata.mkdir()
    (data.root / "recist_measurements.csv").rename(metadata / "recist_measurements.csv")
    windows = {"001_1.2.3.nii.gz": "lung", "002_9.9.nii.gz": "mediastinum"}
    (metadata / "windows_mapping.json").write_text(json.dumps(windows))
    findings, series = find(data.root)
    assert findings.counts.measurements == 5
    levels = [one.window.level_hu for one in series if one.window]
    assert levels == [-500, -500, 50]  # the second by its region, thorax


def test_without_the_table_lesions_are_measured_all_the_same(data: Any) -> None:
    (data.root / "recist_measurements.csv").unlink()
    findings, _ = find(data.root)
    assert findings.counts.lesions == 5
    assert not findings.comparisons
    assert "recist_measurements.csv" in findings.warnings[0]


def spoil_value(data: Any) -> None:
    data.row("001_1.2.3", "20200101", "baseline", value=9, alias="Z", mm=11)
    data.write_table()


def spoil_patient(data: Any) -> None:
    data.rows[0] = data.rows[0].replace("1,", "7,", 1)
    data.write_table()


def spoil_twice(data: Any) -> None:
    data.rows.append(data.rows[0])
    data.write_table()


def spoil_file(data: Any) -> None:
    data.row("001_7.7.7", "20200101", "baseline", value=1, alias="Z", mm=11)
    data.write_table()


def spoil_date(data: Any) -> None:
    data.rows[1] = data.rows[1].replace("20200101", "01.01.2020")
    data.write_table()


def spoil_column(data: Any) -> None:
    path = data.root / "recist_measurements.csv"
    path.write_text(path.read_text().replace("lesion_label_alias", "alias"))


def spoil_label(data: Any) -> None:
    path = data.root / "thorax/train/labels/001_1.2.3.json"
    path.write_text(path.read_text().replace("m,lung", "lung"))


def spoil_labels(data: Any) -> None:
    (data.root / "thorax/train/labels/001_1.2.3.json").write_text('{"1": "m,lung"}')


def spoil_pair(data: Any) -> None:
    (data.root / "thorax/train/labels/001_1.2.3.json").unlink()


def spoil_grid(data: Any) -> None:
    path = str(data.root / "thorax/train/images/001_1.2.3.nii.gz")
    image = sitk.ReadImage(path)
    image.SetOrigin((5, 0, 0))
    sitk.WriteImage(image, path)


def spoil_mask(data: Any) -> None:
    path = data.root / "thorax/train/masks/001_1.2.3.nii.gz"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (spoil_value, r"line 7, lesion_label_value: expected one of \[1, 2, 3\].*found 9"),
        (spoil_patient, "line 2, patient_id: expected 1, of 001_1.2.3, found 7"),
        (spoil_twice, "line 7: expected lesion A of patient 1 once on 2020-01-01"),
        (spoil_file, "line 7, filename: expected a series of the data set"),
        (spoil_date, "line 3, study_date"),
        (spoil_column, "found no lesion_label_alias"),
        (spoil_label, "001_1.2.3.json, 1: expected a label"),
        (spoil_labels, r"001_1.2.3.nii.gz: expected values that its labels name: \[1\], found 2"),
        (spoil_pair, "labels/001_1.2.3: expected a file beside"),
        (spoil_grid, "expected its image's spacing, origin and direction"),
        (spoil_mask, "masks/001_1.2.3.nii.gz"),
    ],
)
def test_what_is_wrong_is_named(data: Any, spoil: Any, says: str) -> None:
    spoil(data)
    with pytest.raises(InputError, match=says):
        find(data.root)


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    with pytest.raises(InputError, match=r"thorax/train/masks.*found scans"):
        find(tmp_path)
    with pytest.raises(InputError, match="no folder"):
        find(tmp_path / "nowhere")
