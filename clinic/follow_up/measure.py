"""One series measured: its mask's instances, their volumes and their diameters."""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from clinic.follow_up.dataset import Series
from clinic.follow_up.diameter import Widest, widest_box
from clinic.follow_up.findings import Lesion
from clinic.follow_up.instances import Instance, Labels, instances
from clinic.follow_up.metadata import entry_warnings
from clinic.follow_up.min_area_box import Extent
from uls.geometry.voi import Spacing
from uls.images.grid import check_same_grid
from uls.images.image_header import read_geometry
from uls.images.scan_reading import read_image
from uls.images.voxels import label_array
from uls.workshop.errors import InputError

__all__ = [
    "SMALLEST_VOXELS",
    "Measured",
    "measure_series",
    "read_axial",
]

SMALLEST_VOXELS = 50
"""Components with fewer are removed (the data set's own rule)."""

_OBLIQUE = 1e-3

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Measured:
    """What one series holds."""

    series: Series
    lesions: tuple[Lesion, ...]
    too_small: int
    warnings: tuple[str, ...] = ()


def measure_series(
    series: Series,
    *,
    extent: Extent = Extent.BORDERS,
    smallest_voxels: int = SMALLEST_VOXELS,
) -> Measured:
    """Find and measure the instances of a series' mask.

    An instance is a 26-connected component of one foreground value, which has one label: lesions of
    one kind that touch stay apart where the annotators gave them two values.

    Raises:
        InputError: the mask cannot be read, has other values than its labels, or does not lie on
            its image's grid.
    """
    image = read_axial(series.mask)
    if series.image is not None:
        check_same_grid(read_geometry(series.image), read_geometry(series.mask), series.mask)
    values = label_array(image, series.mask)
    warnings = [
        *_oblique(series, image),
        *_check_values(series, values),
        *_entry_warnings(series, image),
    ]
    found = list(instances(values))
    kept = [one for one in found if np.count_nonzero(one.mask) >= smallest_voxels]
    lesions = tuple(_lesion(series, one, image.GetSpacing(), extent) for one in kept)
    return Measured(series, lesions, len(found) - len(kept), tuple(warnings))


def read_axial(path: Path) -> sitk.Image:
    """Read an image with its slices along z and its axes in LPS order, whatever the file has.

    Raises:
        InputError: what `uls.images.scan_reading.read_image` raises.
    """
    upright: sitk.Image = sitk.DICOMOrient(read_image(path), "LPS")
    return upright


def _oblique(series: Series, image: sitk.Image) -> list[str]:
    """Mention slices that are not quite axial: diameters are taken in them all the same."""
    off = np.abs(np.array(image.GetDirection()).reshape(3, 3) - np.eye(3)).max()
    if off <= _OBLIQUE:
        return []
    return [f"{series.name}: its slices are tilted against the axial plane; measured in them"]


def _check_values(series: Series, values: Labels) -> list[str]:
    found = set(np.flatnonzero(np.bincount(values.ravel())).tolist()) - {0}
    unknown = sorted(found - series.labels.keys())
    if unknown:
        raise InputError.about(
            series.mask,
            expected=f"values that its labels name: {sorted(series.labels)}",
            found=f"{unknown[0]}",
        )
    missing = sorted(series.labels.keys() - found)
    return [f"{series.name}: no voxel has the value {value}" for value in missing]


def _entry_warnings(series: Series, image: sitk.Image) -> list[str]:
    if series.entry is None:
        return []
    return entry_warnings(
        series.entry,
        name=series.name,
        size_xyz=image.GetSize(),
        spacing_xyz=image.GetSpacing(),
    )


def _lesion(series: Series, instance: Instance, spacing_mm: Spacing, extent: Extent) -> Lesion:
    mask = instance.mask
    found = widest_box(mask, spacing_mm=spacing_mm, extent=extent)
    widest = _moved(found, instance.corner_zyx)
    voxels = int(np.count_nonzero(mask))
    label = series.labels[instance.value]
    return Lesion(
        series=series.name,
        patient=series.patient,
        region=series.region,
        subset=series.subset,
        value=instance.value,
        component=instance.component,
        type=label.type,
        location=label.location,
        voxels=voxels,
        volume_ml=voxels * float(np.prod(spacing_mm)) / 1000,
        slices=int(mask.any(axis=(1, 2)).sum()),
        slice_mm=spacing_mm[2],
        diameter_mm=widest.diameter_mm(label.type),
        major_mm=widest.box.major_mm,
        minor_mm=widest.box.minor_mm,
        slice_z=widest.slice_z,
        corners_yx=widest.box.corners_yx,
        study_date=series.entry.study_date if series.entry else None,
        slice_thickness_mm=series.entry.slice_thickness_mm if series.entry else None,
    )


def _moved(widest: Widest, corner_zyx: tuple[int, int, int]) -> Widest:
    """Bring what was found in a cut-out back to the whole mask."""
    z, y, x = corner_zyx
    corners = tuple((float(cy + y), float(cx + x)) for cy, cx in widest.box.corners_yx)
    box = type(widest.box)(widest.box.major_mm, widest.box.minor_mm, corners)
    return Widest(widest.slice_z + z, box)
