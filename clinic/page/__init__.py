"""The page to click on: studies, slices, clicks, corrections, and what is written at the end.

Its server listens on this machine only. The browser gets slices and masks, never a whole scan.
"""
