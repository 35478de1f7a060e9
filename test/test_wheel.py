"""An installed wheel works in an empty folder: it carries the starter model and its engines."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import SimpleITK as sitk
from masks import voxels_of

from algorithm.engines.winograd import build
from uls.geometry.voi import VOI_SHAPE_ZYX

REPOSITORY = Path(__file__).parents[1]
SAMPLE = REPOSITORY / "test" / "sample" / "input"
MASK = Path("images/ct-binary-uls/sample.mha")
_PARTS = ("uls", "algorithm", "evaluation", "clinic", "training", "uls23", "baseline_weights")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, so that nothing is left in the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    for part in _PARTS:
        junk = shutil.ignore_patterns("__pycache__", "*.so", ".build-*")
        shutil.copytree(REPOSITORY / part, folder / "source" / part, ignore=junk)
    shutil.copytree(SAMPLE.parent, folder / "source" / "test" / "sample")
    for file in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copyfile(REPOSITORY / file, folder / "source" / file)
    (folder / "source/build/lib/uls").mkdir(parents=True)
    (folder / "source/build/lib/uls/of_an_earlier_build.py").touch()
    stray = folder / "source/baseline_weights/starter/engines.json"
    stray.write_text("{}", encoding="utf-8")
    _run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
        "--wheel-dir", folder, folder / "source",
    )  # fmt: skip
    return next(folder.glob("*.whl"))


def test_it_holds_the_model_and_no_leftovers(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    starter = {name for name in names if name.startswith("algorithm/built_in/starter/")}
    assert {Path(name).name for name in starter} == {
        "model.json",
        "zoom.onnx",
        "zoom.safetensors",
        "MODEL_CARD.md",
    }
    assert "evaluation/results/metrics.schema.json" in names
    assert not [name for name in names if "earlier_build" in name]


def test_it_is_named_by_the_machine_that_its_libraries_run_on(wheel: Path) -> None:
    libraries = [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".so")]

    assert wheel.name.endswith("-any.whl") == (not libraries)
    kinds = {Path(name).name.partition("-")[0] for name in libraries}
    assert kinds == (set(build.KINDS) if build.find_compiler() else set())


def test_it_segments_the_sample_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    _run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel)

    log = _run(
        site / "bin" / "uls-segment", "--input", SAMPLE, "--output", tmp_path / "out",
        cwd=empty, env={"PYTHONPATH": str(site), "PATH": os.environ["PATH"], "HOME": str(empty)},
    )  # fmt: skip

    assert f"from {site / 'algorithm/built_in/starter'}" in log
    assert voxels_of(tmp_path / "out" / MASK).any()
    assert not [path for path in empty.iterdir() if path.name != ".cache"]


def test_it_says_in_an_empty_folder_that_it_computes_what_was_released(
    wheel: Path, tmp_path: Path
) -> None:
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    _run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel)
    words = [site / "bin" / "uls23", "self-test"]
    env = {"PYTHONPATH": str(site), "PATH": os.environ["PATH"], "HOME": str(empty)}

    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=empty, env=env)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("This installation computes what was released: ")
    assert len(done.stdout.splitlines()) == 1
    (site / "uls/built_in/sample/input/inputs.json").write_text("[]")
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=empty, env=env)
    assert done.returncode == 3
    assert f"{site / 'uls/built_in/sample/input/inputs.json'}: expected SHA-256" in done.stderr


def test_the_one_command_segments_a_scan_in_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    """The sample's first VOI as a scan of its own, clicked in its centre."""
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    _run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel)
    stack = sitk.ReadImage(next((SAMPLE / "images").rglob("*.mha")))
    scan = stack[:, :, : VOI_SHAPE_ZYX[0]]
    scan.SetSpacing((0.8, 0.8, 1.5))
    sitk.WriteImage(scan, tmp_path / "scan.nii.gz")

    _run(
        site / "bin" / "uls23", "segment", tmp_path / "scan.nii.gz", "--click", "128,128,64",
        "--output", tmp_path / "out",
        cwd=empty, env={"PYTHONPATH": str(site), "PATH": os.environ["PATH"], "HOME": str(empty)},
    )  # fmt: skip

    masks = [sitk.ReadImage(path) for path in (tmp_path / "out").rglob("*.nii.gz")]
    assert [mask.GetSize() for mask in masks] == [(256, 256, 128)]
    assert sitk.GetArrayViewFromImage(masks[0])[64, 128, 128]
    assert (site / "uls23" / "py.typed").is_file()


def _run(*command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    words = [str(part) for part in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=cwd, env=env)
    assert done.returncode == 0, done.stderr
    return done.stderr
