"""How CPUs and GPUs are shared out among the workers of one machine."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from uls.cluster.share import part_of, take_part


@pytest.mark.parametrize(
    ("n", "count", "parts"),
    [
        (8, 2, [[0, 1, 2, 3], [4, 5, 6, 7]]),
        (5, 2, [[0, 1], [2, 3, 4]]),
        (2, 3, [[0], [1], [0]]),
        (4, 1, [[0, 1, 2, 3]]),
        (1, 1, [[0]]),
    ],
)
def test_parts(n: int, count: int, parts: list[list[int]]) -> None:
    assert [part_of(range(n), index, count) for index in range(count)] == parts


def test_a_worker_keeps_to_its_part_and_to_one_gpu() -> None:
    whole = sorted(os.sched_getaffinity(0))
    gpus = {"CUDA_VISIBLE_DEVICES": "GPU-a,GPU-b"}

    def taken() -> tuple[set[int], set[int]]:
        take_part(1, 2, gpus)
        with ThreadPoolExecutor(1) as below:
            return os.sched_getaffinity(0), below.submit(os.sched_getaffinity, 0).result()

    with ThreadPoolExecutor(1) as worker:
        own, of_its_threads = worker.submit(taken).result()

    assert own == of_its_threads == set(part_of(whole, 1, 2))
    assert gpus == {"CUDA_VISIBLE_DEVICES": "GPU-b"}
    assert sorted(os.sched_getaffinity(0)) == whole


def test_one_gpu_or_none_stays_as_it_is() -> None:
    for gpus in ({}, {"CUDA_VISIBLE_DEVICES": "3"}, {"CUDA_VISIBLE_DEVICES": ""}):
        before = dict(gpus)
        with ThreadPoolExecutor(1) as worker:
            worker.submit(take_part, 0, 1, gpus).result()
        assert gpus == before
