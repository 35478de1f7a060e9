"""One VOI through one model: normalise, tile, mirror, average; the zoom search.

Knows no file and no engine's library.
"""
