import json
from pathlib import Path

import numpy as np
from synthetic_stacks import voi_with_cube, write_image
from typer.testing import CliRunner

from evaluation.report.command import app


def write_files(folder: Path, n_vois: int) -> list[str]:
    write_image(folder / "images.mha", np.concatenate([voi_with_cube()] * n_vois))
    masks = np.concatenate([voi_with_cube(value=1, background=0)] * n_vois)
    write_image(folder / "masks.mha", masks.astype(np.uint8))
    (folder / "spacings.json").write_text(json.dumps([[1.0, 1.0, 1.0]] * n_vois))
    return [
        *("picture", "--images", str(folder / "images.mha")),
        *("--spacings", str(folder / "spacings.json")),
        *("--predictions", str(folder / "masks.mha")),
        *("--output", str(folder / "picture.png")),
    ]


def test_the_command_writes_the_picture_and_says_where(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, write_files(tmp_path, 2))
    assert result.exit_code == 0, result.output
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    assert "picture.png (2 VOIs)" in result.output.replace("\n", "")


def test_one_voi_may_be_chosen(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [*write_files(tmp_path, 2), "--voi", "1"])
    assert result.exit_code == 0, result.output
    assert "(1 VOIs)" in result.output.replace("\n", "")
