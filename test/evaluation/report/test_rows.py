import json
from pathlib import Path

import numpy as np
import pytest
from synthetic_stacks import voi_with_cube, write_image

from evaluation.report.names import Names
from evaluation.report.rows import PictureFiles, read_rows
from uls.workshop.errors import CallError, InputError


@pytest.fixture
def files(tmp_path: Path) -> PictureFiles:
    """Three VOIs with cubes of 5 voxels a side; predictions of 3 a side, empty, and 5 a side."""
    cubes = np.concatenate([voi_with_cube()] * 3)
    predicted = [
        voi_with_cube(value=1, background=0, half=1),
        voi_with_cube(value=0, background=0),
        voi_with_cube(value=1, background=0),
    ]
    (tmp_path / "spacings.json").write_text(json.dumps([[1.0, 1.0, 4.0]] * 3))
    return PictureFiles(
        images=write_image(tmp_path / "images.mha", cubes),
        spacings=tmp_path / "spacings.json",
        predictions=write_image(tmp_path / "masks.mha", np.concatenate(predicted).astype(np.uint8)),
        reference=write_image(tmp_path / "reference.mha", (cubes > 0).astype(np.uint8)),
    )


def test_titles_have_dice_and_volumes(files: PictureFiles) -> None:
    first, second, third = read_rows(files, Names())
    # 27 of 125 voxels of 4 mm3: 2 * 27 / (27 + 125)
    assert first.title == "VOI 0   Dice 0.355   0.1 ml (reference 0.5 ml)"
    assert second.title == "VOI 1   Dice 0.000   nothing predicted (reference 0.5 ml)"
    assert third.title == "VOI 2   Dice 1.000   0.5 ml (reference 0.5 ml)"


def test_rows_come_in_the_order_asked_for(files: PictureFiles) -> None:
    rows = read_rows(files, Names({0: "Lesion 0"}), vois=[2, 0])
    assert [row.title.split("   ")[0] for row in rows] == ["VOI 2", "Lesion 0"]


def test_without_a_reference_there_is_no_dice(files: PictureFiles) -> None:
    bare = PictureFiles(files.images, files.spacings, files.predictions)
    row = read_rows(bare, Names(), vois=[2])[0]
    assert row.title == "VOI 2   0.5 ml"
    assert row.view.slices[0].reference is None


def test_masks_of_another_number_of_vois_are_refused(files: PictureFiles, tmp_path: Path) -> None:
    short = write_image(tmp_path / "short.mha", np.zeros((128, 256, 256), dtype=np.uint8))
    with pytest.raises(InputError, match=r"short\.mha: expected 3 VOIs"):
        read_rows(PictureFiles(files.images, files.spacings, short), Names())


def test_a_voi_that_is_not_there_is_refused(files: PictureFiles) -> None:
    with pytest.raises(CallError, match="VOIs from 0 to 2"):
        read_rows(files, Names(), vois=[3])
