"""Scans, stacks and masks as files: headers, grids and voxels, read and written with all checks.

Knows no platform: which file is which is for others to say.
"""
