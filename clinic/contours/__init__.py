"""Earlier work as DICOM objects, laid on a scan's grid: contours (SEG, RTSTRUCT) and marked points.

It knows nothing of what is done with them. Objects are parsed in a child process with limits; names
of ROIs may hold the patient's and are used for choosing alone, never shown.
"""
