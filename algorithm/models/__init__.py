"""A model folder: manifest, weights, hashes, where it is looked for.

Knows neither nnU-Net's files, which `importing` reads, nor how a network runs.
"""
