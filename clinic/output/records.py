"""What was done and what came of it, as JSON and as a table. Neither names patient nor path."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from clinic.lesions.identity import tracking_uid
from clinic.lesions.lesion import Lesion
from clinic.lesions.measurements import Diameter, Measurements
from clinic.scans.scan import Scan
from clinic.segmentation.model import LoadedModel
from uls.geometry.lesion import DEFAULT_REACH_MM, Policy

__all__ = ["key_image_name", "lesion_table", "program_version", "results", "tracking_uids"]

_COLUMNS = (
    "lesion", "name", "click_x_mm", "click_y_mm", "click_z_mm", "long_axis_mm", "short_axis_mm",
    "slice", "volume_ml", "mean_hu", "voxels", "slices", "centre_long_axis_mm",
    "centre_short_axis_mm", "stability", "key_image", "warnings",
    "site", "role", "tracking_uid",
)  # fmt: skip


def key_image_name(number: int) -> str:
    """Give the name of a lesion's key image; lesions are named by number in file names."""
    return f"lesion-{number}.png"


def results(
    scan: Scan, lesions: Sequence[Lesion], model: LoadedModel, files: dict[str, str]
) -> dict[str, Any]:
    """Say what was done, with what, and what came of it.

    Args:
        scan: the scan.
        lesions: in the order of their numbers.
        model: that predicted them.
        files: the SHA-256 of every other file of the results.
    """
    grid = scan.grid
    uids = tracking_uids(scan, lesions, model)
    return {
        "program": {"name": "uls23", "version": program_version()},
        "use": "not a medical device; not for diagnosis; not reviewed by a person",
        "scan": {
            "format": scan.format,
            "sha256": scan.sha256,
            "series_instance_uid": scan.series_uid or None,
            "shape_zyx": list(grid.shape_zyx),
            "spacing_xyz_mm": list(grid.spacing_mm),
            "origin_lps_mm": list(grid.origin_mm),
            "direction": grid.directions.ravel().tolist(),
            "warnings": list(scan.warnings),
        },
        "model": {
            "name": model.name,
            "kind": model.kind,
            "sha256": model.sha256,
            "engine": model.engine,
            "not_good_for": model.limits,
        },
        "settings": {
            "policy": Policy.NEAREST.value,
            "reach_mm": DEFAULT_REACH_MM,
            "mirrored_passes": 1,
            "axes": "from border to border; centre_*: between pixel centres, as the challenge does",
        },
        "lesions": [
            _lesion(number, lesion) | {"tracking_uid": uid}
            for number, (lesion, uid) in enumerate(zip(lesions, uids, strict=True), 1)
        ],
        "files": files,
    }


def _lesion(number: int, lesion: Lesion) -> dict[str, Any]:
    measured = lesion.measurements
    return {
        "lesion": number,
        "name": lesion.name,
        "site": lesion.site,
        "role": lesion.role,
        "click_voxel_xyz": list(lesion.target.click_xyz),
        "click_lps_mm": list(lesion.click_mm),
        "box_voxels_xyz": lesion.target.box,
        "measurements": None if measured is None else _measurements(measured),
        "stability": lesion.stability,
        "warnings": list(lesion.warnings),
        "key_image": None if measured is None else key_image_name(number),
    }


def _measurements(measured: Measurements) -> dict[str, Any]:
    values = asdict(measured)
    for name in ("long_axis", "short_axis"):
        axis: Diameter = getattr(measured, name)
        values[name] = {
            "length_mm": axis.length_mm,
            "ends_lps_mm": axis.ends_mm,
            "ends_voxels_xyz": axis.ends_xyz,
        }
    return values


def tracking_uids(scan: Scan, lesions: Sequence[Lesion], model: LoadedModel) -> list[str]:
    """Give the identifiers that the lesions keep over time, as the DICOM objects hold them."""
    return [
        tracking_uid(scan, model.sha256, number, lesion) for number, lesion in enumerate(lesions, 1)
    ]


def lesion_table(lesions: Sequence[Lesion], uids: Sequence[str]) -> str:
    """Give one row per lesion as CSV text, for spreadsheets and people."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for number, (lesion, uid) in enumerate(zip(lesions, uids, strict=True), 1):
        writer.writerow(_row(number, lesion) | {"tracking_uid": uid})
    return text.getvalue()


def _row(number: int, lesion: Lesion) -> dict[str, Any]:
    x, y, z = lesion.click_mm
    row: dict[str, Any] = {
        "lesion": number,
        "name": _as_text(lesion.name),
        "click_x_mm": f"{x:.2f}",
        "click_y_mm": f"{y:.2f}",
        "click_z_mm": f"{z:.2f}",
        "stability": "" if lesion.stability is None else f"{lesion.stability:.2f}",
        "warnings": "; ".join(lesion.warnings),
        "site": _as_text(lesion.site),
        "role": lesion.role,
    }
    measured = lesion.measurements
    if measured is not None:
        row |= {
            "long_axis_mm": f"{measured.long_axis.length_mm:.1f}",
            "short_axis_mm": f"{measured.short_axis.length_mm:.1f}",
            "slice": measured.slice_index,
            "volume_ml": f"{measured.volume_ml:.3f}",
            "mean_hu": f"{measured.mean_hu:.1f}",
            "voxels": measured.voxels,
            "slices": measured.slices,
            "centre_long_axis_mm": f"{measured.centre_long_axis_mm:.1f}",
            "centre_short_axis_mm": f"{measured.centre_short_axis_mm:.1f}",
            "key_image": key_image_name(number),
        }
    return row


def _as_text(name: str) -> str:
    """Keep a spreadsheet from taking a name for a formula."""
    plain = "".join(c for c in name if c.isprintable())
    return f"'{plain}" if plain[:1] in ("=", "+", "-", "@") else plain


def program_version() -> str:
    """Return the release that is installed, or that it runs from its source tree."""
    try:
        return version("uls23")
    except PackageNotFoundError:
        return "from its source tree"
