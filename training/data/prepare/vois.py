"""One case: its lesions chosen, clicked, cut, and written as VOIs; the record comes last."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from training.data.cases.case import Case, DicomSeries, PngSeries
from training.data.cases.click_choice import Voxel
from training.data.cases.files import checked_digest
from training.data.cases.groups import training_group
from training.data.cases.records import CaseRecord, LesionRecord, VoiRecord, input_files
from training.data.prepare.clicks import draw_clicks
from training.data.prepare.plan import Plan
from training.data.prepare.scan import Lesion, Scan, read_scan
from training.data.splits import Part
from uls.geometry.axes import lesion_axes
from uls.geometry.cropped import CroppedMask
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX, cut_voi
from uls.images.written import write_image
from uls.workshop.atomic import write_file
from uls.workshop.files import sha256

__all__ = ["input_paths", "prepare_case"]

_WIDEST_PX = VOI_SHAPE_ZYX[1]


def prepare_case(case: Case, part: Part, plan: Plan) -> CaseRecord:
    """Make the VOIs of one case.

    Raises:
        InputError: a file is missing or damaged, or image and mask do not belong together.
        OutputError: a VOI cannot be written.
    """
    paths = input_paths(case)
    inputs = input_files(paths, tuple(checked_digest(path) for path in paths))
    scan = read_scan(case, plan)
    dropped: dict[str, list[str]] = {}
    lesions: list[LesionRecord] = []
    for lesion in scan.lesions:
        name = _lesion_name(case, lesion)
        reason = _why_not(case, lesion, plan)
        if reason:
            dropped.setdefault(reason, []).append(name)
        else:
            lesions.append(_prepare_lesion(name, lesion, scan, part, plan))
    z, y, x = scan.hu.shape
    record = CaseRecord(
        case=case.name,
        case_sha256=case.sha256,
        series=case.series or case.name,
        dataset=case.dataset,
        patient=case.patient,
        challenge_number=case.challenge_number,
        part=part,
        spacing_mm=scan.spacing_mm,
        shape_zyx=(z, y, x),
        image=str(_image_path(case)),
        mask=str(case.mask) if case.mask else None,
        inputs=inputs,
        lesions=tuple(lesions),
        dropped={reason: tuple(names) for reason, names in dropped.items()},
        notes=() if scan.lesions else ("no lesion in the mask",),
        attributes=dict(case.attributes),
    )
    write_file(
        plan.record_file(case.name), record.model_dump_json(indent=1) + "\n", make_folder=True
    )
    return record


def input_paths(case: Case) -> tuple[Path, ...]:
    """List the files that a case is made of."""
    images = _image_files(case)
    readings = case.readings.files if case.readings else ()
    slices = {m.slice_file for m in case.measurements if m.slice_file is not None}
    return (*images, *([case.mask] if case.mask else []), *readings, *sorted(slices))


def _image_files(case: Case) -> tuple[Path, ...]:
    if isinstance(case.image, PngSeries):
        return case.image.slices
    return case.image.files if isinstance(case.image, DicomSeries) else (case.image,)


def _image_path(case: Case) -> Path:
    return case.image if isinstance(case.image, Path) else case.image.folder


def _lesion_name(case: Case, lesion: Lesion) -> str:
    if case.voi_lesion is not None:
        return case.name
    return f"{case.name}_lesion_{lesion.number:02d}"


def _why_not(case: Case, lesion: Lesion, plan: Plan) -> str:
    """Say why a lesion gets no VOI; released VOIs were chosen before."""
    axis = lesion.lesion_class.limit
    size = lesion.axes.longest_short if axis == "short" else lesion.axes.long
    if size < plan.min_axis_px and case.voi_lesion is None:
        return f"{axis} axis under {plan.min_axis_px:g} pixels"
    if plan.test_set and _widest_px(lesion.mask) > _WIDEST_PX:
        return f"wider than a VOI ({_WIDEST_PX} pixels)"
    return ""


def _widest_px(mask: CroppedMask) -> float:
    """Measure an axial diameter from edge to edge: a line between centres and one pixel more."""
    if np.hypot(*mask.voxels.shape[1:]) < _WIDEST_PX:
        return 0.0
    axes = lesion_axes(mask)
    return axes.long.length + 1 if axes else 0.0


def _prepare_lesion(name: str, lesion: Lesion, scan: Scan, part: Part, plan: Plan) -> LesionRecord:
    x, y, z = scan.spacing_mm
    n_voxels = lesion.mask.n_voxels
    axes = lesion_axes(lesion.mask)
    if axes is None:
        raise ValueError(f"{name} has no voxels")
    return LesionRecord(
        name=name,
        number=lesion.number,
        value=lesion.value,
        type=lesion.lesion_class.lesion_type,
        group=training_group(lesion.lesion_class.lesion_type),
        voxels=n_voxels,
        volume_mm3=n_voxels * x * y * z,
        long_axis_px=axes.long.length,
        short_axis_px=axes.short.length,
        ellipse_long_px=lesion.axes.long,
        ellipse_short_px=lesion.axes.short,
        slice_z=axes.slice_z,
        source=lesion.source,
        candidate_errors={k: v if np.isfinite(v) else None for k, v in lesion.errors.items()},
        measured=lesion.measured,
        vois=tuple(_write_vois(name, lesion, scan, part, plan)),
    )


def _clicks(name: str, lesion: Lesion, plan: Plan) -> list[Voxel]:
    if lesion.click_zyx is not None:
        return [lesion.click_zyx]
    return draw_clicks(lesion.mask, plan.clicks, seed=plan.seed, name=name)


def _write_vois(
    name: str, lesion: Lesion, scan: Scan, part: Part, plan: Plan
) -> Iterable[VoiRecord]:
    fill = float(scan.hu.min()) - 1
    mask = _uncropped(lesion.mask)
    for sample, click in enumerate(_clicks(name, lesion, plan)):
        voi_name = f"{name}_sample_{sample}" if plan.clicks > 1 else name
        image_file, label_file = plan.voi_files(voi_name, part)
        label = cut_voi(mask, click, fill=0)
        _write(cut_voi(scan.hu, click, fill=fill), scan, click, plan.output / image_file)
        _write(label, scan, click, plan.output / label_file)
        inside = int(np.count_nonzero(label))
        yield VoiRecord(
            name=voi_name,
            image=image_file,
            label=label_file,
            click_zyx=click,
            cut_off=inside < lesion.mask.n_voxels,
            label_voxels=inside,
            image_sha256=sha256(plan.output / image_file),
            label_sha256=sha256(plan.output / label_file),
            image_bytes=(plan.output / image_file).stat().st_size,
            label_bytes=(plan.output / label_file).stat().st_size,
        )


def _uncropped(mask: CroppedMask) -> npt.NDArray[np.uint8]:
    whole = np.zeros(mask.shape_zyx, dtype=np.uint8)
    box = tuple(
        slice(start, start + size)
        for start, size in zip(mask.corner_zyx, mask.voxels.shape, strict=True)
    )
    whole[box] = mask.voxels
    return whole


def _write(voi: npt.NDArray[Any], scan: Scan, click: Voxel, path: Path) -> None:
    """Write a VOI as NIfTI, placed in space where it was cut."""
    corner = [c - centre for c, centre in zip(click, CLICK_ZYX, strict=True)]
    image = sitk.GetImageFromArray(voi)
    image.SetSpacing(scan.image.GetSpacing())
    image.SetDirection(scan.image.GetDirection())
    image.SetOrigin(scan.image.TransformContinuousIndexToPhysicalPoint([*map(float, corner[::-1])]))
    write_image(image, path)
