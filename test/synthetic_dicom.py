"""DICOM series and LIDC's XML files, made here; nothing real."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

SPACING = (0.7, 0.7, 2.5)
ORIGIN = (-100.0, -120.0, 40.0)
UID = "1.2.826.0.1.3680043.2.1125"

Points = Sequence[tuple[int, int]]


def instance(z: int, series: int = 1) -> str:
    return f"{UID}.{series}.{z + 1}"


def write_series(
    folder: Path,
    hu: npt.NDArray[np.int16],
    *,
    series: int = 1,
    patient: str = "LIDC-IDRI-0001",
    modality: str = "CT",
    places_mm: Sequence[float] | None = None,
    aside_mm: Sequence[float] | None = None,
) -> list[Path]:
    """Write a slice a file; their names are not in the order of their places."""
    folder.mkdir(parents=True, exist_ok=True)
    count = len(hu)
    places = places_mm or [ORIGIN[2] + z * SPACING[2] for z in range(count)]
    files = [folder / f"1-{(5 * z + 2) % count + 1:03d}.dcm" for z in range(count)]
    for z, (path, place) in enumerate(zip(files, places, strict=True)):
        image = sitk.GetImageFromArray(hu[z : z + 1])
        image.SetSpacing(SPACING)
        image.SetOrigin((ORIGIN[0], ORIGIN[1] + (aside_mm[z] if aside_mm else 0), place))
        for tag, value in {
            "0008|0016": "1.2.840.10008.5.1.4.1.1.2",  # CT Image Storage
            "0008|0018": instance(z, series),
            "0008|0060": modality,
            "0010|0020": patient,
            "0020|000d": f"{UID}.0",
            "0020|000e": f"{UID}.{series}",
            "0028|1052": "-1024",
            "0028|1053": "1",
        }.items():
            image.SetMetaData(tag, value)
        writer = sitk.ImageFileWriter()
        writer.KeepOriginalImageUIDOn()
        writer.SetFileName(str(path))
        writer.SetImageIO("GDCMImageIO")
        writer.Execute(image)
    return files


def square(left: int, top: int, size: int) -> list[tuple[int, int]]:
    """The pixels of a square's outline, (column, row), that surrounds size × size pixels."""
    low_x, low_y, high_x, high_y = left - 1, top - 1, left + size, top + size
    return [
        *((x, low_y) for x in range(low_x, high_x)),
        *((high_x, y) for y in range(low_y, high_y)),
        *((x, high_y) for x in range(high_x, low_x, -1)),
        *((low_x, y) for y in range(high_y, low_y, -1)),
    ]


def roi(z: int, points: Points, *, series: int = 1, inclusion: str = "TRUE") -> str:
    edges = "".join(
        f"<edgeMap><xCoord>{x}</xCoord><yCoord>{y}</yCoord></edgeMap>" for x, y in points
    )
    return (
        f"<roi><imageZposition>0</imageZposition><imageSOP_UID>{instance(z, series)}</imageSOP_UID>"
        f"<inclusion>{inclusion}</inclusion>{edges}</roi>"
    )


def write_annotations(
    path: Path, readers: Sequence[Mapping[str, Sequence[str]]], *, series: int = 1
) -> Path:
    """Write per reader, by nodule, its outlines."""
    sessions = "".join(
        "<readingSession>"
        + "".join(
            f"<unblindedReadNodule><noduleID>{name}</noduleID>{''.join(rois)}</unblindedReadNodule>"
            for name, rois in nodules.items()
        )
        + "<nonNodule><nonNoduleID>x</nonNoduleID></nonNodule></readingSession>"
        for nodules in readers
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><LidcReadMessage xmlns="http://www.nih.gov">'
        f"<ResponseHeader><SeriesInstanceUid>{UID}.{series}</SeriesInstanceUid></ResponseHeader>"
        f"{sessions}</LidcReadMessage>"
    )
    return path
