"""A cohort of small scans with an ellipsoid each, and a table of clicks in them."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from clinic_scans import CENTRE_MM, scan_of

Run = Callable[..., None]
N_CASES = 6


def write_scan(path: Path, radius_mm: float) -> None:
    scan, _ = scan_of(np.eye(3), radii_mm=(radius_mm, 6.0, 7.0))
    sitk.WriteImage(scan.grid.copied_to(sitk.GetImageFromArray(scan.hu)), str(path))


def write_table(path: Path, names: list[str]) -> Path:
    place = ",".join(map(str, CENTRE_MM))
    rows = [f"{name},scans/{name}.nii.gz,{place}" for name in names]
    path.write_text("\n".join(["case,scan,x,y,z", *rows]) + "\n")
    return path


def files_of(folder: Path) -> dict[str, bytes]:
    """All that is not hidden, by its place."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.name[0] != ".")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a table."""
    return list(csv.DictReader(path.read_text().splitlines()))
