from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from evaluation.report.panel_drawing import PREDICTION_COLOUR, REFERENCE_COLOUR
from evaluation.report.picture import Row, draw
from evaluation.report.views import view_of
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX
from uls.workshop.errors import CallError, OutputError


def row(*, with_reference: bool = True, half: int = 12) -> Row:
    voi = np.full(VOI_SHAPE_ZYX, 40, dtype=np.int16)
    cube = np.zeros(VOI_SHAPE_ZYX, dtype=bool)
    cube[tuple(slice(c - half, c + half) for c in CLICK_ZYX)] = True
    voi[cube] = 120
    reference = np.roll(cube, 5, axis=2) if with_reference else None
    return Row("Lesion 0", view_of(voi, cube, reference, (0.8, 0.8, 1.0)))


def pixels_of(path: Path, colour: str) -> int:
    rgb = imread(path)[..., :3]
    return int((np.abs(rgb - np.asarray(to_rgb(colour))).max(axis=2) < 0.02).sum())


def test_both_outlines_are_in_the_picture(tmp_path: Path) -> None:
    path = draw([row()], tmp_path / "new" / "picture.png", headline="Challenge score 0.9")
    assert pixels_of(path, REFERENCE_COLOUR) > 500
    assert pixels_of(path, PREDICTION_COLOUR) > 300


def test_without_a_reference_its_colour_is_nowhere(tmp_path: Path) -> None:
    path = draw([row(with_reference=False)], tmp_path / "picture.png")
    assert pixels_of(path, REFERENCE_COLOUR) == 0
    assert pixels_of(path, PREDICTION_COLOUR) > 300


def test_an_empty_prediction_is_drawn_as_nothing(tmp_path: Path) -> None:
    with_mask = draw([row(with_reference=False)], tmp_path / "mask.png")
    without = draw([row(with_reference=False, half=0)], tmp_path / "empty.png")
    assert pixels_of(without, PREDICTION_COLOUR) < pixels_of(with_mask, PREDICTION_COLOUR) / 2


def test_each_voi_adds_a_row(tmp_path: Path) -> None:
    one, three = (draw([row()] * n, tmp_path / f"{n}.png") for n in (1, 3))
    height, width = imread(one).shape[:2]
    more, same = imread(three).shape[:2]
    assert same == width
    assert more - height == pytest.approx(2 * 2.64 * 110, abs=2)  # title, panel and gap, in inches


def test_six_rows_stay_under_1500_kb(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(40, 15, VOI_SHAPE_ZYX)  # HU of a noisy scan
    mask = np.zeros(VOI_SHAPE_ZYX, dtype=bool)
    rows = [Row("noise", view_of(noise, mask, mask, (0.8, 0.8, 1.0)))] * 6
    assert draw(rows, tmp_path / "picture.png").stat().st_size < 1.5e6


def test_nothing_but_the_picture_is_left_in_the_folder(tmp_path: Path) -> None:
    draw([row()], tmp_path / "picture.png")
    assert [path.name for path in tmp_path.iterdir()] == ["picture.png"]


def test_no_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="at least one VOI"):
        draw([], tmp_path / "picture.png")


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match=r"picture\.png"):
        draw([row()], tmp_path / "file" / "picture.png")
