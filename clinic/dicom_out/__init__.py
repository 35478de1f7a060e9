"""DICOM out: a segmentation, a report of measurements, lines on the slices, key images.

It knows lesions and the files of their slices, nothing of archives. Patient and study are copied
from the slices, identifiers follow from the content, and nothing claims that a person reviewed it.
"""
