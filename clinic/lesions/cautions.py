"""What a person should know before believing a mask and its measurements."""

from collections.abc import Iterator

from clinic.lesions.measurements import Measurements
from clinic.lesions.voi_cut import VoiCut
from clinic.scans.scan import Scan
from uls.geometry.lesion import ClickedLesion

__all__ = ["cautions"]

_FEW_SLICES = 3
_FEW_VOXELS = 8
_LARGE_ML = 500.0
_NO_TISSUE_HU = (-950.0, 1000.0)


def cautions(
    scan: Scan, cut: VoiCut, kept: ClickedLesion, measured: Measurements | None
) -> Iterator[str]:
    """Say what is odd about a lesion, in sentences without a full stop.

    Args:
        scan: the scan.
        cut: how the VOI was cut from it.
        kept: the mask, in the VOI.
        measured: of the mask on the scan; None where it is empty.
    """
    if scan.not_hu:
        yield scan.not_hu
    if measured is None:
        yield "nothing was found at the click"
        return
    if kept.distance_mm:
        yield f"the click is not in the mask, which begins {kept.distance_mm:.1f} mm away"
    yield from _edges(cut, kept)
    if measured.slices < _FEW_SLICES:
        n = measured.slices
        yield f"only {n} slice{'s' * (n > 1)}: long and short axis are uncertain"
    if measured.voxels < _FEW_VOXELS:
        yield f"only {measured.voxels} voxels"
    if measured.volume_ml > _LARGE_ML:
        yield f"an implausible volume for one lesion ({measured.volume_ml:.0f} ml): an organ?"
    low, high = _NO_TISSUE_HU
    if not low <= measured.mean_hu <= high:
        yield f"a mean of {measured.mean_hu:.0f} HU, which no soft tissue has"


def _edges(cut: VoiCut, kept: ClickedLesion) -> Iterator[str]:
    """Say where the mask ends because the VOI or the scan does, and if it was seen coarsely."""
    if cut.is_coarse:
        step = " × ".join(f"{mm:.3g}" for mm in cut.spacing_mm)
        yield (
            "it is larger than the volume that is looked at, and was looked at once more on a "
            f"coarser grid of {step} mm (x, y, z): its border is less exact"
        )
    voi_edges, scan_edge = cut.touched(kept.mask)
    if any(voi_edges):
        yield (
            "it touches the edge of the volume that was looked at: the lesion is probably larger "
            "than mask and measurements"
        )
    if scan_edge:
        yield "it touches the scan's edge: part of the lesion may not have been scanned"
