"""./export.sh --bundle: what cannot be is refused before anything is written."""

import os
import subprocess
from pathlib import Path

import pytest
from bundle.tiny_bundle import ROOT


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--sign", "key"], 2, "--sign takes a --bundle"),
        (["none", "--bundle", "new"], 2, "a bundle holds images"),
        (["--bundle", "there"], 1, "A bundle is written whole"),
        (["--bundle", "new", "--sign", "key"], 2, "there is no file key"),
        (["--bundle", ""], 2, "--bundle takes a path"),
    ],
)
def test_a_bundle_that_cannot_be_is_refused_before_an_engine_is_asked(
    tmp_path: Path, arguments: list[str], code: int, says: str
) -> None:
    (tmp_path / "there").mkdir()
    done = subprocess.run(
        [ROOT / "export.sh", *arguments],
        env=os.environ | {"DOCKER_HOST": f"unix://{tmp_path}/no-engine.sock"},
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
