"""One scan, one click → a mask, measurements, key images and DICOM objects; one core for all doors.

Only `clinic.page` and `clinic.sending` know a network. It stands on `uls`, `algorithm` and
`evaluation`; none of these imports it. What it gives to others is imported where it is first used:
`clinic.follow_up` and its command need none of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clinic.lesions.lesion import Lesion
    from clinic.reading.read import read_scan
    from clinic.scans.scan import Scan
    from clinic.segmentation.session import Session, segment

__all__ = ["Lesion", "Scan", "Session", "read_scan", "segment"]

_PLACES = {
    "Lesion": "clinic.lesions.lesion",
    "Scan": "clinic.scans.scan",
    "Session": "clinic.segmentation.session",
    "read_scan": "clinic.reading.read",
    "segment": "clinic.segmentation.session",
}


def __getattr__(name: str) -> Any:
    """Import a public name where it is first used."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
