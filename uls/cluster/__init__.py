"""Work spread over processes and machines by Dask: connected safely, killers of workers set apart.

Knows neither images nor models. Dask (the extra `cluster`) is imported where it is first used; it
is in no image.
"""
