"""DICOM in: a study's files → headers → series, checked → voxels in HU, decoded in a child process.

It does not know what is done with a scan. What it says names files by their number in the order of
their names, never by what the headers or the folders call the patient.
"""
