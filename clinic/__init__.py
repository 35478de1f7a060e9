"""One scan, one click → a mask, measurements, key images and DICOM objects; one core for all doors.

It knows no web page and no network. It stands on `uls`, `algorithm` and `evaluation`; none of these
imports it.
"""
