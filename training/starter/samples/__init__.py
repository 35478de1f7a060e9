"""Samples to train on: scans, places, scenes, clicks, crops."""
