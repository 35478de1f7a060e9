"""The README's evaluation in a container, whatever there is of OUT."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from containers.engine import Folders
from containers.jobs import give_predictions
from documents.blocks import blocks_of, with_stand_ins

pytestmark = pytest.mark.container

SOMEBODY_ELSE = 12345


@pytest.mark.parametrize("out", ["missing", "mine", "of another user"])
def test_printed_evaluation_works_wherever_it_may_write(
    evaluation: str, sample: Path, tmp_path: Path, out: str
) -> None:
    """It failed where OUT was missing (the engine makes it root's), or was another user's."""
    folders = Folders.under(tmp_path)
    give_predictions(folders, sample, sample / "ground-truth" / "sample.mha")
    written = tmp_path / "OUT"
    if out != "missing":
        written.mkdir(mode=0o755)
    if out == "of another user":
        if os.getuid() != 0:
            pytest.skip("only root can give a folder to another user")
        os.chown(written, SOMEBODY_ELSE, SOMEBODY_ELSE)
    named = {
        "SUBMISSION": str(folders.input),
        "OUT": str(written),
        "REFERENCES": str(sample / "ground-truth"),
    }
    (block,) = (
        block for block in blocks_of("README.md") if "uls23-evaluation:exec" in block.commands[-1]
    )
    script = "\n".join(with_stand_ins(command, named) for command in block.commands)
    script = script.replace("uls23-evaluation", evaluation)
    done = subprocess.run(["bash", "-ec", script], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    metrics = written / "metrics.json"
    assert json.loads(metrics.read_text())["aggregates"]["SegmentationDice"]["mean"] == 1
    owner = SOMEBODY_ELSE if out == "of another user" else os.getuid()
    assert metrics.stat().st_uid == owner
