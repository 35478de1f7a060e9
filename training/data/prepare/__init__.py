"""Scans and masks, or measurements, made into VOIs: for nnU-Net to train on and for both images."""
