"""Whatever fails, the last line on standard error is the sentence that explains it.

The platform shows people the last line: what it is about, what was expected, what was found, what
to do next.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "test" / "sample"

CALLS = [
    ("algorithm --gpuu", 2, "No such option: --gpuu", "See: python -m algorithm segment --help"),
    ("algorithm --engine fast", 2, "--engine", "'openvino'"),
    ("algorithm --budget soon", 2, "--budget", "Found: segment --budget soon."),
    ("algorithm --mirror 9", 2, "--mirror: expected auto or a number from 0 to 8, found 9."),
    ("algorithm weights", 2, "expected a command, found none. See: python -m algorithm weights"),
    ("algorithm weights verify", 2, "Missing argument 'folder'."),
    ("algorithm weights verify {empty}", 4, "{empty}/model.json: expected a readable JSON file"),
    ("algorithm weights import {empty} {out}/model", 4, "{empty}"),
    ("algorithm --input {empty} --output {out}", 3, "{empty}"),
    (
        "algorithm --input {broken} --output {out}",
        3,
        "{broken}/stacked-3d-volumetric-spacings.json",
    ),
    (
        "algorithm --input {sample}/input --output {file}",
        1,
        "{file}",
        "a place that can be written",
    ),
    ("algorithm serve --port 70000", 2, "--port"),
    ("algorithm bench --model {empty} --architecture small", 2, "--model, --architecture"),
    ("evaluation --input {empty} --ground-truth {empty} --output {out}", 3, "{empty}"),
    (
        "evaluation --input {empty} --ground-truth {sample}/ground-truth --output {out}",
        3,
        "{empty}",
    ),
    (
        "evaluation --input {failed} --ground-truth {sample}/ground-truth --output {out}",
        3,
        "expected status 'Succeeded', found 'Failed'. Nothing was scored. With --missing",
    ),
    (
        "evaluation --input {sample} --output {file} --ground-truth {sample}/ground-truth",
        1,
        "{file}",
    ),
    ("evaluation compare {metrics} {metrics} --names a,b", 3, "{metrics}: expected a metrics.json"),
    ("evaluation report {metrics}", 3, "{metrics}: expected a metrics.json"),
    ("evaluation --images {empty}", 2, "--images: expected --report with it, found no --report."),
    ("training no-such-command", 2, "No such command 'no-such-command'."),
    ("training nnunet", 2, "expected a command, found none."),
    ("training nnunet plan {empty} --output {out}/plan", 3, "{empty}: expected an nnU-Net raw"),
    (
        "training nnunet plan {empty} --output {out}/plan --network {metrics}",
        2,
        "--network {metrics}: expected JSON with",
        "found features_per_stage: Field required",
    ),
    ("training prepare folder={empty} --output {out}", 2, "folder"),
    ("training starter evaluate --lesions {empty}", 3, "{empty}"),
    ("training cycle status {empty}", 3, "{empty}"),
]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Folders and files with something wrong in them, by the names that `CALLS` gives them."""
    root = tmp_path_factory.mktemp("last_line")
    for name in ("empty", "broken", "failed", "out"):
        (root / name).mkdir()
    (root / "file").touch()
    (root / "metrics").write_text('{"case": {}, "lesions": 3}')
    stacks = root / "broken" / "images" / "stacked-3d-ct-lesion-volumes"
    stacks.mkdir(parents=True)
    (stacks / "sample.mha").symlink_to(
        SAMPLE / "input" / "images" / "stacked-3d-ct-lesion-volumes" / "sample.mha"
    )
    (root / "broken" / "stacked-3d-volumetric-spacings.json").write_text("[[1, 1]]")
    (jobs := json.loads((SAMPLE / "predictions.json").read_text()))[0]["status"] = "Failed"
    (root / "failed" / "predictions.json").write_text(json.dumps(jobs))
    return {"sample": str(SAMPLE)} | {path.name: str(path) for path in root.iterdir()}


@pytest.mark.parametrize(
    ("arguments", "code", "parts"),
    [(arguments, code, parts) for arguments, code, *parts in CALLS],
    ids=[arguments.split(" {")[0] for arguments, *_ in CALLS],
)
def test_last_line_explains(
    places: dict[str, str], arguments: str, code: int, parts: list[str]
) -> None:
    command = [sys.executable, "-m", *arguments.format(**places).split()]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("Error: "), done.stderr
    for part in parts:
        assert part.format(**places) in last
    assert "Traceback" not in done.stderr
    assert ("expected" in last and "found" in last) or "See: " in last
