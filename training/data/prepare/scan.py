"""One case read: its HU and its lesions, both oriented to RAS."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from training.data.cases.case import (
    Case,
    DicomSeries,
    InstanceRule,
    LesionClass,
    Readings,
)
from training.data.cases.case_image import read_case_image
from training.data.cases.consensus import consensus
from training.data.cases.ellipse_axes import EllipseAxes, ellipse_axes
from training.data.cases.images import (
    check_same_grid,
    hu_array,
    image_like,
    label_array,
    oriented,
    read_image,
)
from training.data.cases.instances import check_declared, check_one_value, find_instances, in_order
from training.data.cases.measured import diameters, dicom_windows, measured_slice
from training.data.cases.readings import outlined
from training.data.cases.records import Measured
from training.data.prepare.plan import Plan
from uls.geometry.cropped import CroppedMask, cropped
from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX, Spacing
from uls.workshop.errors import InputError

__all__ = ["Lesion", "Scan", "read_scan"]

Voxel = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Lesion:
    """One lesion of a scan, with its place in it.

    Attributes:
        number: its number in the scan, which its name has.
        value: the value that it has in the mask's file.
        lesion_class: its type, and the axis that the size limit is for.
        mask: its voxels.
        axes: its ellipse axes.
        source: where its mask comes from.
        errors: for a pseudo-mask, the candidates' errors in percent.
        measured: for a pseudo-mask, what was measured.
        click_zyx: the click, for a VOI that was made before; else None.
    """

    number: int
    value: int
    lesion_class: LesionClass
    mask: CroppedMask
    axes: EllipseAxes
    source: str = "annotation"
    errors: dict[str, float] = field(default_factory=dict)
    measured: Measured | None = None
    click_zyx: Voxel | None = None


@dataclass(frozen=True, eq=False)
class Scan:
    """A scan oriented to RAS.

    Attributes:
        hu: int16, (z, y, x).
        image: the same, as an image that knows its place.
        lesions: in the order of their numbers.
    """

    hu: npt.NDArray[np.int16]
    image: sitk.Image
    lesions: tuple[Lesion, ...]

    @property
    def spacing_mm(self) -> Spacing:
        """Voxel spacing along (x, y, z)."""
        x, y, z = self.image.GetSpacing()
        return x, y, z


def read_scan(case: Case, plan: Plan) -> Scan:
    """Read a case's scan and lesions.

    Raises:
        InputError: a file is missing or damaged, or image and mask do not belong together.
    """
    image, subject = read_case_image(case)
    hu = hu_array(image, subject)
    upright = oriented(image_like(hu, image))
    if case.voi_lesion is not None:
        lesions = _voi_lesions(case, image, upright, plan)
    elif case.mask is not None:
        lesions = _annotated_lesions(case, case.mask, image, plan)
    elif case.readings is not None:
        lesions = _read_lesions(case, case.readings, image, plan)
    else:
        lesions = _measured_lesions(case, hu, image, plan)
    turned = np.ascontiguousarray(sitk.GetArrayFromImage(upright))
    return Scan(turned, upright, tuple(lesions))


def _read_mask(path: Path, image: sitk.Image, plan: Plan) -> npt.NDArray[Any]:
    """Read a mask that lies on an image's voxels, oriented to RAS."""
    mask = check_same_grid(image, read_image(path), path, trust_grid=plan.trust_grid)
    return label_array(oriented(mask), path)


def _annotated_lesions(case: Case, mask: Path, image: sitk.Image, plan: Plan) -> Iterator[Lesion]:
    labels = _read_mask(mask, image, plan)
    if case.declared is not None:
        check_declared(labels, case.declared, mask)
    for found in find_instances(labels, case.classes, case.rule):
        axes = ellipse_axes(found.mask)
        yield Lesion(found.number, found.value, found.lesion_class, found.mask, axes)


def _read_lesions(
    case: Case, readings: Readings, image: sitk.Image, plan: Plan
) -> Iterator[Lesion]:
    """Take the nodules on which the readers agree, numbered as a mask's components are."""
    if isinstance(case.image, DicomSeries) and readings.outlines is not None:
        masks = outlined(readings, case.image, image)
    else:
        masks = [_read_mask(path, image, plan) for path in readings.masks]
    labels = in_order(consensus(masks)) if masks else np.zeros((1, 1, 1), dtype=np.int32)
    for found in find_instances(labels, case.classes, InstanceRule("labels")):
        axes = ellipse_axes(found.mask)
        source = f"consensus of {len(masks)} readings"
        yield Lesion(found.number, 1, found.lesion_class, found.mask, axes, source=source)


def _voi_lesions(
    case: Case, image: sitk.Image, upright: sitk.Image, plan: Plan
) -> Iterator[Lesion]:
    """Take the one lesion of a VOI; its click is the file's centre voxel, however it is turned."""
    if case.mask is None or case.voi_lesion is None:
        raise ValueError(f"{case.name} is no VOI with a mask")
    if image.GetSize() != VOI_SHAPE_ZYX[::-1]:
        raise InputError.about(
            case.image if isinstance(case.image, Path) else case.name,
            expected=f"a VOI of {VOI_SHAPE_ZYX[::-1]} voxels (x, y, z)",
            found=f"{image.GetSize()}",
        )
    labels = _read_mask(case.mask, image, plan)
    check_one_value(labels)
    mask = cropped(labels)
    if not mask.n_voxels:
        return
    place = image.TransformIndexToPhysicalPoint(CLICK_ZYX[::-1])
    x, y, z = upright.TransformPhysicalPointToIndex(place)
    yield Lesion(case.voi_lesion, 1, case.classes[0], mask, ellipse_axes(mask), click_zyx=(z, y, x))


def _measured_lesions(
    case: Case, hu: npt.NDArray[np.int16], image: sitk.Image, plan: Plan
) -> Iterator[Lesion]:
    """Make a pseudo-mask of each measurement, on the slice as the file has it, then turn it."""
    from training.data.grabcut.pseudo_mask import pseudo_mask  # noqa: PLC0415  (OpenCV only if needed)

    for number, measurement in enumerate(case.measurements, 1):
        z = measured_slice(measurement, image, case.name)
        windows = measurement.windows_hu or dicom_windows(measurement)
        made = pseudo_mask(hu[z], replace(measurement, windows_hu=windows), plan.recipe)
        voxels = np.zeros(hu.shape, dtype=np.uint8)
        voxels[z] = made.pixels
        mask = cropped(sitk.GetArrayFromImage(oriented(image_like(voxels, image))))
        yield Lesion(
            number,
            1,
            LesionClass(measurement.lesion_type),
            mask,
            ellipse_axes(mask),
            source=made.source,
            errors=made.errors,
            measured=diameters(measurement, image.GetSpacing()),
        )
