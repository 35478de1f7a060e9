"""Scans from files and DICOM folders, and what can be said of a folder without reading it all."""
