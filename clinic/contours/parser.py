"""The child process that parses a DICOM object: it has little memory and time, and may die.

The object is its standard input, what is to be done its one argument; it writes a document (see
`clinic.contours.document`) or, where there is none, what it found instead, in words that quote
nothing of the object.
"""

import json
import resource
import sys
import warnings
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, BinaryIO

from clinic.contours.document import UnusableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clinic.contours.document import Named

_TOO_MUCH = 3
_STRUCTURES = "1.2.840.10008.5.1.4.1.1.481.3"
_SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
_REPORTS = "1.2.840.10008.5.1.4.1.1.88."
_STATES = "1.2.840.10008.5.1.4.1.1.11."


def main() -> None:
    """Parse standard input."""
    job = json.loads(sys.argv[1])
    limits = job["limits"]
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory_bytes"],) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    try:
        answer = _parsed(sys.stdin.buffer, job["wanted"])
    except MemoryError:
        raise
    except UnusableError as found:
        answer = str(found).encode()
    except Exception:  # whatever a parser trips over, in a file of anybody
        answer = b"one that is damaged"
    if len(answer) > limits["answer_bytes"]:
        sys.exit(_TOO_MUCH)
    sys.stdout.buffer.write(answer)


def _parsed(file: BinaryIO, wanted: "Sequence[str]") -> bytes:
    from pydicom import dcmread  # noqa: PLC0415  (under the limit of memory)

    from clinic.contours import parse_contours, parse_marks  # noqa: PLC0415
    from clinic.contours.document import Marks, Segmentation, StructureSet  # noqa: PLC0415

    with_preamble = file.read(132)[128:] == b"DICM"
    file.seek(0)
    dataset = dcmread(file, stop_before_pixels=True, force=not with_preamble)
    kind = str(dataset.get("SOPClassUID", ""))
    document: StructureSet | Segmentation | Marks
    if kind == _STRUCTURES:
        structures = chosen(parse_contours.named_structures(dataset), wanted)
        document = parse_contours.structure_set(dataset, structures)
    elif kind in _SEGMENTATIONS:
        segments = chosen(parse_contours.named_segments(dataset), wanted)
        document = parse_contours.segmentation(dataset, file, segments)
    elif kind.startswith(_REPORTS):
        groups = chosen(parse_marks.of_report(dataset), wanted)
        document = Marks(identity=parse_contours.identity(dataset), groups=groups)
    elif kind.startswith(_STATES):
        groups = chosen(parse_marks.of_state(dataset), wanted)
        document = Marks(identity=parse_contours.identity(dataset), groups=groups)
    else:
        raise UnusableError(
            "DICOM of another kind" if kind else "a file that is cut short, or no DICOM"
        )
    return document.model_dump_json().encode()


def chosen(found: "Sequence[Any]", wanted: "Sequence[str]") -> "list[Any]":
    """Give those that are wanted: by number, name, or pattern of a name.

    Raises:
        UnusableError: there are none, or something is wanted that is not there.
    """
    if not found:
        raise UnusableError("one without any")
    for one in wanted:
        if not any(_fits(named, one) for named in found):
            numbers = ", ".join(str(named.number) for named in found[:30])
            raise UnusableError(f"nothing that fits a --roi; there are the numbers {numbers}")
    return [named for named in found if not wanted or any(_fits(named, one) for one in wanted)]


def _fits(named: "Named", wanted: str) -> bool:
    name, pattern = named.name.strip().casefold(), wanted.strip().casefold()
    return pattern in (str(named.number), name) or fnmatchcase(name, pattern)


if __name__ == "__main__":
    main()
