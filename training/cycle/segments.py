"""Masks as people save them: 3D Slicer's segmentations, label maps in NIfTI, NRRD or MetaImage.

A `.seg.nrrd` holds several segments: each is one value in one layer. Layers are the file's list
axis, which SimpleITK gives as several values per voxel. Format: 3D Slicer's developer guide,
"Segmentation labelmap file format".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from training.cycle.grids import Grid
from uls.images.scan_reading import read_image
from uls.workshop.errors import InputError

__all__ = ["SUFFIXES", "Segment", "Segmentation", "read_segmentation"]

SUFFIXES = (".seg.nrrd", ".nrrd", ".nii.gz", ".nii", ".mha")
"""File names that are read as masks; the first that fits tells the format."""

_SEGMENT_KEY = re.compile(r"Segment(\d+)_(\w+)")
_STATUS = re.compile(r"Segmentation\.Status:(\w+)")
_REPRESENTATIONS = ("Segmentation_SourceRepresentation", "Segmentation_MasterRepresentation")
_BINARY = "Binary labelmap"


@dataclass(frozen=True)
class Segment:
    """One structure: where it stands in the file, and what Slicer calls it.

    Attributes:
        name: as its author named it; of a plain label map, `label <value>`.
        value: its voxels' value.
        layer: of the file, from 0.
        status: as Slicer has it (notstarted, inprogress, completed, flagged); "" if not told.
    """

    name: str
    value: int
    layer: int = 0
    status: str = ""


@dataclass(frozen=True, eq=False)
class Segmentation:
    """A file's segments on the file's own grid."""

    path: Path
    grid: Grid
    segments: tuple[Segment, ...]
    layers: npt.NDArray[Any]
    """(z, y, x, layer)."""

    def mask(self, segment: Segment) -> npt.NDArray[np.bool_]:
        """Give one segment's voxels, (z, y, x)."""
        return np.asarray(self.layers[..., segment.layer] == segment.value)


def read_segmentation(path: Path) -> Segmentation:
    """Read a file's segments; those without any voxel are left out.

    Raises:
        InputError: the file is missing, damaged, of an unknown kind, or holds no segment.
    """
    suffix = next((s for s in SUFFIXES if path.name.lower().endswith(s)), None)
    if suffix is None or not path.is_file():
        reason = "no file" if suffix else path.name
        raise InputError.about(path, expected=f"a mask ({', '.join(SUFFIXES)})", found=reason)
    image = _read(path)
    metadata = {key: image.GetMetaData(key) for key in image.GetMetaDataKeys()}
    layers = _layers(path, image)
    described = tuple(_described(path, metadata)) if "nrrd" in suffix else ()
    segments = described or tuple(_by_value(layers))
    found = Segmentation(path, Grid.of(image), _with_voxels(path, segments, layers), layers)
    if not found.segments:
        raise InputError.about(path, expected="at least one segment with voxels", found="none")
    return found


def _read(path: Path) -> sitk.Image:
    """Read a mask; only NRRD may have several layers, which SimpleITK gives as values per voxel."""
    if not path.name.lower().endswith(".nrrd"):
        return read_image(path)
    try:
        image = sitk.ReadImage(str(path))
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1].strip()
        raise InputError.about(path, expected="a readable mask", found=reason) from error
    if image.GetDimension() != 3:
        raise InputError.about(path, expected="3 dimensions", found=f"{image.GetDimension()}")
    return image


def _layers(path: Path, image: sitk.Image) -> npt.NDArray[Any]:
    """Give the voxels with their layers last, as whole numbers."""
    voxels = sitk.GetArrayFromImage(image)
    layers = voxels if voxels.ndim == 4 else voxels[..., None]
    if layers.dtype.kind in "iu":
        return layers
    whole = layers.astype(np.int32)
    if not np.array_equal(whole, layers):
        raise InputError.about(path, expected="a mask of whole numbers", found="fractions in it")
    return whole


def _described(path: Path, metadata: dict[str, str]) -> Iterator[Segment]:
    """Read what Slicer says of its segments; nothing where the file is a plain label map."""
    for key in _REPRESENTATIONS:
        if metadata.get(key, _BINARY) != _BINARY:
            raise InputError.about(
                path,
                expected=f"segments saved as {_BINARY}",
                found=metadata[key],
                hint="In Slicer's Segmentations module make the binary labelmap the source "
                "representation, and save again.",
            )
    fields: dict[int, dict[str, str]] = {}
    for key, text in metadata.items():
        if match := _SEGMENT_KEY.fullmatch(key):
            fields.setdefault(int(match[1]), {})[match[2]] = text.strip()
    for number in sorted(fields):
        yield _segment(path, number, fields[number])


def _segment(path: Path, number: int, fields: dict[str, str]) -> Segment:
    """Read one segment; older files have no layers and values: each segment is its own layer."""
    try:
        layer = int(fields.get("Layer", number))
        value = int(fields.get("LabelValue", 1))
    except ValueError as error:
        raise InputError.about(
            f"{path}, Segment{number}", expected="a layer and a value in numbers", found=str(error)
        ) from error
    status = _STATUS.search(fields.get("Tags", ""))
    name = fields.get("Name") or fields.get("ID") or f"segment {number}"
    return Segment(name, value, layer, status[1] if status else "")


def _by_value(layers: npt.NDArray[Any]) -> Iterator[Segment]:
    for layer in range(layers.shape[-1]):
        for value in np.unique(layers[..., layer]).tolist():
            if value:
                yield Segment(f"label {value}", value, layer)


def _with_voxels(
    path: Path, segments: tuple[Segment, ...], layers: npt.NDArray[Any]
) -> tuple[Segment, ...]:
    for segment in segments:
        if not 0 <= segment.layer < layers.shape[-1]:
            raise InputError.about(
                f"{path}, segment {segment.name!r}",
                expected=f"a layer below {layers.shape[-1]}",
                found=f"{segment.layer}",
            )
    return tuple(s for s in segments if s.value and (layers[..., s.layer] == s.value).any())
