"""Benchmarks, side by side in one run. They are in no image and no wheel."""
