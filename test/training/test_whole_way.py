"""The whole way, on the CPU, with a synthetic mini data set: from scans to a scored mask.

prepare → grabcut → pre-train 2 epochs → fine-tune → pseudo-label → select → pre-train → fine-tune →
algorithm → evaluation. All of it runs in processes that are killed again and again (see
`killed_often`): it goes on, nothing is done twice, nothing is corrupt.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from synthetic_submission import job as platform_job

from training.jobs.digests import Digest, digest
from uls.geometry.axes import lesion_axes
from uls.geometry.cropped import cropped

ROOT = Path(__file__).parents[2]
SHAPE = (24, 64, 64)
SPACING = (0.8, 0.8, 1.5)
RAS = (-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0)
NETWORK = {
    "features_per_stage": [4, 8, 8],
    "strides": [[1, 1, 1], [2, 2, 2], [2, 2, 2]],
    "kernel_sizes": [[3, 3, 3]] * 3,
    "blocks_per_stage": [1, 1, 1],
    "convs_per_stage_decoder": [1, 1],
}


def scan_and_mask(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Soft tissue with noise, and a bright ellipsoid: nothing that a network could not learn."""
    rng = np.random.default_rng(seed)
    radii = rng.uniform((4, 6, 6), (5, 9, 9))
    centre = np.array(SHAPE) / 2 + rng.integers(-3, 4, 3)
    grid = np.stack(np.meshgrid(*map(np.arange, SHAPE), indexing="ij"), axis=-1)
    mask = (((grid - centre) / radii) ** 2).sum(axis=-1) <= 1
    hu = rng.normal(-20, 10, SHAPE) + 120 * mask
    return hu.astype(np.int16), mask.astype(np.uint8)


def write(path: Path, voxels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing(SPACING)
    image.SetDirection(RAS)
    sitk.WriteImage(image, str(path), useCompression=True)


def write_annotated(folder: Path, count: int) -> None:
    """The layout of nnU-Net and of the Medical Segmentation Decathlon."""
    for number in range(count):
        hu, mask = scan_and_mask(number)
        write(folder / "imagesTr" / f"full{number}_0000.nii.gz", hu)
        write(folder / "labelsTr" / f"full{number}.nii.gz", mask)
    content = {
        "channel_names": {"0": "CT"},
        "labels": {"background": 0, "lesion": 1},
        "numTraining": count,
        "file_ending": ".nii.gz",
    }
    (folder / "dataset.json").write_text(json.dumps(content))


def write_measured(folder: Path, count: int) -> None:
    """The layout of CCC18: a table of two diameters, on one slice of each scan."""
    ends = [f"{a}Axis.point{p}.{c}" for a in ("Long", "Short") for p in (1, 2) for c in "xy"]
    rows = []
    for number in range(count):
        hu, mask = scan_and_mask(100 + number)
        write(folder / "imagesTr" / f"measured{number}.nii.gz", hu)
        axes = lesion_axes(cropped(mask))
        assert axes is not None
        points = [p[::-1] for axis in (axes.long, axes.short) for p in (axis.start_yx, axis.end_yx)]
        rows.append([f"measured{number}", axes.slice_z, *np.ravel(points).tolist()])
    with (folder / "measured.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["name", "z", *ends], *rows])


class Killed:
    """Runs training commands that are killed before every n-th rename, and what became of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "renames.log"
        (folder / "tmp").mkdir()
        self.environment = {
            **os.environ,
            **{"PYTHONPATH": str(ROOT), "TMPDIR": str(folder / "tmp")},
            **{"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        }

    def train(self, *arguments: object, every: int) -> str:
        driver = [sys.executable, str(ROOT / "test/killed_often.py"), str(every), str(self.log)]
        return self.run(driver, *arguments)

    def module(self, name: str, *arguments: object) -> str:
        return self.run([sys.executable, "-m", name], *arguments)

    def run(self, command: list[str], *arguments: object) -> str:
        done = subprocess.run(
            [*command, *map(str, arguments)],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def made(self) -> Counter[str]:
        """How often something took each place."""
        lines = self.log.read_text().splitlines()
        return Counter(line.removeprefix("made ") for line in lines if line.startswith("made "))

    def deaths(self) -> int:
        return self.log.read_text().count("died 9\n")


@pytest.fixture(scope="module")
def way(tmp_path_factory: pytest.TempPathFactory) -> Killed:
    """Everything up to the model."""
    folder = tmp_path_factory.mktemp("way")
    write_annotated(folder / "scans", 4)
    write_measured(folder / "measured", 3)
    (folder / "network.json").write_text(json.dumps(NETWORK))
    way = Killed(folder)
    way.train(
        *("prepare", f"nnunet={folder / 'scans'}", "--output", folder / "full"),
        *("--held-out", 0.25, "--id", 901, "--name", "Full", "--workers", 1),
        every=9,
    )
    way.train(
        *("grabcut", f"ccc18={folder / 'measured'}", "--output", folder / "partial"),
        *("--held-out", "none", "--id", 902, "--name", "Measured", "--workers", 1),
        every=9,
    )
    way.train(
        *("semi-supervised", "--full", folder / "full/nnunet/Dataset901_Full"),
        *("--partial", folder / "partial/nnunet/Dataset902_Measured"),
        *("--output", folder / "run", "--network", folder / "network.json"),
        *("--patch", "16x32x32", "--batch-size", 2, "--pretrain-epochs", 2),
        *("--fine-tune-epochs", 1, "--pretrain-lr", 0.1, "--fine-tune-lr", 0.05, "--keep-head"),
        *("--iterations", 25, "--validation-iterations", 1, "--save-every", 1, "--seed", 1),
        *("--mirror", 0, "--device", "cpu", "--loaders", 0),
        every=11,
    )
    return way


def submit(output: Path, predictions: Path) -> None:
    """Lay a job's output out as the platform does for the evaluation."""
    images = predictions / "job" / "output" / "images" / "ct-binary-uls"
    shutil.copytree(output / "images" / "ct-binary-uls", images)
    (images / "ULS.mha").rename(images / "mask-ULS.mha")
    (predictions / "predictions.json").write_text(
        json.dumps([{**platform_job("ULS"), "pk": "job"}])
    )


def records(way: Killed) -> dict[str, dict[str, object]]:
    paths = sorted((way.folder / "run/stages").glob("*.json"))
    return {path.stem: json.loads(path.read_text()) for path in paths}


def is_unit(path: Path) -> bool:
    """Whether a place is taken when a unit of work is done: what must not be done twice.

    That is a scan's VOIs (their record), a prepared case (its image), a predicted mask, a training,
    a stage. Files of a unit that was killed halfway are written again with the rest of it.
    """
    return (
        path.parent.name in ("cases", ".pseudo-masks.partial", "run")
        or (path.suffix == ".b2nd" and not path.stem.endswith("_seg"))
        or (path.parent.name == "stages" and not path.name.endswith(".begun.json"))
        or path.name in ("checkpoint_final.pth", "manifest.json")
    )


def test_it_was_killed_and_nothing_was_done_twice(way: Killed) -> None:
    units = {path: times for path, times in way.made().items() if is_unit(Path(path))}
    assert way.deaths() >= 8
    assert len(units) >= 4 + 3 + 2 + 3 * 3 + 3 + 4 + 2 * 10
    assert {path: times for path, times in units.items() if times > 1} == {}


def test_every_epoch_was_trained_once(way: Killed) -> None:
    for stage, epochs in {"pretrained-1": 2, "model-1": 1, "pretrained-2": 2, "model": 1}.items():
        (fold,) = (way.folder / "run" / stage).glob("*/*/fold_all")
        logs = sorted(fold.glob("training_log_*.txt"))
        lines = "\n".join(path.read_text() for path in logs).splitlines()
        ended = [line for line in lines if "Epoch time:" in line]
        assert len(ended) == epochs, stage
        assert (fold / "checkpoint_final.pth").exists()


def test_every_stage_is_recorded_with_what_went_in_and_came_out(way: Killed) -> None:
    found = records(way)
    assert list(found) == [
        "0-plan",
        *("1-data", "1-labels", "1-pre-train", "2-fine-tune", "3-predict", "3-select"),
        *("4-data", "4-pre-train", "5-fine-tune"),
    ]
    for record in found.values():
        output = Digest.model_validate(record["output"])
        assert digest(Path(output.path)).sha256 == output.sha256
        assert record["inputs"]
    settings = found["2-fine-tune"]["settings"]
    assert isinstance(settings, dict)
    assert settings["trainer"] == "nnUNetTrainer_ULS_500_QuarterLR"
    assert not list((way.folder / "run").rglob("*.new"))


def test_pseudo_masks_were_kept_by_their_axes(way: Killed) -> None:
    with (way.folder / "run/raw-pseudo/selection.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3
    kept = set()
    for row in rows:
        errors = [
            abs(float(row[f"predicted_{axis}_px"]) - float(row[f"measured_{axis}_px"]))
            for axis in ("long", "short")
        ]
        assert (row["kept"] == "true") == (max(errors) <= 5)
        kept |= {row["case"]} if row["kept"] == "true" else set()
    labels = (way.folder / "run/raw-pseudo/Dataset902_Measured_Pseudo/labelsTr").glob("*.nii.gz")
    assert kept == {path.name.removesuffix(".nii.gz") for path in labels}
    assert kept


def test_the_model_segments_a_held_out_voi_and_is_scored(way: Killed) -> None:
    folder = way.folder
    way.module(
        *("training", "prepare", f"nnunet={folder / 'scans'}", "--output", folder / "test"),
        *("--held-out", 0.25, "--take", "held-out", "--format", "stack", "--workers", 1),
    )
    job = folder / "test/stack"
    way.module(
        *("algorithm", "--model", folder / "run/model", "--input", job / "input"),
        *("--output", folder / "test/output"),
    )
    mask = sitk.ReadImage(str(folder / "test/output/images/ct-binary-uls/ULS.mha"))
    assert mask.GetSize() == (256, 256, 128)
    assert sitk.GetArrayViewFromImage(mask).any()
    submit(folder / "test/output", folder / "test/predictions")
    way.module(
        *("evaluation", "--input", folder / "test/predictions"),
        *("--output", folder / "test/scores", "--ground-truth", job / "ground-truth"),
    )
    metrics = json.loads((folder / "test/scores/metrics.json").read_text())
    dice = metrics["aggregates"]["SegmentationDice"]
    assert dice["count"] == 1
    assert dice["mean"] > 0.3


def test_started_again_it_does_nothing(way: Killed) -> None:
    before = way.log.read_text()
    shown = way.module(
        *("training", "semi-supervised", "--full", way.folder / "full/nnunet/Dataset901_Full"),
        *("--partial", way.folder / "partial/nnunet/Dataset902_Measured"),
        *("--output", way.folder / "run", "--list"),
    )
    assert shown.count(" done\n") == 10
    assert way.log.read_text() == before
