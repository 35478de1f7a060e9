"""The sample as a Grand Challenge job and its reference data, built and written."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from training.data.cases.click_choice import Pair, Voxel, choose_clicks, pairs_of_clicks
from training.phantoms.sample.recipe import CLICKS_PER_LESION, SampleScan, sample_scans
from uls.geometry.voi import Spacing, cut_voi
from uls.images.written import write_image
from uls.platform.slugs import SPACINGS_FILE, SPACINGS_SLUG, STACK_FOLDER, STACK_SLUG
from uls.workshop.files import write_json

__all__ = ["Sample", "build_sample", "scan_clicks", "write_sample"]

NAME = "sample"

_SMALLEST_FILE = 9
"""zlib's level: the stack is written once and downloaded often."""


@dataclass(frozen=True)
class Sample:
    """Six VOIs in the order of the stack: first clicks of both lesions, then the other clicks."""

    vois: npt.NDArray[np.int16]
    """HU, (6 * 128, 256, 256)."""
    masks: npt.NDArray[np.uint8]
    """Reference {0, 1}, of the same shape."""
    spacings: list[Spacing]
    single: list[int]
    multi: list[list[Pair]]


def build_sample() -> Sample:
    """Scan both lesions and cut a VOI around every click."""
    scans = sample_scans()
    n_lesions = len(scans)
    clicks = {
        index: (scan, click)
        for lesion, scan in enumerate(scans)
        for index, click in zip(_stack_indices(lesion, n_lesions), scan_clicks(scan), strict=True)
    }
    vois, masks = _cut_vois(clicks)
    return Sample(
        vois=vois,
        masks=masks,
        spacings=[clicks[index][0].spacing for index in sorted(clicks)],
        single=list(range(n_lesions)),
        multi=[_pairs(scan, clicks) for scan in scans],
    )


def scan_clicks(scan: SampleScan) -> list[Voxel]:
    """Choose where a scan's lesion is clicked."""
    return choose_clicks(scan.scene.mask(scan.grid), CLICKS_PER_LESION, seed=scan.seed)


def _stack_indices(lesion: int, n_lesions: int) -> list[int]:
    """Give a lesion's places in the stack: its first click in front, the others behind."""
    others = CLICKS_PER_LESION - 1
    first_other = n_lesions + lesion * others
    return [lesion, *range(first_other, first_other + others)]


def _pairs(scan: SampleScan, clicks: dict[int, tuple[SampleScan, Voxel]]) -> list[Pair]:
    own = {index: click for index, (of, click) in clicks.items() if of.name == scan.name}
    return pairs_of_clicks(own, scan.spacing)


def _cut_vois(
    clicks: dict[int, tuple[SampleScan, Voxel]],
) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.uint8]]:
    images, references = {}, {}
    for scan, _ in clicks.values():
        if scan.name not in images:
            hu, mask = scan.scene.render(scan.grid)
            images[scan.name] = scan.scanner.scan(hu)
            references[scan.name] = mask.astype(np.uint8)
    ordered = [clicks[index] for index in sorted(clicks)]
    vois = [cut_voi(images[scan.name], click) for scan, click in ordered]
    masks = [cut_voi(references[scan.name], click, fill=0) for scan, click in ordered]
    return np.concatenate(vois), np.concatenate(masks)


def write_sample(sample: Sample, folder: Path) -> list[Path]:
    """Write `input/` and `ground-truth/` under a folder, and return the files written."""
    job, truth = folder / "input", folder / "ground-truth"
    return [
        _write_image(sample.vois, job / STACK_FOLDER / f"{NAME}.mha"),
        write_json(job / SPACINGS_FILE, sample.spacings),
        write_json(job / "inputs.json", _sockets(sample)),
        _write_image(sample.masks, truth / f"{NAME}.mha"),
        write_json(truth / "single_sample.json", sample.single),
        write_json(truth / "multi_sample.json", sample.multi),
        write_json(truth / "stacked_spacing.json", sample.spacings),
    ]


def _sockets(sample: Sample) -> list[dict[str, Any]]:
    """`inputs.json`, as the platform lists a job's inputs."""
    image = {
        "slug": STACK_SLUG,
        "relative_path": STACK_FOLDER,
        "kind": "Image",
        "super_kind": "Image",
        "is_image_kind": True,
        "is_json_kind": False,
        "is_file_kind": False,
    }
    spacings = {
        "slug": SPACINGS_SLUG,
        "relative_path": SPACINGS_FILE,
        "kind": "Anything",
        "super_kind": "Value",
        "is_image_kind": False,
        "is_json_kind": True,
        "is_file_kind": False,
    }
    return [
        {"socket": image, "file": None, "image": {"name": f"{NAME}.mha"}, "value": None},
        {"socket": spacings, "file": None, "image": None, "value": sample.spacings},
    ]


def _write_image(voxels: npt.NDArray[Any], path: Path) -> Path:
    image = sitk.GetImageFromArray(voxels)
    return write_image(image, path, compression_level=_SMALLEST_FILE)
