"""The masks of a set as files: one per segment, named by the digest of its voxels."""

import hashlib
import logging
from pathlib import Path

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from training.cycle.grids import Fit, Grid, Placed
from training.cycle.project import Work
from training.cycle.records import SegmentRecord
from training.cycle.segments import Segment
from uls.images.written import write_image
from uls.workshop.errors import InputError
from uls.workshop.files import sha256

__all__ = ["keep_segment"]

_DIGITS = 16
"""Of a mask's digest in its file's name."""

_log = logging.getLogger(__name__)


def keep_segment(
    work: Work, case: str, segment: Segment, placed: Placed, scan: Grid, *, about: str
) -> SegmentRecord:
    """Keep one segment's mask under the digest of its voxels, and say what became of it.

    Args:
        work: the cycle.
        case: the case's name.
        segment: what the mask's file says of it.
        placed: its mask on the scan's grid.
        scan: that grid.
        about: file and segment, for messages.

    Raises:
        InputError: no voxel of it lies in the scan.
    """
    voxels = int(np.count_nonzero(placed.mask))
    _log_fit(placed, voxels, about)
    digest = hashlib.sha256(np.packbits(placed.mask).tobytes() + repr(scan).encode()).hexdigest()
    file = Path("masks") / case / f"{digest[:_DIGITS]}.nii.gz"
    if not (work.root / file).exists():
        _write(placed.mask, scan, work.root / file)
    return SegmentRecord(
        name=segment.name,
        value=segment.value,
        layer=segment.layer,
        status=segment.status,
        file=str(file),
        sha256=sha256(work.root / file),
        voxels=voxels,
        volume_ml=voxels * float(np.prod(scan.spacing_mm)) / 1000,
        fit=placed.fit,
        outside=placed.outside,
    )


def _log_fit(placed: Placed, voxels: int, about: str) -> None:
    if not voxels:
        raise InputError.about(
            about,
            expected="voxels within the scan",
            found="none",
            hint="Is it the mask of another scan?",
        )
    if placed.fit is Fit.RESAMPLED:
        _log.warning("%s: not on the scan's grid; %s", about, placed.fit)
    if placed.outside:
        _log.warning("%s: %d voxels outside the scan were left out", about, placed.outside)


def _write(mask: npt.NDArray[np.bool_], scan: Grid, path: Path) -> None:
    image = scan.place_on(sitk.GetImageFromArray(mask.astype(np.uint8)))
    write_image(image, path)
