"""One case on its way: scan, masks, lesions, their sizes, clicks and records.

Knows no data set.
"""
