"""Small things that stand for what the documents name: a reader's scans, models and submissions."""

import shutil
from collections.abc import Callable
from pathlib import Path

from documents.blocks import ROOT
from nnunet_folders import new_plans, old_plans, write_result_folder
from synthetic_scans import deeplesion, deeplesion_row, mask, nnunet, scan, write
from tiny_scans import CENTRE, SPACING, ball

from uls.platform.slugs import MASK_FOLDER, STACK_FOLDER

SAMPLE = ROOT / "test" / "sample"
BASELINE = (
    "Dataset901_Filtered_FSUP/nnUNetTrainer_ULS_500_QuarterLR__nnUNetPlansNoRs__3d_fullres_resenc"
)


def stand_ins(folder: Path) -> dict[str, str]:
    """Make them, and say which path stands for which name."""
    z, y, x = CENTRE
    numbers = {"X": str(x), "Y": str(y), "Z": str(z)}
    return {name: str(make(folder / name)) for name, make in _NAMED.items()} | numbers


def put_relative_ones(copy: Path) -> None:
    """Make what documents name by relative paths, in the copy of the checkout that they run in."""
    _kits(copy / "data" / "kits21")
    _lits(copy / "data" / "LiTS")
    _deeplesion(copy / "data" / "DeepLesion")
    _mine(copy / "private")
    plans = old_plans(strides=[[1, 1, 1], [2, 2, 2]], blocks=(1, 1), patch=(64, 64, 64))
    write_result_folder(copy / BASELINE, plans)
    shutil.copytree(SAMPLE / "ground-truth", copy / "my-references")
    _masks(copy / "my-masks")


def _result_folder(folder: Path) -> Path:
    return write_result_folder(folder, new_plans())


def _kits(folder: Path) -> Path:
    for number in (3, 12):
        case = folder / "data" / f"case_{number:05d}"
        write(case / "imaging.nii.gz", scan())
        write(case / "segmentation.nii.gz", mask(value=2))
    return folder


def _lits(folder: Path) -> Path:
    for number in (4, 110):
        write(folder / "Training Batch 1" / f"volume-{number}.nii", scan(seed=number))
        write(folder / "Training Batch 1" / f"segmentation-{number}.nii", mask(value=2))
    return folder


def _mine(folder: Path) -> Path:
    for name in ("p1", "p2"):
        write(folder / "images" / f"{name}.nii.gz", scan())
        write(folder / "labels" / f"{name}.nii.gz", mask())
    return folder


def _deeplesion(folder: Path) -> Path:
    return deeplesion(folder, [deeplesion_row()])


def _lesions(folder: Path) -> Path:
    hu, lesion = ball()
    write(folder / "p1_image.nii.gz", hu, spacing=SPACING[::-1])
    write(folder / "p1_0.nii.gz", lesion.astype("uint8"), spacing=SPACING[::-1])
    return folder


def _scan(folder: Path) -> Path:
    return write(folder / "scan.nii.gz", ball()[0], spacing=SPACING[::-1])


def _submission(folder: Path) -> Path:
    masks = folder / "sample" / "output" / MASK_FOLDER
    masks.mkdir(parents=True)
    shutil.copy(SAMPLE / "predictions.json", folder)
    _masks(masks)
    return folder


def _masks(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(SAMPLE / "ground-truth" / "sample.mha", folder)
    return folder


def _metrics(folder: Path) -> Path:
    """A folder with the sample's scores: the references against themselves."""
    from evaluation.scoring.job import evaluate
    from evaluation.scoring.options import Options

    references = SAMPLE / "ground-truth"
    submission = _submission(folder / "submission")
    evaluate(Options(input_folder=submission, output_folder=folder, ground_truth=references))
    return folder


def _missing(folder: Path) -> Path:
    return folder


_NAMED: dict[str, Callable[[Path], Path]] = {
    "RESULT_FOLDER": _result_folder,
    "KITS": _kits,
    "LITS": _lits,
    "MINE": _mine,
    "SCANS": lambda folder: nnunet(folder, ["a", "b"]),
    "DEEPLESION": _deeplesion,
    "FOLDER": _lesions,
    "SCAN": _scan,
    "SUBMISSION": _submission,
    "REFERENCES": lambda folder: Path(shutil.copytree(SAMPLE / "ground-truth", folder)),
    "REFERENCE": lambda folder: Path(shutil.copytree(SAMPLE / "ground-truth", folder)),
    "MASKS": _masks,
    "CT": lambda folder: Path(shutil.copytree(SAMPLE / "input" / STACK_FOLDER, folder)),
    "IN": lambda folder: Path(shutil.copytree(SAMPLE / "input", folder)),
    "A": _metrics,
    "B": _metrics,
    "COMPARISON": _missing,
    "OUT": _missing,
}
