"""The picture of what there was to choose from."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_scans import deeplesion, deeplesion_row
from typer.testing import CliRunner

from training.__main__ import app
from training.data.cases.case import Measurement
from training.data.grabcut.picture import Choice, draw_choices
from training.data.grabcut.pseudo_mask import PseudoMask
from uls.workshop.errors import CallError

pytest.importorskip("matplotlib")

MEASURED = Measurement(long=((10.0, 20.0), (30.0, 20.0)), short=((20.0, 15.0), (20.0, 25.0)))


def choice(*names: str, failed: str = "") -> Choice:
    mask = np.zeros((40, 40), dtype=bool)
    mask[15:26, 10:31] = True
    candidates = {name: None if name == failed else mask for name in names}
    errors = {name: float("inf") if name == failed else 1.0 for name in names}
    made = PseudoMask(mask, names[0], errors, candidates)
    return Choice("a lesion", np.zeros((40, 40), dtype=np.int16), MEASURED, made)


def shows(path: Path, colour: tuple[int, int, int]) -> bool:
    """Say whether a colour is in a picture, but for the softening of edges."""
    image = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))[..., :3].astype(int)
    return bool((np.abs(image - colour).max(axis=-1) < 40).any())


def test_every_candidate_has_a_panel_and_the_chosen_one_a_frame(tmp_path: Path) -> None:
    one = draw_choices([choice("ellipse", "mean ± 50 HU")], tmp_path / "one.png")
    two = draw_choices([choice("ellipse"), choice("a", "b", failed="b")], tmp_path / "two.png")
    assert shows(one, (0xE6, 0x9F, 0x00))  # the outline
    assert shows(one, (0x56, 0xB4, 0xE9))  # the frame
    sizes = [sitk.ReadImage(str(path)).GetSize() for path in (one, two)]
    widths, heights = zip(*sizes, strict=True)
    assert widths[0] == widths[1] == 3 * 220
    assert heights[1] == 2 * heights[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.png", "two.png"]


def test_there_must_be_something_to_draw(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="a measured lesion"):
        draw_choices([], tmp_path / "none.png")


def test_the_command_draws_and_says_how_many_ellipses_there_are(tmp_path: Path) -> None:
    pytest.importorskip("cv2")
    root = deeplesion(tmp_path / "DeepLesion", [deeplesion_row()])
    output = tmp_path / "out"
    call = ["grabcut", f"deeplesion={root}", "--output", str(output), "--workers", "1"]
    result = CliRunner().invoke(app, [*call, "--picture", "3", "--quiet"])
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] in {"plain ellipses: 0 of 1", "plain ellipses: 1 of 1"}
    assert (output / "candidates.png").stat().st_size > 1000
