"""Write the set as training data: one VOI per lesion, in nnU-Net's raw format."""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from training.cycle.project import Work
from training.cycle.records import Entry, SegmentRecord
from training.data.cases.case import InstanceRule, LesionClass
from training.data.cases.ellipse_axes import ellipse_axes
from training.data.cases.images import hu_array, image_like, oriented, read_image
from training.data.cases.instances import find_instances
from training.data.folds import folds_by_patient
from training.data.prepare.clicks import draw_clicks
from uls.geometry.cropped import CroppedMask
from uls.geometry.voi import CLICK_ZYX, cut_voi
from uls.images.written import write_image
from uls.workshop.errors import InputError
from uls.workshop.files import sha256, write_json

__all__ = ["DATASET", "DataSettings", "write_data"]

DATASET = "Dataset001_Cycle"
"""nnU-Net wants such a name."""

_MOST_FOLDS = 5
_RULE = InstanceRule(kind="components", connectivity=26)
_CLASSES = (LesionClass("lesion"),)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DataSettings:
    """What decides the data, beside the set.

    Attributes:
        seed: of clicks.
        smallest_axis_px: lesions whose long ellipse axis is shorter, in pixels, get no VOI.
    """

    seed: int
    smallest_axis_px: float


@dataclass(frozen=True, eq=False)
class _Lesion:
    name: str
    mask: CroppedMask


def write_data(work: Work, entries: Sequence[Entry], folder: Path, settings: DataSettings) -> Path:
    """Write the training data of a round; what an earlier attempt finished is not done again.

    Args:
        work: the cycle.
        entries: the cases of one version of the set.
        folder: gets `Dataset001_Cycle`.
        settings: seeds and limits.

    Returns:
        The data set's folder.

    Raises:
        InputError: a scan or a mask is missing or was changed, or no lesion is large enough.
    """
    target = folder / DATASET
    written = {entry.case: _case(work, entry, target, settings) for entry in entries}
    cases = {name: entry for entry in entries for name in written[entry.case]}
    if not cases:
        raise InputError.about(
            work.root / "set",
            expected=f"a lesion of at least {settings.smallest_axis_px:g} pixels",
            found="none",
        )
    _write_splits(cases, target / "splits_final.json")
    write_json(target / "dataset.json", _description(len(cases)))
    _log.info("%d VOIs of %d cases in %s", len(cases), len(entries), target.name)
    return target


def _description(n_cases: int) -> dict[str, Any]:
    from training.nnunet.data.raw_dataset import dataset_json  # noqa: PLC0415

    return dataset_json(n_cases)


def _write_splits(cases: dict[str, Entry], path: Path) -> None:
    """Part the VOIs into folds of whole patients; a single patient has none."""
    patients = {name: entry.patient for name, entry in cases.items()}
    folds = min(_MOST_FOLDS, len(set(patients.values())))
    if folds > 1:
        write_json(path, folds_by_patient(patients, folds=folds))


def _case(work: Work, entry: Entry, target: Path, settings: DataSettings) -> list[str]:
    """Write a case unless that is done; return its VOIs' names, which are written down last."""
    record = target / "cases" / f"{entry.case}.json"
    if record.exists():
        return list(json.loads(record.read_bytes()))
    names = _write_case(work, entry, target, settings)
    write_json(record, names)
    return names


def _write_case(work: Work, entry: Entry, target: Path, settings: DataSettings) -> list[str]:
    """Write the VOIs of one case; return their names."""
    scan = _read_scan(entry)
    hu = sitk.GetArrayFromImage(scan)
    names = []
    for lesion in _lesions(work, entry, hu.shape, settings):
        click = draw_clicks(lesion.mask, 1, seed=settings.seed, name=lesion.name)[0]
        label = cut_voi(_uncropped(lesion.mask), click, fill=0)
        image_file = target / "imagesTr" / f"{lesion.name}_0000.nii.gz"
        _write(cut_voi(hu, click), scan, click, image_file)
        _write(label, scan, click, target / "labelsTr" / f"{lesion.name}.nii.gz")
        names.append(lesion.name)
    return names


def _read_scan(entry: Entry) -> sitk.Image:
    """Read a scan as the set knows it, oriented to RAS."""
    path = Path(entry.scan)
    if not path.is_file() or sha256(path) != entry.scan_sha256:
        raise InputError.about(
            path,
            expected=f"the scan of case {entry.case}, SHA-256 {entry.scan_sha256[:12]}…",
            found="other content" if path.is_file() else "no file",
            hint="Put it back; the masks belong to it.",
        )
    image = read_image(path)
    return oriented(image_like(hu_array(image, path), image))


def _lesions(
    work: Work, entry: Entry, shape: tuple[int, ...], settings: DataSettings
) -> Iterator[_Lesion]:
    """Give the lesions of a case: the connected parts of each segment that are large enough."""
    number = 0
    for segment in entry.segments:
        for found in find_instances(_read_mask(work, segment, shape), _CLASSES, _RULE):
            number += 1
            name = f"{entry.case}_lesion_{number:02d}"
            if ellipse_axes(found.mask).long >= settings.smallest_axis_px:
                yield _Lesion(name, found.mask)
            else:
                _log.info("%s (%s): too small", name, segment.name)


def _read_mask(work: Work, segment: SegmentRecord, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    path = work.root / segment.file
    if not path.is_file() or sha256(path) != segment.sha256:
        raise InputError.about(
            path,
            expected=f"the mask of segment {segment.name!r}, SHA-256 {segment.sha256[:12]}…",
            found="other content" if path.is_file() else "no file",
        )
    mask: npt.NDArray[Any] = sitk.GetArrayFromImage(oriented(read_image(path)))
    if mask.shape != shape:
        raise InputError.about(path, expected=f"{shape} voxels (z, y, x)", found=f"{mask.shape}")
    return mask


def _uncropped(mask: CroppedMask) -> npt.NDArray[np.uint8]:
    whole = np.zeros(mask.shape_zyx, dtype=np.uint8)
    z, y, x = (
        slice(start, start + size)
        for start, size in zip(mask.corner_zyx, mask.voxels.shape, strict=True)
    )
    whole[z, y, x] = mask.voxels
    return whole


def _write(
    voi: npt.NDArray[Any], scan: sitk.Image, click_zyx: tuple[int, int, int], path: Path
) -> None:
    """Write a VOI where it lies in its scan."""
    corner = [float(c - centre) for c, centre in zip(click_zyx, CLICK_ZYX, strict=True)]
    image = sitk.GetImageFromArray(voi)
    image.SetSpacing(scan.GetSpacing())
    image.SetDirection(scan.GetDirection())
    image.SetOrigin(scan.TransformContinuousIndexToPhysicalPoint(corner[::-1]))
    write_image(image, path)
