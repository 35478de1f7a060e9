"""`python -m training paper uls23`: every item of small data, and what the rest needs."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_lesions import lesion
from synthetic_metrics import metrics_of
from synthetic_paper import MODELS, write_models
from synthetic_scans import deeplesion, deeplesion_row
from typer.testing import CliRunner, Result

from evaluation.results.metrics_file import write_metrics
from training.__main__ import app
from training.paper.uls23.examples import chosen
from training.paper.uls23.gather import ORDER
from training.paper.uls23.scores import score_items
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX
from uls.workshop.errors import CallError, InputError

METADATA = """patient,age,sex,scanner,study_date,pixel_spacing_mm,slice_spacing_mm
1,60,F,A,2015-03-01,0.7,1
1,60,F,B,20160301,0.7,2
2,70,M,A,2017-03-01,0.8,5
3,,,,,,
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["paper", "uls23", *map(str, arguments)])


def items(folder: Path) -> dict[str, dict[str, Any]]:
    return {one["key"]: one for one in json.loads((folder / "paper.json").read_text())["items"]}


def metrics_options(files: Sequence[Path]) -> list[object]:
    return [part for path in files for part in ("--metrics", path)]


def write_stacks(folder: Path) -> None:
    """Two VOIs with a cube around the click; the mask is one voxel smaller on each side."""
    shape = (2 * VOI_SHAPE_ZYX[0], *VOI_SHAPE_ZYX[1:])
    hu, reference, predicted = (np.zeros(shape, dtype=np.int16) for _ in range(3))
    for voi in range(2):
        for array, half in ((hu, 6), (reference, 6), (predicted, 5)):
            z, y, x = CLICK_ZYX
            z += voi * VOI_SHAPE_ZYX[0]
            array[z - half : z + half, y - half : y + half, x - half : x + half] = 1
    for name, array in (("ct", 100 * hu), ("reference", reference), ("predicted", predicted)):
        (folder / name).mkdir(parents=True)
        sitk.WriteImage(sitk.GetImageFromArray(array), str(folder / name / "stack.mha"), True)


def test_every_item_is_made_of_small_data(tmp_path: Path) -> None:
    root = deeplesion(
        tmp_path / "DeepLesion", [deeplesion_row(), deeplesion_row("000102_01_01_104.png")]
    )
    call = ["grabcut", f"deeplesion={root}", "--output", str(tmp_path / "cut"), "--workers", "1"]
    assert CliRunner().invoke(app, call).exit_code == 0
    (tmp_path / "metadata.csv").write_text(METADATA)
    write_stacks(tmp_path / "stacks")
    scored = [lesion(0.8, voi=0, type="liver"), lesion(0.4, voi=1, type="lung")]
    (tmp_path / "one").mkdir()
    write_metrics(metrics_of(scored), tmp_path / "one")
    stacks = {"--images": "ct", "--predictions": "predicted", "--reference": "reference"}
    examples = run(
        *("--output", tmp_path / "examples", "--metrics", tmp_path / "one" / "metrics.json"),
        *(part for key, name in stacks.items() for part in (key, tmp_path / "stacks" / name)),
    )
    assert examples.exit_code == 0, examples.output
    assert items(tmp_path / "examples")["figure-6"]["files"] == ["figure-6.svg", "figure-6.pdf"]
    out = tmp_path / "paper"
    result = run(
        *("--output", out, "--manifest", tmp_path / "cut"),
        *("--metadata", tmp_path / "metadata.csv"),
        *metrics_options(write_models(tmp_path, each=2)[:2]),
    )
    assert result.exit_code == 0, result.output
    made = items(out)
    assert list(made) == list(ORDER)
    assert {key for key, one in made.items() if one["not_made"]} == {"figure-6"}
    for one in made.values():
        for name in one["files"]:
            assert (out / name).stat().st_size > 50, name
    page = (out / "paper.html").read_text()
    assert "<strong>" in page  # the best of each column
    assert "(published)" in page
    assert page.count("<img ") == sum(
        name.endswith(".svg") for o in made.values() for name in o["files"]
    )


def test_table_2_has_what_compare_prints(tmp_path: Path) -> None:
    by_key = {one.key: one for one in score_items(write_models(tmp_path, each=2), [])}
    table = by_key["table-2"].tables[""]
    assert table.headings[:4] == ("model", "TTA", "all (14)", "bone (2)")
    assert [row[:2] for row in table.rows[:3]] == [
        *(("nnUnet", "no"), ("nnUnet-ResEnc", "no"), ("nnUnet-ResEnc", "yes"))
    ]
    assert len(table.rows) == len(MODELS) + 6
    assert list(by_key["figure-a11"].plots) == [
        *("nnUnet-ResEnc and nnUnet", "nnUnet-ResEnc+TTA and nnUnet"),
        "nnUnet-ResEnc+TTA and nnUnet-ResEnc",
    ]


def test_what_is_missing_is_named_and_not_drawn(tmp_path: Path) -> None:
    metadata = tmp_path / "metadata.csv"
    metadata.write_text("patient,sex\n1,F\n")
    result = run("--output", tmp_path / "out", "--metadata", metadata)
    assert result.exit_code == 0, result.output
    made = items(tmp_path / "out")
    assert [key for key, one in made.items() if not one["not_made"]] == ["figure-a7"]
    assert made["figure-4"]["not_made"] == "needs --metrics"
    assert made["figure-4"]["files"] == []
    assert "study_date" in str(made["figure-a8"]["not_made"])
    assert "figure-4     needs --metrics" in result.output


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("1,old,2020-01-01", "line 2, age: expected a number, found 'old'"),
        ("1,60,1/2/2020", "line 2, study_date: expected a date as 2019-02-20"),
    ],
)
def test_a_damaged_table_is_told_by_its_line(tmp_path: Path, row: str, says: str) -> None:
    metadata = tmp_path / "metadata.csv"
    metadata.write_text(f"patient,age,study_date\n{row}\n")
    error = run("--output", tmp_path / "out", "--metadata", metadata).exception
    assert isinstance(error, InputError)
    assert says in str(error)
    assert not (tmp_path / "out").exists()


def test_nothing_given_or_a_folder_that_is_there_is_refused(tmp_path: Path) -> None:
    assert isinstance(run("--output", tmp_path / "out").exception, CallError)
    metadata = tmp_path / "metadata.csv"
    metadata.write_text("patient,sex\n1,F\n")
    error = run("--output", tmp_path, "--metadata", metadata).exception
    assert isinstance(error, CallError)
    assert metadata.is_file()


def test_examples_are_bad_middling_and_good_ones_of_each_type() -> None:
    """Of 0.0, 0.1, … 1.0 those at 10, 50 and 90 %; of one lesion itself."""
    lesions = [lesion(n / 10, voi=n, type="liver") for n in reversed(range(11))]
    picked = chosen([*lesions, lesion(0.3, voi=20, type="bone")])
    assert [(one.attributes["type"], one.dice) for one in picked] == [
        *(("bone", 0.3), ("liver", 0.1), ("liver", 0.5), ("liver", 0.9))
    ]
