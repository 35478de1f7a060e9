"""Voxels as pure functions on arrays: VOI, axes, overlap, components, lesions.

Knows no file and no setting. Results equal the challenge's evaluator to the last bit.
"""
