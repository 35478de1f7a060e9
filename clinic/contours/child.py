"""A DICOM object of anybody → what is of use in it: a child process parses it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from clinic.contours.document import Marks, Segmentation, StructureSet, from_json
from clinic.dicom.quiet import dicom_package
from uls.workshop.errors import InputError, no_permission_is

__all__ = ["TOO_MUCH", "Limits", "parsed"]

_ROOT = Path(__file__).parents[2]
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")

EXPECTED = (
    "contours or points of a DICOM segmentation, structure set (RTSTRUCT), structured report or "
    "presentation state"
)
TOO_MUCH = 3
"""The child's exit code where its answer would be longer than it may be."""


@dataclass(frozen=True)
class Limits:
    """What the child process may take.

    Attributes:
        file_bytes: of the object.
        answer_bytes: of what it says, a structure set's points included.
        memory_bytes: of addresses, its libraries included.
        seconds: of computing.
    """

    file_bytes: int = 1 << 29
    answer_bytes: int = 1 << 27
    memory_bytes: int = 5 << 28
    seconds: int = 10


def parsed(
    path: Path, wanted: Sequence[str] = (), limits: Limits | None = None
) -> StructureSet | Segmentation | Marks:
    """Parse a DICOM object in a child process.

    Args:
        path: the object.
        wanted: what its ROIs, segments or groups of marks must be called: numbers, names or
            patterns of names (`GTV*`); none for all of them.
        limits: of the child process.

    Raises:
        InputError: it is missing, damaged, too large, or of a kind that holds no contours and no
            points, or nothing in it is wanted; nothing of what it holds is quoted.
    """
    limits = limits or Limits()
    dicom_package("pydicom")
    try:
        with no_permission_is(InputError), path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > limits.file_bytes:
                expected = f"at most {limits.file_bytes >> 20} MB"
                raise InputError.about(path, expected=expected, found=f"{size >> 20} MB")
            code, said = _run(file.fileno(), wanted, limits)
    except OSError as error:
        found = error.strerror or "an error of the disk"
        raise InputError.about(path, expected=EXPECTED, found=found) from error
    if code == 0 and said.startswith(b"{"):
        try:
            return from_json(said)
        except ValueError:
            raise _not_that(path, "one with values that cannot be") from None
    raise _not_that(path, _what_was_found(code, said, limits))


def _run(file: int, wanted: Sequence[str], limits: Limits) -> tuple[int, bytes]:
    """Run the child on an open file; return how it ended, and what it said."""
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH", "")])]
    job = json.dumps({"limits": asdict(limits), "wanted": list(wanted)})
    with os.fdopen(os.memfd_create("answer"), "w+b") as said:
        try:
            child = subprocess.run(  # noqa: S603  (our own module, by this very interpreter)
                [sys.executable, "-P", "-m", "clinic.contours.parser", job],
                stdin=file,
                stdout=said,
                stderr=subprocess.DEVNULL,  # what parsers warn of may quote the header
                timeout=30 * limits.seconds,
                check=False,
                env=os.environ
                | dict.fromkeys(_ONE_THREAD, "1")
                | {"PYTHONPATH": os.pathsep.join(paths)},
            )
        except subprocess.TimeoutExpired:
            return -signal.SIGXCPU, b""
        said.seek(0)
        return child.returncode, said.read()


def _what_was_found(code: int, said: bytes, limits: Limits) -> str:
    if code == 0 and said:
        return said.decode(errors="replace")
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return f"one that takes more than {limits.seconds} s to read"
    if code == TOO_MUCH:
        return f"one with more than {limits.answer_bytes >> 20} MB of contours"
    return "one that cannot be read, or that takes more memory than it may"


def _not_that(path: Path, found: str) -> InputError:
    return InputError.about(path, expected=EXPECTED, found=found)
