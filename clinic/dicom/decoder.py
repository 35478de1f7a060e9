"""The child process that decodes slices: it stands alone, has little memory and time, and may die.

It reads a JSON object from standard input and writes each slice, in HU, to its place in an
inherited file that has no name. On standard output it says which slice it begins, and how it ended.
Run by `decode.py`; it imports nothing of ours, so that it starts soon and shares no state.
"""

import json
import os
import resource
import signal
import sys
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    import SimpleITK as sitk

_LOWEST_HU, _HIGHEST_HU = -32767, 32767
"""Of int16, with room below for the padding of a VOI, which is the scan's minimum minus one."""


def main() -> None:
    """Decode all slices of the job, one after the other."""
    job = json.loads(sys.stdin.buffer.read())
    resource.setrlimit(resource.RLIMIT_AS, (job["memory_bytes"],) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import SimpleITK as sitk  # noqa: PLC0415  (under the limit of memory)

    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    n_clipped = 0
    for index, path in zip(job["indices"], job["paths"], strict=True):
        _say(f"slice {index}")
        signal.setitimer(signal.ITIMER_PROF, job["seconds_per_slice"])
        try:
            n_clipped += _decode(reader, os.fsencode(path), index, job)
        except MemoryError:
            _stop("it takes more memory than a slice may")
        except Exception as error:
            reason = str(error).strip().splitlines()[-1:] or [""]
            out_of_memory = "alloc" in reason[0].lower() or "memory" in reason[0].lower()
            _stop("it takes more memory than a slice may" if out_of_memory else "")
    _say(f"done {n_clipped}")


def _decode(reader: "sitk.ImageFileReader", path: bytes, index: int, job: dict[str, Any]) -> int:
    """Write one slice to its place; return how many voxels are beyond int16."""
    import numpy as np  # noqa: PLC0415
    import SimpleITK as sitk  # noqa: PLC0415

    file = os.open(path, os.O_RDONLY)
    try:
        reader.SetFileName(f"/proc/self/fd/{file}")  # whatever bytes its name is made of
        image = reader.Execute()  # kept, as the view below does not keep it
        voxels = sitk.GetArrayViewFromImage(image)
        if voxels.size != job["rows"] * job["columns"] or voxels.shape[-1] != job["columns"]:
            _stop("it is of another size than its header says")
        n_clipped = 0
        if job["dtype"] == "int16":
            beyond = (voxels < _LOWEST_HU) | (voxels > _HIGHEST_HU)
            n_clipped = int(np.count_nonzero(beyond))
            voxels = np.clip(voxels, _LOWEST_HU, _HIGHEST_HU)
        plane = np.ascontiguousarray(voxels, dtype=job["dtype"])
        if os.pwrite(job["output"], plane.data.cast("B"), index * plane.nbytes) != plane.nbytes:
            _stop("there is no room for it in memory")
        return n_clipped
    finally:
        os.close(file)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _stop(why: str) -> NoReturn:
    _say(f"failed {why}")
    sys.exit(1)


if __name__ == "__main__":
    main()
