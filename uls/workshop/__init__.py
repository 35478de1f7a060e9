"""Tools that every package needs: atomic files, locks, hashes, errors, the command line.

Knows neither images nor lesions.
"""
