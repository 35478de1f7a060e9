"""The partially annotated lesions: our `grabcut`'s data set, another raw one, or the challenge's.

The challenge released 2D masks of measured lesions as VOIs (`images`, `labels_grabcut`), without
the measurements. They are read as `prepare uls23=…` reads them; what was measured comes from
DeepLesion's `DL_info.csv`, or from the masks, whose axes were chosen to fit it.
"""

import csv
import io
import logging
from functools import partial
from pathlib import Path

import SimpleITK as sitk

from training.jobs.stages import Stage, Stages
from training.nnunet.data.raw_dataset import RawDataset
from training.nnunet.preprocessing.parallel import mapped
from training.nnunet.semi_supervised.deeplesion import is_deeplesion, matched, read_deeplesion
from training.nnunet.semi_supervised.measurements import (
    MEASUREMENTS_FILE,
    Measured,
    find_measurements,
    read_measurements,
)
from uls.geometry.axes import lesion_axes
from uls.geometry.cropped import cropped
from uls.workshop.atomic import write_file
from uls.workshop.errors import InputError

__all__ = ["is_prepared", "is_raw", "measurements_of", "raw_set_of"]

_log = logging.getLogger(__name__)

_PREPARED = "partial"
_ID, _NAME = 902, "Measured"


def is_raw(folder: Path) -> bool:
    """Say whether a folder is an nnU-Net raw data set."""
    return (folder / "dataset.json").is_file() or (folder / "imagesTr").is_dir()


def raw_set_of(folder: Path, root: Path, *, processes: int = 1) -> RawDataset:
    """Give the raw data set of 2D masks: the one given, or one made of the challenge's archive.

    Args:
        folder: an nnU-Net raw data set, or the folder of the challenge's archive.
        root: the job's folder, in which it is made; called again, it goes on there.
        processes: how many work at it.

    Raises:
        InputError: the folder is neither.
    """
    if is_raw(folder):
        return RawDataset.read(folder)
    from training.data.prepare.options import Options  # noqa: PLC0415
    from training.data.prepare.prepare import prepare  # noqa: PLC0415

    prepare(
        Options(
            sources=(f"uls23={folder}",),
            output=root / _PREPARED,
            dataset_id=_ID,
            name=_NAME,
            workers=processes,
        )
    )
    return RawDataset.read(_place(root))


def is_prepared(folder: Path, root: Path) -> bool:
    """Say whether the raw data set of 2D masks is there already."""
    return is_raw(folder) or is_raw(_place(root))


def _place(root: Path) -> Path:
    return root / _PREPARED / "nnunet" / f"Dataset{_ID:03d}_{_NAME}"


def measurements_of(raw: RawDataset, given: Path | None, root: Path, *, processes: int = 1) -> Path:
    """Give the table of what was measured, by case; where there is none, make it in `root`.

    Args:
        raw: the data set of 2D masks.
        given: a table of ours, `grabcut`'s manifest, or DeepLesion's DL_info.csv; by default what
            lies beside the data set, else the masks are measured.
        root: the job's folder.
        processes: how many measure.

    Raises:
        InputError: a file is damaged, or names no case of the data set.
    """
    deeplesion = given if given is not None and is_deeplesion(given) else None
    if given is not None and deeplesion is None:
        return given
    if deeplesion is None and _are_there(find_measurements(raw)):
        return find_measurements(raw)
    inputs = {"masks": raw.folder / "labelsTr"}
    if deeplesion is not None:
        inputs["DL_info"] = deeplesion
    stage = Stage(
        name="0-measurements",
        output=root / MEASUREMENTS_FILE,
        work=lambda place: _write(raw, deeplesion, place, processes),
        inputs=inputs,
    )
    stages = Stages(root)
    with stages.alone():
        stages.run(stage)
    return stage.output


def _are_there(path: Path) -> bool:
    """Say whether a manifest or table holds measurements; `prepare`'s manifests hold none."""
    return path.is_file() and bool(read_measurements(path))


def _write(raw: RawDataset, deeplesion: Path | None, place: Path, processes: int) -> None:
    axes = mapped(partial(_axes, raw), raw.cases, processes=processes, about="Measuring")
    of_masks = dict(zip(raw.cases, axes, strict=True))
    if deeplesion is None:
        _log.warning("%s: no measurements are given; the axes of its masks are taken", raw.folder)
        table = of_masks
    else:
        table = dict(matched(of_masks, read_deeplesion(deeplesion), deeplesion))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["case", "long_axis_px", "short_axis_px"])
    writer.writerows([case, f"{m.long_px:.4f}", f"{m.short_px:.4f}"] for case, m in table.items())
    write_file(place, text.getvalue(), make_folder=True)


def _axes(raw: RawDataset, case: str) -> Measured:
    try:
        label = sitk.GetArrayFromImage(sitk.ReadImage(str(raw.label(case))))
    except RuntimeError as error:
        raise InputError.about(
            raw.label(case), expected="a readable mask", found="a damaged file"
        ) from error
    axes = lesion_axes(cropped(label == 1))
    slices = int((label == 1).any(axis=(1, 2)).sum())
    if axes is None or slices != 1:
        raise InputError.about(
            raw.label(case),
            expected="a 2D mask: a lesion (label 1) on one axial slice",
            found=f"one on {slices} slices",
            hint="Fully annotated lesions belong to --full.",
        )
    return Measured(axes.long.length, axes.short.length)
