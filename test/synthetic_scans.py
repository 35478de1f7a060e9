"""Small scans with masks, and folders laid out as data sets are; all made here, nothing real."""

import csv
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

RAS = (-1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0)
"""Direction in which x grows to the right, y to the front and z to the head (ITK's is LPS)."""

LPS = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)

SHAPE = (12, 40, 36)
SPACING = (0.75, 0.75, 2.5)

Box = tuple[slice, slice, slice]

FIRST: Box = (slice(3, 6), slice(10, 18), slice(8, 20))
"""A lesion of 3 × 8 × 12 voxels (z, y, x)."""
SECOND: Box = (slice(8, 10), slice(28, 35), slice(24, 31))
"""A lesion of 2 × 7 × 7 voxels."""
SMALL: Box = (slice(8, 9), slice(4, 6), slice(30, 33))
"""2 × 3 pixels: too small for a VOI."""


def scan(
    *, seed: int = 0, lesions: Sequence[Box] = (FIRST, SECOND, SMALL)
) -> npt.NDArray[np.int16]:
    """Soft tissue with noise and some fat; the lesions are brighter."""
    hu = np.random.default_rng(seed).normal(40, 8, SHAPE)
    hu[0, :5] -= 140
    for box in lesions:
        hu[box] += 60
    return hu.astype(np.int16)


def mask(
    *, lesions: Sequence[Box] = (FIRST, SECOND, SMALL), value: int = 1, numbered: bool = False
) -> npt.NDArray[np.uint8]:
    """The lesions' voxels; numbered ones have 1, 2, …"""
    labels = np.zeros(SHAPE, dtype=np.uint8)
    for number, box in enumerate(lesions, 1):
        labels[box] = number if numbered else value
    return labels


def write(
    path: Path,
    voxels: npt.NDArray[Any],
    *,
    direction: Sequence[float] = RAS,
    spacing: Sequence[float] = SPACING,
    origin: Sequence[float] = (10.0, -20.0, 30.0),
) -> Path:
    image = sitk.GetImageFromArray(voxels)
    image.SetSpacing(list(spacing))
    image.SetOrigin(list(origin))
    image.SetDirection(list(direction))
    path.parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(image, str(path), useCompression=True)
    return path


def zipped(path: Path) -> Path:
    """Put a file alone into a zip beside it, and remove it."""
    target = path.with_name(f"{path.name}.zip")
    with zipfile.ZipFile(target, "w") as archive:
        archive.write(path, path.name)
    path.unlink()
    return target


def nnunet(root: Path, names: Sequence[str] = ("a", "b"), *, channel: str = "_0000") -> Path:
    """nnU-Net's layout, with one label."""
    for seed, name in enumerate(names):
        write(root / "imagesTr" / f"{name}{channel}.nii.gz", scan(seed=seed))
        write(root / "labelsTr" / f"{name}.nii.gz", mask())
    document = {"labels": {"background": 0, "lesion": 1}, "file_ending": ".nii.gz"}
    (root / "dataset.json").write_text(json.dumps(document))
    return root


def msd(root: Path, names: Sequence[str], labels: dict[str, str], *, value: int) -> Path:
    """The Medical Segmentation Decathlon's layout: labels by value, and no channel numbers."""
    for seed, name in enumerate(names):
        write(root / "imagesTr" / f"{name}.nii.gz", scan(seed=seed))
        organ = np.maximum(mask(value=value), 1 if value > 1 else 0).astype(np.uint8)
        write(root / "labelsTr" / f"{name}.nii.gz", organ)
    (root / "dataset.json").write_text(json.dumps({"name": root.name, "labels": labels}))
    return root


def deeplesion(root: Path, rows: Sequence[dict[str, str]]) -> Path:
    """Three series of five slices of 16-bit PNG, and the table."""
    for row in rows:
        series = row["File_name"].rpartition("_")[0]
        first, last = (int(n) for n in row["Slice_range"].split(","))
        folder = root / "Images_png" / series
        folder.mkdir(parents=True, exist_ok=True)
        hu = scan(lesions=(FIRST,))
        for number in range(first, last + 1):
            values = (hu[number - first].astype(np.int32) + 32768).astype(np.uint16)
            sitk.WriteImage(sitk.GetImageFromArray(values), str(folder / f"{number:03d}.png"))
    write_table(root / "DL_info.csv", rows)
    return root


def deeplesion_row(name: str = "000001_01_01_104.png", **changes: str) -> dict[str, str]:
    """A row that measures `FIRST` on its slice 4: 12 columns from 8, 8 rows from 10."""
    return {
        "File_name": name,
        "Patient_index": "1",
        "Measurement_coordinates": "8.0, 14.0, 19.0, 14.0, 13.0, 10.0, 13.0, 17.0",
        "Bounding_boxes": "3.0, 5.0, 24.0, 22.0",
        "Lesion_diameters_Pixel_": "11.0, 7.0",
        "Coarse_lesion_type": "4",
        "Possibly_noisy": "0",
        "Slice_range": "100, 108",
        "Spacing_mm_px_": "0.8, 0.8, 5.0",
        "DICOM_windows": "-100, 200",
        **changes,
    }


def write_table(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
