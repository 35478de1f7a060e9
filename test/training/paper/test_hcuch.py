"""`python -m training paper hcuch`: tables and figures of a small folder in the released layout."""

import json
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from synthetic_hcuch import Dataset, block, write_cohort
from typer.testing import CliRunner

from clinic.follow_up.find import find
from training.__main__ import app
from training.paper.hcuch.cohort import cohort_items
from training.paper.hcuch.gather import ORDER, gather
from training.paper.hcuch.intensities import EDGES_HU, read_intensities
from training.paper.kit.items import Item


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hcuch")
    write_cohort(root)
    return root


@pytest.fixture(scope="module")
def items(cohort: Path) -> dict[str, Item]:
    return {item.key: item for item in gather(cohort)}


def test_the_command_writes_every_item(cohort: Path, tmp_path: Path) -> None:
    out = tmp_path / "paper"
    result = CliRunner().invoke(app, ["paper", "hcuch", str(cohort), "--output", str(out)])
    assert result.exit_code == 0, result.output
    listed = json.loads((out / "paper.json").read_text())["items"]
    assert [one["key"] for one in listed] == list(ORDER)
    missing = {one["key"] for one in listed if one["not_made"]}
    assert missing == {"table-4", "figure-7", "figure-8"}  # no cycle was given
    assert all((out / name).is_file() for one in listed for name in one["files"])


def test_patients_are_counted_beside_the_published_ones(items: dict[str, Item]) -> None:
    """Ages 51 to 56: mean 53.5, deviation √3.5 = 1.87."""
    rows = {row[0]: row[1:] for row in items["table-1"].tables[""].rows}
    assert rows["patients"] == ("6", "22")
    assert rows["series"] == ("12", "58")
    assert rows["lesions"] == ("36", "1246")
    assert rows["age, years: mean ± SD (range)"][0] == "53.5 ± 1.9 (51 to 56)"
    assert rows["sex: M"][0] == "4 (67 %)"
    assert rows["diagnosis: melanoma"][0] == "1 (17 %)"


def test_acquisition_is_from_headers_and_series_json(items: dict[str, Item]) -> None:
    table = items["table-2"].tables[""]
    rows = {row[0]: row[1:] for row in table.rows}
    assert table.headings == ("", "all", "abdomen", "thorax")
    assert rows["series"] == ("12", "6", "6")
    assert rows["pixel size, mm"][0] == "0.5 (0.5 to 0.5)"
    assert rows["slice thickness, mm"][1] == "2.5 (2.5 to 2.5)"
    assert rows["columns"][0] == "48 (48 to 48)"


def test_lesions_are_counted_by_kind_place_and_subset(items: dict[str, Item]) -> None:
    table = items["table-3"].tables[""]
    assert table.headings == ("kind", "place", "patients", "train", "test", "lesions")
    assert table.rows[0] == ("primary tumour", "liver", "3", "4", "2", "6")
    assert table.rows[-2] == ("adenopathy", "mediastinum", "6", "10", "2", "12")
    assert table.rows[-1] == ("all", "", "6", "30", "6", "36")


def test_mean_hu_and_densities_are_those_of_the_lesions_voxels(cohort: Path) -> None:
    """The images are 40 HU wherever the mask is, and air elsewhere."""
    findings, series = find(cohort)
    found = read_intensities(series, findings.lesions)
    assert len(found.mean_hu) == 36
    assert set(found.mean_hu.values()) == {40.0}
    [filled] = np.flatnonzero(found.counts["lung"])
    assert EDGES_HU[filled] == 40
    voxels = sum(x.voxels for x in findings.lesions if x.location == "lung")
    assert found.counts["lung"].sum() == voxels


def test_correlations_have_rho_interval_and_p(items: dict[str, Item]) -> None:
    """Every mean HU is 40, and correlates with nothing: no such row is shown."""
    rows = items["figure-5-correlation"].tables[""].rows
    assert {row[0] for row in rows} == {"volume, diameter"}
    by_group = {row[1]: row for row in rows}
    assert by_group["all"][2] == "36"
    assert by_group["all"][-1] == "0.92"
    assert float(by_group["lung"][3]) > 0.5
    assert "to" in by_group["lung"][4]


def test_lesions_over_time_share_one_scale_and_have_both_axes(items: dict[str, Item]) -> None:
    figure = Figure(layout="constrained")
    items["figure-6"].plots[""].draw(figure)
    sides = {
        (round(abs(np.subtract(*axes.get_xlim())), 6), round(abs(np.subtract(*axes.get_ylim())), 6))
        for axes in figure.axes
    }
    assert len(sides) == 1
    first = figure.axes[0]
    assert len(first.images) == 1
    lengths = [
        float(np.hypot(np.diff(line.get_xdata())[0], np.diff(line.get_ydata())[0]))
        for line in first.lines[:2]
    ]
    assert first.get_title(loc="left").startswith("2020-01-01\n")
    shown = first.get_title(loc="left").split("\n")[1].removesuffix(" mm").split(" × ")
    assert lengths == pytest.approx([float(text) for text in shown], abs=0.05)


def test_without_images_and_tables_only_the_masks_are_told_of(tmp_path: Path) -> None:
    made = Dataset(tmp_path)
    place = block(0, 0, 0, size_zyx=(4, 12, 12))
    made.series("001_1.1", {1: [place]}, {1: "m,lung"}, with_image=False)
    found = {item.key: item for item in gather(tmp_path)}
    assert found["figure-2"].not_made == "needs the data set's images"
    assert "recist_measurements.csv" in found["figure-6"].not_made
    assert found["figure-5-correlation"].not_made == "fewer than three lesions of any group"
    assert found["table-1"].caption.startswith("Without patients.csv")
    assert found["table-3"].tables[""].rows[-1][-1] == "1"


def test_a_mask_without_lesions_has_no_table_of_them(cohort: Path) -> None:
    findings, series = find(cohort)
    empty = findings.model_copy(update={"lesions": ()})
    [third] = [item for item in cohort_items(empty, series) if item.key == "table-3"]
    assert third.not_made == "no lesion in the masks"
