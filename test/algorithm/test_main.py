"""The command line as a user meets it: exit codes, messages, and what is left behind."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from starter_model import STARTER
from synthetic_stacks import voi_with_cube, write_job

from uls.platform import invoke
from uls.platform.sockets import MASK_FOLDER, STACK_FOLDER

REPOSITORY = Path(__file__).parents[2]


def run(
    *arguments: str | Path, cwd: Path = REPOSITORY, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "algorithm", *map(str, arguments)]
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY),
        "COLUMNS": "200",
        **(environment or {}),
    }
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=cwd, env=environment
    )


@pytest.fixture
def job(tmp_path: Path) -> Path:
    return write_job(tmp_path / "in", {"s.mha": voi_with_cube(half=8)})


def test_bare_call_does_a_job_and_says_what_it_used(job: Path, tmp_path: Path) -> None:
    done = run("--input", job, "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "Model: " in done.stderr
    assert "SHA-256" in done.stderr
    assert "Engine: openvino" in done.stderr
    mask = sitk.ReadImage(str(tmp_path / "out" / MASK_FOLDER / "s.mha"))
    assert mask.GetSize() == (256, 256, 128)


def test_a_budget_that_is_too_short_gives_an_empty_mask_and_says_so(
    job: Path, tmp_path: Path
) -> None:
    """A second is what the job keeps back for leaving."""
    done = run("--input", job, "--output", tmp_path / "out", "--budget", "1")
    assert done.returncode == 0, done.stderr
    assert "s: VOI 1 of 1: left empty, not predicted, for lack of time" in done.stderr
    assert "Of 1 VOIs, for lack of time: 1 left empty" in done.stderr
    mask = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "out" / MASK_FOLDER / "s.mha")))
    assert mask.shape == (128, 256, 256)
    assert mask.max() == 0


def test_an_image_gets_its_budget_from_the_environment(
    job: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ULS_BUDGET", "1")
    done = run("--input", job, "--output", tmp_path / "out")
    assert "for lack of time: 1 left empty" in done.stderr
    monkeypatch.setenv("ULS_BUDGET", "")  # built without one
    done = run("--input", job, "--output", tmp_path / "out")
    assert "for lack of time" not in done.stderr


def test_a_budget_that_is_long_enough_changes_nothing(job: Path, tmp_path: Path) -> None:
    for name, budget in (("free", ()), ("timed", ("--budget", "500"))):
        done = run("--input", job, "--output", tmp_path / name, "--mirror", "2", *budget)
        assert done.returncode == 0, done.stderr
        assert "for lack of time" not in done.stderr
    masks = [(tmp_path / name / MASK_FOLDER / "s.mha").read_bytes() for name in ("free", "timed")]
    assert masks[0] == masks[1]


def test_masks_do_not_depend_on_the_engine(job: Path, tmp_path: Path) -> None:
    """Engines add up in another order; a voxel whose logit is all but 0 may fall either way."""
    masks = []
    for engine in ("torch", "openvino", "onnx"):
        options = ("--engine", engine, "--precision", "f32", "--quiet")
        done = run("--input", job, "--output", tmp_path / engine, *options)
        assert done.returncode == 0, done.stderr
        image = sitk.ReadImage(str(tmp_path / engine / MASK_FOLDER / "s.mha"))
        masks.append(sitk.GetArrayFromImage(image))
    reference = masks[0]
    assert reference.sum() > 100
    for mask in masks[1:]:
        dice = 2 * np.count_nonzero(mask & reference) / (int(mask.sum()) + int(reference.sum()))
        assert dice >= 0.999


def test_same_job_twice_gives_the_same_bytes(job: Path, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        assert run("--input", job, "--output", tmp_path / folder, "--quiet").returncode == 0
    first, second = ((tmp_path / f / MASK_FOLDER / "s.mha").read_bytes() for f in ("a", "b"))
    assert first == second


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--input", "nowhere"], 3, "nowhere: expected the input folder"),
        (["--mirror", "9"], 2, "--mirror: expected auto or a number from 0 to 8, found 9"),
        (["--mirror", "-1"], 2, "--mirror"),
        (["--engine", "abacus"], 2, "abacus"),
        (["--policy", "largest"], 2, "largest"),
        (["--budget", "0.001"], 2, "--budget"),
        (["--budget", "nan"], 2, "--budget"),
        (["--budget", "inf"], 2, "--budget: expected a finite number, found inf"),
        (["--reach-mm", "nan"], 2, "--reach-mm"),
        (["--no-such-option"], 2, "no-such-option"),
        (["--model", "nowhere"], 4, "nowhere: expected a model"),
        (["--device", "cuda", "--engine", "openvino"], 2, "cuda"),
    ],
)
def test_what_is_wrong_is_said_with_its_exit_code(
    job: Path, tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    done = run("--input", job, "--output", tmp_path / "out", *arguments)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "out").rglob("*.mha"))


def test_bad_stack_is_an_input_error_that_names_the_file(job: Path, tmp_path: Path) -> None:
    stack = job / STACK_FOLDER / "s.mha"
    stack.write_bytes(stack.read_bytes()[:-10])
    done = run("--input", job, "--output", tmp_path / "out")
    assert done.returncode == 3
    assert f"{stack}: expected" in done.stderr
    assert "truncated" in done.stderr
    assert not (tmp_path / "out").exists()


def test_changed_weights_are_refused(job: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(STARTER, model)
    weights = next(model.glob("*.safetensors"))
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(bytes(data))
    done = run("--input", job, "--output", tmp_path / "out", "--model", model)
    assert done.returncode == 4
    assert f"{weights}: expected SHA-256" in done.stderr
    assert not list((tmp_path / "out").rglob("*.mha"))


def test_weights_commands_verify_and_list() -> None:
    verified = run("weights", "verify", STARTER)
    assert verified.returncode == 0, verified.stderr
    assert verified.stdout.endswith("All files are as the manifest says.\n")
    listed = run("weights", "list", STARTER.parent)
    assert listed.returncode == 0
    assert str(STARTER) in listed.stdout


def _state_of(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in (folder, *folder.rglob("*"))}


def test_a_job_changes_nothing_but_its_output_and_the_cache_folder(
    job: Path, tmp_path: Path, cache_folder: Path
) -> None:
    """Not the model folder, not the checkout, not the home folder, in any precision."""
    model, home = tmp_path / "model", tmp_path / "home"
    shutil.copytree(STARTER, model)
    home.mkdir()
    before = _state_of(model), _state_of(STARTER)
    for precision in ("auto", "bf16", "f32"):
        options = ("--engine", "openvino", "--precision", precision)
        done = run(
            *("--input", job, "--output", tmp_path / "out", "--model", model, *options),
            environment={"HOME": str(home)},
        )
        assert done.returncode == 0, done.stderr
    assert (_state_of(model), _state_of(STARTER)) == before
    assert list(home.iterdir()) == []
    assert list(cache_folder.glob("engines/*/openvino-cpu-bf16-*.json"))


def test_a_job_on_a_cpu_imports_neither_torch_nor_the_web_server() -> None:
    """Both take longer than all else that a start imports."""
    code = (
        "import sys; from pathlib import Path; from algorithm import __main__; "
        "from algorithm.cli import load; "
        "from algorithm.engines.engine_names import EngineSettings; "
        f"load.load_predictor(Path({str(STARTER)!r}), EngineSettings(device='cpu')); "
        "print(sorted({'torch', 'fastapi', 'uvicorn'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    assert done.stdout == "[]\n"


def test_the_port_is_the_platforms() -> None:
    assert f"[default: {invoke.PORT};" in run("serve", "--help").stdout


def test_help_and_version_need_no_model(tmp_path: Path) -> None:
    for arguments in (["--help"], ["segment", "--help"], ["serve", "--help"], ["--version"]):
        done = run(*arguments, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--box", "1,2,3"], 2, "--box: expected six whole numbers"),
        (["--boxes", "nowhere.json"], 3, "nowhere.json: expected a JSON file of boxes"),
    ],
)
def test_what_is_wrong_with_a_box_is_said(
    job: Path, tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    done = run("--input", job, "--output", tmp_path / "out", "--model", STARTER, *arguments)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert not list((tmp_path / "out").rglob("*.mha"))


def test_an_nnunet_model_refuses_boxes(job: Path, tmp_path: Path) -> None:
    nnunet_folders = pytest.importorskip("nnunet_folders")
    model = nnunet_folders.write_result_folder(tmp_path / "model", nnunet_folders.new_plans())
    box = ["--box", "60,120,120,70,140,140"]
    done = run("--input", job, "--output", tmp_path / "out", "--model", model, *box)
    assert done.returncode == 2, done.stderr
    assert "a model that takes boxes (kind zoom)" in done.stderr
    assert not list((tmp_path / "out").rglob("*.mha"))


def test_a_zoom_model_does_a_job_with_a_box(job: Path, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from algorithm.models.importing.zoom_export import export_zoom
    from algorithm.networks.zoom_network import ZoomNetwork

    torch.manual_seed(0)
    network = ZoomNetwork(8, (4, 6, 8), (1, 1, 1), norm=False)
    export_zoom(network, tmp_path / "zoom", name="random")
    box = ["--box", "56,120,120,73,137,137"]
    done = run("--input", job, "--output", tmp_path / "out", "--model", tmp_path / "zoom", *box)
    assert done.returncode == 0, done.stderr
    assert "ZoomNetwork, 3 levels" in done.stderr
    mask = sitk.ReadImage(str(tmp_path / "out" / MASK_FOLDER / "s.mha"))
    assert mask.GetSize() == (256, 256, 128)
