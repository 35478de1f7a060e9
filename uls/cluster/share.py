"""The part of this machine's CPUs and GPUs that one of several workers takes."""

import os
from collections.abc import MutableMapping, Sequence

__all__ = ["part_of", "take_part"]

_GPUS = "CUDA_VISIBLE_DEVICES"


def part_of(whole: Sequence[int], index: int, count: int) -> list[int]:
    """Return the part of a list that goes to one of several takers; each gets one at least.

    With more takers than entries, some entries are shared.
    """
    if count >= len(whole):
        return [whole[index % len(whole)]]
    start, stop = (len(whole) * n // count for n in (index, index + 1))
    return list(whole[start:stop])


def take_part(index: int, count: int, environment: MutableMapping[str, str] | None = None) -> None:
    """Keep the calling thread, and those that it starts, to a part of the CPUs and to one GPU.

    Engines start as many threads as they see CPUs: several workers would be in each other's way.
    GPUs are shared out where `CUDA_VISIBLE_DEVICES` lists several; before torch is imported.

    Args:
        index: of this worker, from 0 on.
        count: of workers on this machine.
        environment: instead of the process's own.
    """
    environment = os.environ if environment is None else environment
    os.sched_setaffinity(0, part_of(sorted(os.sched_getaffinity(0)), index, count))
    gpus = [name for name in environment.get(_GPUS, "").split(",") if name]
    if len(gpus) > 1:
        environment[_GPUS] = gpus[index % len(gpus)]
