"""One scan, one click → a mask, measurements, key images and DICOM objects; one core for all doors.

It knows no web page and no network. It stands on `uls`, `algorithm` and `evaluation`; none of these
imports it.
"""

from clinic.lesion import Lesion
from clinic.read import read_scan
from clinic.scan import Scan
from clinic.session import Session, segment

__all__ = ["Lesion", "Scan", "Session", "read_scan", "segment"]
