"""NumPy's own threads stay away from the network's cores, unless somebody wants them."""

import os
import subprocess
import sys

import pytest

SAY = """
import algorithm
import numpy
from threadpoolctl import threadpool_info

print(*(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"))
"""


@pytest.mark.parametrize(("wanted", "threads"), [(None, "1"), ("2", "2")])
def test_products_take_one_thread_unless_told_otherwise(wanted: str | None, threads: str) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    if wanted:
        environment["OPENBLAS_NUM_THREADS"] = wanted
    said = subprocess.check_output([sys.executable, "-c", SAY], env=environment, text=True)
    assert said.split() == [threads]
