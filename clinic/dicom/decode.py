"""Pixels → HU: child processes decode slice by slice into memory that this process shares.

A decoder is C++ that reads files of anybody. Where it crashes, runs wild or takes too much, it
takes nothing with it: the file is named, and the scan refused.
"""

import json
import mmap
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from clinic.dicom.header import Header
from uls.geometry.voi import VOI_SLICES
from uls.workshop.cpus import available_cpus
from uls.workshop.errors import InputError, UserError

__all__ = ["Decoded", "Limits", "decode"]

_DECODER = Path(__file__).with_name("decoder.py")

_SLICES_PER_CHILD = VOI_SLICES // 2
_MOST_CHILDREN = 4

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS")


@dataclass(frozen=True)
class Limits:
    """What a child process may take.

    Attributes:
        memory_bytes: of addresses, its libraries included (0.4 GB).
        seconds_per_slice: of computing.
        seconds: for all slices of a child, waiting for the disk included.
    """

    memory_bytes: int = 1 << 30
    seconds_per_slice: float = 5.0
    seconds: float = 600.0


@dataclass(frozen=True, eq=False)
class Decoded:
    """A scan's voxels: int16, or float32 where the rescaling is none of whole numbers.

    Attributes:
        hu: (z, y, x).
        n_clipped: voxels beyond ±32,767 HU, which are there now.
    """

    hu: npt.NDArray[Any]
    n_clipped: int


def decode(headers: Sequence[Header], limits: Limits | None = None) -> Decoded:
    """Decode slices of one size, in the order given.

    Raises:
        InputError: a slice cannot be decoded within the limits; its file is named by number.
    """
    limits = limits or Limits()
    rows, columns = headers[0].number_of("Rows"), headers[0].number_of("Columns")
    dtype = np.dtype(np.int16 if all(_is_whole(h) for h in headers) else np.float32)
    n_bytes = len(headers) * rows * columns * dtype.itemsize
    with ExitStack() as cleanup:
        output = os.memfd_create("voxels")
        cleanup.callback(os.close, output)
        os.ftruncate(output, n_bytes)
        job = {
            "rows": rows,
            "columns": columns,
            "dtype": dtype.name,
            "output": output,
            "memory_bytes": limits.memory_bytes,
            "seconds_per_slice": limits.seconds_per_slice,
        }
        children = [_Child(job, headers, part) for part in _parts(len(headers))]
        for child in children:
            cleanup.callback(child.kill)
        n_clipped = sum(child.wait(limits.seconds) for child in children)
        memory = mmap.mmap(output, n_bytes)
    return Decoded(np.frombuffer(memory, dtype).reshape(len(headers), rows, columns), n_clipped)


def _is_whole(header: Header) -> bool:
    slope, intercept = header.floats("RescaleSlope", 1), header.floats("RescaleIntercept", 1)
    return bool(slope and intercept and slope[0].is_integer() and intercept[0].is_integer())


def _parts(n_slices: int) -> list[range]:
    """Share the slices out, in runs: several children where there are CPUs and slices enough."""
    n = max(1, min(available_cpus(), _MOST_CHILDREN, -(-n_slices // _SLICES_PER_CHILD)))
    edges = [n_slices * i // n for i in range(n + 1)]
    return [range(first, stop) for first, stop in pairwise(edges)]


class _Child:
    """One decoding process, and the slices it was given."""

    def __init__(self, job: dict[str, Any], headers: Sequence[Header], part: range) -> None:
        self._headers = headers
        self._said: IO[bytes] = os.fdopen(os.memfd_create("said"), "w+b")
        paths = [str(headers[index].path) for index in part]
        order = json.dumps({**job, "indices": list(part), "paths": paths}).encode()
        self._process = subprocess.Popen(  # noqa: S603  (our own file, by this very interpreter)
            [sys.executable, "-P", str(_DECODER)],
            stdin=subprocess.PIPE,
            stdout=self._said,
            stderr=subprocess.DEVNULL,  # what decoders warn of may quote the header
            pass_fds=[job["output"]],
            env={**os.environ, **dict.fromkeys(_ONE_THREAD, "1")},
        )
        stdin = self._process.stdin
        if stdin is not None:
            with stdin:
                stdin.write(order)

    def kill(self) -> None:
        """End the process if it runs, and wait for it; harmless afterwards."""
        self._process.kill()
        self._process.wait()
        self._said.close()

    def wait(self, seconds: float) -> int:
        """Wait until all slices are decoded; return how many voxels were clipped.

        Raises:
            InputError: a slice could not be decoded.
        """
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise self._failure(f"decoding took more than {seconds:.0f} s in all") from None
        said = self._lines()
        if code == 0 and said and said[-1].startswith("done "):
            return int(said[-1].removeprefix("done "))
        if said and said[-1].startswith("failed "):
            raise self._failure(said[-1].removeprefix("failed ").strip())
        if code == -signal.SIGPROF:
            raise self._failure("it takes more time than a slice may")
        raise self._failure("the decoder broke down on it")

    def _lines(self) -> list[str]:
        self._said.seek(0)
        return self._said.read().decode(errors="replace").splitlines()

    def _failure(self, why: str) -> UserError:
        begun = [line for line in self._lines() if line.startswith("slice ")]
        if not begun:
            return UserError("The process that decodes slices did not start.")
        number = self._headers[int(begun[-1].removeprefix("slice "))].number
        detail = f": {why}" if why else ""
        return InputError(
            f"File {number} of the study (by name) cannot be decoded{detail}. "
            "Export the series again, or unpack it, for example by dcmdjpeg."
        )
