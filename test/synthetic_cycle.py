"""Scans, Slicer's files and a small fixed test set, made for tests."""

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from synthetic_stacks import write_image

from uls.geometry.voi import CLICK_ZYX, VOI_SHAPE_ZYX
from uls.platform.slugs import SPACINGS_FILE, STACK_FOLDER

SPACING_MM = (1.0, 1.0, 2.0)
SCAN_SHAPE_ZYX = (12, 40, 48)
LESIONS = 3
"""VOIs of the test set, each with a cube of 10 voxels on its click."""

CUBE = tuple(slice(c, c + 10) for c in CLICK_ZYX)


def write_scan(path: Path, *, value: int = 40) -> Path:
    """A scan of water, 12 × 40 × 48 voxels (z, y, x), whose origin is (10, 20, 30) mm."""
    voxels = np.full(SCAN_SHAPE_ZYX, value, dtype=np.int16)
    return write_image(path, voxels, spacing=SPACING_MM, origin=(10, 20, 30))


def write_seg_nrrd(
    path: Path,
    layers: Sequence[npt.NDArray[np.uint8]],
    fields: Mapping[str, str],
    *,
    origin: Sequence[float] = (10, 20, 30),
    spacing: Sequence[float] = SPACING_MM,
) -> Path:
    """What 3D Slicer saves: one volume, or several as the list axis; arrays are (z, y, x)."""
    z, y, x = layers[0].shape
    sx, sy, sz = spacing
    several = len(layers) > 1
    steps = f"({sx},0,0) (0,{sy},0) (0,0,{sz})"
    header = [
        "NRRD0004",
        "type: unsigned char",
        f"dimension: {3 + several}",
        "space: left-posterior-superior",
        f"sizes: {f'{len(layers)} ' * several}{x} {y} {z}",
        f"space directions: {'none ' * several}{steps}",
        f"kinds: {'list ' * several}domain domain domain",
        "encoding: gzip",
        f"space origin: ({','.join(map(str, origin))})",
        *(f"{key}:={text}" for key, text in fields.items()),
    ]
    voxels = np.stack(layers, axis=-1) if several else layers[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("\n".join([*header, "", ""]).encode() + gzip.compress(voxels.tobytes()))
    return path


def block(
    z: int, y: int, x: int, *, size_zyx: Sequence[int], value: int = 1
) -> npt.NDArray[np.uint8]:
    """A scan's mask with one block."""
    mask = np.zeros(SCAN_SHAPE_ZYX, dtype=np.uint8)
    mask[tuple(slice(a, a + n) for a, n in zip((z, y, x), size_zyx, strict=True))] = value
    return mask


def write_test_set(folder: Path) -> Path:
    """Three VOIs, no repeated clicks: scores are mean Dice. Patients t1, t2, t3."""
    voi = np.zeros(VOI_SHAPE_ZYX, dtype=np.uint8)
    voi[CUBE] = 1
    masks = np.concatenate([voi] * LESIONS)
    write_image(folder / "input" / STACK_FOLDER / "stack.mha", masks.astype(np.int16) * 100)
    write_image(folder / "ground-truth" / "stack.mha", masks)
    spacings = json.dumps([[1.0, 1.0, 1.0]] * LESIONS)
    (folder / "input" / SPACINGS_FILE).write_text(spacings)
    truth = folder / "ground-truth"
    (truth / "stacked_spacing.json").write_text(spacings)
    (truth / "single_sample.json").write_text(json.dumps(list(range(LESIONS))))
    (truth / "multi_sample.json").write_text("[]")
    rows = ["voi,patient,type", *(f"{i},t{i + 1},liver" for i in range(LESIONS))]
    (truth / "lesions.csv").write_text("\n".join(rows) + "\n")
    return folder


def fields(*segments: Mapping[str, Any]) -> dict[str, str]:
    """Slicer's metadata of segments, given as name, layer, value and status."""
    made = {"Segmentation_SourceRepresentation": "Binary labelmap"}
    for number, segment in enumerate(segments):
        made[f"Segment{number}_ID"] = f"Segment_{number + 1}"
        made[f"Segment{number}_Name"] = str(segment["name"])
        made[f"Segment{number}_Layer"] = str(segment.get("layer", 0))
        made[f"Segment{number}_LabelValue"] = str(segment.get("value", 1))
        status = segment.get("status", "completed")
        made[f"Segment{number}_Tags"] = f"Segmentation.Status:{status}|"
    return made
